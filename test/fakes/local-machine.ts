// A machine of the size that a test gives it, whose measurings tell what the test says.

import type { StepLimits } from "../../engine/ports/builder.ts";
import type { MachineSize } from "../../engine/ports/compute.ts";
import type { LocalMachine, LocalMeasuring } from "../../engine/ports/local-machine.ts";
import type { Measurement } from "../../engine/ports/runner.ts";

export const gibibyte = 2 ** 30;

export class FakeLocalMachine implements LocalMachine {
  readonly cpu: number;
  readonly memoryGb: number;
  /** What measurings that end from now on tell. */
  measurement: Measurement | undefined;
  /** Measurings that have begun and not ended. */
  measuring = 0;

  constructor({ cpu, memoryGb }: MachineSize) {
    this.cpu = cpu;
    this.memoryGb = memoryGb;
  }

  measure(size: MachineSize | undefined): Promise<LocalMeasuring> {
    this.measuring += 1;
    const limits: StepLimits =
      size === undefined
        ? { memoryBytes: 2 ** 50, swap: true }
        : { memoryBytes: size.memoryGb * gibibyte, swap: false, cpu: size.cpu };
    let isOver = false;
    return Promise.resolve({
      limits,
      finish: () => {
        if (!isOver) this.measuring -= 1;
        isOver = true;
        return Promise.resolve(this.measurement);
      },
    });
  }
}
