// What the provider offers, asked anew once a minute: prices and places change seldom, and each machine asks.

import type { Clock } from "../../engine/core/host.ts";
import { ok, type Result } from "../../engine/core/result.ts";
import type {
  Compute,
  ComputeFailure,
  MachineOffer,
  MachineSize,
  Survey,
  SurveyFailure,
} from "../../engine/ports/compute.ts";
import type { Platform } from "../../schemas/platform.ts";

const freshMs = 60_000;
const keptAnswers = 100;

export class OfferBook {
  readonly #compute: Compute;
  readonly #clock: Clock;
  readonly #answers = new Map<string, { readonly atMs: number; readonly offers: readonly MachineOffer[] }>();

  #survey: { readonly atMs: number; readonly survey: Survey } | undefined;

  constructor(compute: Compute, clock: Clock) {
    this.#compute = compute;
    this.#clock = clock;
  }

  async survey(signal: AbortSignal): Promise<Result<Survey, SurveyFailure>> {
    const known = this.#survey;
    if (known !== undefined && this.#clock.nowMs() - known.atMs < freshMs) return ok(known.survey);
    const asked = await this.#compute.survey(signal);
    if (asked.ok) this.#survey = { atMs: this.#clock.nowMs(), survey: asked.value };
    return asked;
  }

  /** What holds a size, in the order in which it is to be tried. */
  async find(
    size: MachineSize,
    platform: Platform,
    signal: AbortSignal,
  ): Promise<Result<readonly MachineOffer[], ComputeFailure>> {
    const key = `${platform} ${size.cpu} ${size.memoryGb}`;
    const known = this.#answers.get(key);
    if (known !== undefined && this.#clock.nowMs() - known.atMs < freshMs) return ok(known.offers);
    const asked = await this.#compute.offers(size, platform, signal);
    if (!asked.ok) return asked;
    this.#answers.delete(key);
    this.#answers.set(key, { atMs: this.#clock.nowMs(), offers: asked.value });
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined && this.#answers.size > keptAnswers) this.#answers.delete(oldest);
    return asked;
  }
}
