// Where layers of a plan are built, opened: machines of a provider, or this one's BuildKit. What is missing is told, with the exit code.

import { err, ok, type Result } from "../engine/core/result.ts";
import type { Plan } from "../engine/plan/step.ts";
import type { Project } from "../engine/project.ts";
import { placeHere } from "../engine/run/place-here.ts";
import type { NoBuilder } from "../providers/builder/connect.ts";
import type { SecretVault } from "../providers/secrets/vault.ts";
import type { Platform } from "../schemas/platform.ts";
import { complain } from "./complain.ts";
import type { LeasingProvider } from "./compute-option.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { holdStore } from "./hold-store.ts";
import type { Output } from "./output.ts";
import { openMetrics } from "./sizing/open-metrics.ts";
import { createHost, openBuilder, openImageStore, openLocalMachine } from "./wire.ts";
import type { Workshop } from "./workshop.ts";

export interface WorkshopWish {
  readonly plan: Plan;
  /** Undefined: this machine. */
  readonly provider: LeasingProvider | undefined;
  readonly directivesPath?: string | undefined;
}

export interface OpenedWorkshop {
  readonly workshop: Workshop;
  /** The builder's own; undefined of machines that are leased as the plan needs them. */
  readonly platform: Platform | undefined;
}

/** Its store is not cleared away until it is closed. */
export async function openWorkshop(
  project: Project,
  wish: WorkshopWish,
  vault: SecretVault,
  output: Output,
  signal: AbortSignal,
): Promise<Result<OpenedWorkshop, ExitCode>> {
  const held = holdStore(project.graph.root, output);
  if (!held.ok) return held;
  const leave = held.value;
  const opened = await openPlaces(project, wish, vault, output, signal);
  if (!opened.ok) {
    leave();
    return opened;
  }
  const { workshop, platform } = opened.value;
  const close = async (): Promise<void> => {
    await workshop.close();
    leave();
  };
  return ok({ workshop: { ...workshop, close }, platform });
}

async function openPlaces(
  project: Project,
  { plan, provider, directivesPath }: WorkshopWish,
  vault: SecretVault,
  output: Output,
  signal: AbortSignal,
): Promise<Result<OpenedWorkshop, ExitCode>> {
  if (provider !== undefined) {
    const { openLeasedWorkshop } = await import("./leased-workshop.ts");
    const wish = { provider, plan, directivesPath };
    const workshop = await openLeasedWorkshop(wish, project, vault, output, signal);
    return workshop.ok ? ok({ workshop: workshop.value, platform: undefined }) : workshop;
  }
  const opened = await openBuilder(project.graph.root, signal, vault);
  if (!opened.ok) {
    if (!signal.aborted) tellNoBuilder(output, opened.error);
    return err(exitCode.environment);
  }
  const builder = opened.value;
  const { clock } = createHost();
  const machine = await openLocalMachine(builder);
  const isLimited = project.directives.runners?.limits === true;
  const { store: metrics } = await openMetrics(project.graph.root, {}, () => undefined);
  const workshop: Workshop = {
    openPlacer: (sink) => placeHere({ builder, machine, isLimited, sink, clock }),
    images: await openImageStore(project.graph.root),
    metrics,
    close: async () => {
      await builder.close();
      await metrics.close();
    },
  };
  return ok({ workshop, platform: builder.platforms[0] });
}

/** Says which ways to a builder were tried, and what would help. */
export function tellNoBuilder(output: Output, { attempts }: NoBuilder): void {
  const tried = attempts.map(({ way, reason }) => `\n  ${way}: ${reason}`).join("");
  const ways = attempts.map(({ help }) => (attempts.length > 1 ? `\n  ${help}` : help)).join("");
  complain(
    output,
    `there is no BuildKit to build with${tried}`,
    `${attempts.length > 1 ? "any of these will do" : ""}${ways}\n  \`lamina doctor\` checks again`,
  );
}
