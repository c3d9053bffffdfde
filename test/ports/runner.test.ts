// The machines in tests keep the port's laws as real ones do.

import type { Machine } from "../../engine/ports/compute.ts";
import { isLeaseId } from "../../schemas/lease-id.ts";
import { platform } from "../../schemas/platform.ts";
import { FakeImageStore } from "../fakes/images.ts";
import { FakeRunnerOpener } from "../fakes/runner.ts";
import { describeRunner, type RunnerRig } from "./runner.ts";

describeRunner("a fake that the test drives", () => Promise.resolve(openRig()));

function openRig(): RunnerRig {
  const images = new FakeImageStore();
  const opener = new FakeRunnerOpener(images);
  let machines = 0;
  const make = (): Machine => {
    machines += 1;
    const leaseId = String(machines).padStart(16, "0");
    if (!isLeaseId(leaseId)) throw new Error(`${leaseId} is no lease id`);
    return {
      machineId: `m-${machines}`,
      leaseId,
      createdAtMs: 0,
      expiresAtMs: 1,
      type: "small",
      location: "here",
      eurPerHour: 0,
      state: "running",
      endpoint: { kind: "local" },
    };
  };
  const failing = new Set<string>();
  const open = opener.open.bind(opener);
  opener.open = (machine, access, signal) => {
    if (failing.has(machine.machineId)) opener.failNext({ kind: "not-ready", message: "it did not answer" });
    return open(machine, access, signal);
  };
  return {
    opener,
    privateKey: "a key",
    images,
    machine() {
      const machine = make();
      const lose = (): Promise<void> => {
        for (const runner of opener.runners) if (runner.lease === machine.leaseId) runner.lose();
        return Promise.resolve();
      };
      return Promise.resolve({ machine, lose });
    },
    silent() {
      const machine = make();
      failing.add(machine.machineId);
      return Promise.resolve(machine);
    },
    impostor() {
      const machine = make();
      opener.failNext({ kind: "refused", message: "another host key" });
      return Promise.resolve(machine);
    },
    async solve(builder, kind, onStart, signal) {
      const solved = builder.solve(
        {
          contextDirectory: "/context",
          dockerfilePath: "/context/Dockerfile",
          target: undefined,
          platform: platform.parse("linux/amd64"),
          buildArgs: new Map(),
          namedContexts: [],
          secrets: [],
          ssh: false,
          cacheFrom: [],
          imageName: `lamina/${kind}`,
          noCache: false,
        },
        () => {},
        signal,
      );
      onStart();
      if (kind === "sound")
        for (const { name, runner } of opener.running) (await runner.solver.solving(name)).succeed();
      return await solved;
    },
    close: () => Promise.resolve(),
  };
}
