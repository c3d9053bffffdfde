// Port: this machine, where BuildKit runs its steps in cgroups that can be seen.
//
// Laws, held by test/integration/local-machine.test.ts:
// 1. Nothing rejects, and measuring never makes a solve fail: figures that cannot be had are undefined.
// 2. What is measured is of the steps that ran with the `limits` of this very measuring, whatever else runs meanwhile.
// 3. Of a solve none of whose steps was seen to run nothing is told.
// 4. No cgroup is made: what BuildKit makes, it takes away.

import type { StepLimits } from "./builder.ts";
import type { MachineSize } from "./compute.ts";
import type { Measuring } from "./runner.ts";

export interface LocalMeasuring extends Measuring {
  /** To be handed on to the solve: they are no other's, and tell its steps from others'. */
  readonly limits: StepLimits;
}

/** Its size is all that it has; the memory in GiB. */
export interface LocalMachine extends MachineSize {
  /** Begins to measure a solve that is to get no more than `size`, or, undefined, whatever there is. */
  measure(size: MachineSize | undefined): Promise<LocalMeasuring>;
}
