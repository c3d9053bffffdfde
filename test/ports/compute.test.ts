// The provider in tests keeps the port's laws as the real ones do.

import { platform } from "../../schemas/platform.ts";
import { FakeCompute } from "../fakes/compute.ts";
import { type ArrangedFault, type ComputeFault, type ComputeRig, describeCompute } from "./compute.ts";

describeCompute("a fake that the test scripts", () => Promise.resolve(openRig()));

function openRig(): ComputeRig {
  const compute = new FakeCompute();
  return {
    compute,
    size: { cpu: 2, memoryGb: 4 },
    platform: platform.parse("linux/amd64"),
    credential: "hunter2",
    machineIds: () => Promise.resolve(compute.living.map(({ machineId }) => machineId)),
    plant: ({ leaseId, pool }) => Promise.resolve(compute.plant(pool ?? "", { leaseId }).machineId),
    arrange: (fault) => arrange(compute, fault),
    close: () => Promise.resolve(),
  };
}

function arrange(compute: FakeCompute, fault: ComputeFault): ArrangedFault {
  const reached = Promise.race([
    compute.called("create"),
    compute.called("destroy"),
    compute.called("list"),
    compute.called("survey"),
  ]).then(() => undefined);
  switch (fault) {
    case "lost-answer":
      compute.failNext("create", { kind: "unavailable", message: "no answer" }, { tookEffect: true });
      break;
    case "stalled":
      compute.stalls = true;
      break;
    case "slow":
      compute.holdsBoots = true;
      return { reached: compute.making().then(() => undefined) };
    case "no-capacity":
      for (const { type } of compute.sale) compute.capacity.set(type, 0);
      break;
    case "limit-reached":
      compute.limit = 0;
      break;
    case "refused":
    case "down": {
      const failure =
        fault === "refused"
          ? ({ kind: "refused", message: "the token is not accepted" } as const)
          : ({ kind: "unavailable", message: "503" } as const);
      compute.surveyFailure = failure;
      for (const call of ["offers", "create", "destroy", "list"] as const)
        compute.failsAlways.set(call, failure);
      break;
    }
    case "broken":
      compute.failsAlways.set("create", { kind: "broken", message: "it came up broken" });
      break;
  }
  return { reached };
}
