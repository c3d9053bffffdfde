// What was tried and is still stale, so that whoever builds again and again tells what is due from what would only fail again.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { OwnInputs } from "../graph/fingerprint.ts";
import { type Plan, type Step, stepKey } from "../plan/step.ts";
import { isLasting } from "./layer-failure.ts";
import type { Outcome } from "./outcome.ts";

interface Attempt {
  /** Where the step is still the same, so would be its end. */
  readonly identity: string;
  /** Only other inputs can mend it. */
  readonly isLasting: boolean;
}

type Inputs = ReadonlyMap<LayerName, OwnInputs>;

/** By `stepKey`. */
export class Attempts {
  #tried: ReadonlyMap<string, Attempt> = new Map();
  /** What failed in the run that ended last, told apart by its own inputs, until a plan has shown what it is now. */
  #failed: ReadonlyMap<string, Attempt> = new Map();

  get isEmpty(): boolean {
    return this.#tried.size + this.#failed.size === 0;
  }

  /** All is due again. */
  clear(): void {
    this.#tried = new Map();
    this.#failed = new Map();
  }

  /** Takes down how a run ended that was about these inputs. */
  note({ steps }: Outcome, inputs: Inputs): void {
    const failed = new Map<string, Attempt>();
    for (const { layer, platform, outcome } of steps) {
      if (outcome.kind !== "failed" && outcome.kind !== "doomed") continue;
      failed.set(stepKey(layer, platform), {
        identity: inputs.get(layer)?.digest ?? "",
        isLasting: outcome.kind === "doomed" || isLasting(outcome.failure),
      });
    }
    this.#failed = failed;
  }

  /** Takes steps as tried; until they change, or where only the world is in the way, until the next retry. */
  giveUp(steps: readonly Step[], inputs: Inputs, until: "changed" | "retried"): void {
    const given = steps.map((step) => {
      const attempt = { identity: identify(step, inputs), isLasting: until === "changed" };
      return [keyOf(step), attempt] as const;
    });
    this.#tried = new Map([...this.#tried, ...given]);
  }

  /** What a plan is to build, but for what would only fail again; `retries` tries again what the world was in the way of. */
  due({ steps }: Plan, inputs: Inputs, retries: boolean): readonly Step[] {
    const builds = steps.filter(({ action }) => action === "build");
    const tried = new Map(this.#tried);
    for (const step of builds) {
      const failed = this.#failed.get(keyOf(step));
      if (failed !== undefined && failed.identity === inputs.get(step.layer)?.digest)
        tried.set(keyOf(step), { identity: identify(step, inputs), isLasting: failed.isLasting });
    }
    this.#tried = tried;
    this.#failed = new Map();
    return builds.filter((step) => {
      const attempt = tried.get(keyOf(step));
      if (attempt?.identity !== identify(step, inputs)) return true;
      return retries && !attempt.isLasting;
    });
  }
}

/** Equal where a step would be built of the same, as far as that is known. */
function identify({ layer, inputDigest, reasons }: Step, inputs: Inputs): string {
  return `${inputs.get(layer)?.digest} ${inputDigest ?? JSON.stringify(reasons)}`;
}

function keyOf({ layer, platform }: Step): string {
  return stepKey(layer, platform);
}
