// What `lamina lock --update` did, for people and as JSON.

import pc from "picocolors";
import { type ImageDigest, shortDigest } from "../../engine/core/digest.ts";
import type { Step } from "../../engine/plan/step.ts";
import type { ResolveFailure } from "../../engine/ports/images.ts";
import type { BaseOnPlatform } from "../../engine/run/look-up-bases.ts";
import type { LockUpdateJson } from "../../schemas/lock-reports.ts";
import { count } from "../report/format.ts";
import { renderTable } from "../report/table.ts";

export interface LockUpdate {
  /** What was looked up. */
  readonly pins: readonly (BaseOnPlatform & {
    readonly was: ImageDigest | undefined;
    readonly is: ImageDigest;
  })[];
  /** Was current and is not any more. */
  readonly stale: readonly Step[];
  /** Names that were taken out. */
  readonly foreign: readonly string[];
  readonly failures: readonly (BaseOnPlatform & { readonly failure: ResolveFailure })[];
}

export function updateToJson({ pins, stale, foreign, failures }: LockUpdate): LockUpdateJson {
  return {
    version: 1,
    pins: pins.map(({ image, platform, was, is }) => ({ image, platform, was: was ?? null, is })),
    stale: stale.map(({ layer, platform }) => ({ layer, platform })),
    foreign: [...foreign],
    failures: failures.map(({ image, platform, failure: { kind } }) => ({ image, platform, kind })),
  };
}

export interface UpdateTextOptions {
  readonly color: boolean;
  readonly dryRun: boolean;
  /** Whether something was to be looked up anew, pinned or not. */
  readonly isTargeted: boolean;
  readonly quiet: boolean;
}

const mostNames = 20;

/** With line ends. */
export function renderUpdate(
  update: LockUpdate,
  { color, dryRun, isTargeted, quiet }: UpdateTextOptions,
): string {
  const { pins, stale, foreign, failures } = update;
  const colors = pc.createColors(color);
  const parts: string[] = [];
  if (pins.length > 0)
    parts.push(
      renderTable(
        [
          { title: "base" },
          { title: "platform" },
          { title: "was" },
          { title: "is", paint: (cell) => (cell.startsWith("the same") ? cell : colors.yellow(cell)) },
        ],
        pins.map(({ image, platform, was, is }) => [
          image,
          platform,
          was === undefined ? "not pinned" : shortDigest(was),
          was === is ? "the same" : shortDigest(is),
        ]),
        colors.dim,
      ),
    );
  if (foreign.length > 0)
    parts.push(
      `${dryRun ? "to be taken" : "taken"} out, as the catalog does not have it: ${list(foreign)}\n`,
    );
  if (stale.length > 0) {
    const names = Array.from(new Set(stale.map(({ layer }) => layer)));
    parts.push(`${count(names.length, "layer")} to be built again: ${list(names)}\n`);
  }
  if (quiet) return parts.join("");
  if (dryRun) parts.push("nothing was written\n");
  else if (pins.length + foreign.length + failures.length === 0)
    parts.push(isTargeted ? "the catalog stands on no external image\n" : nothingToDo);
  return parts.join("");
}

const nothingToDo =
  "every base is pinned, and nothing in the lock is foreign\nnew digests are looked up for the bases that are named, or with --all\n";

function list(names: readonly string[]): string {
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : "";
  return `${names.slice(0, mostNames).join(", ")}${more}`;
}
