// The port's laws on real hosts: SSH, a forwarded socket and buildkitd, with contexts by both ways.

import { join } from "node:path";
import { inject } from "vitest";
import type { Machine } from "../../engine/ports/compute.ts";
import { systemClock } from "../../providers/host/clock.ts";
import { runnerOpener } from "../../providers/runner/open-runner.ts";
import { openImageStore } from "../../providers/store/oci-layout.ts";
import { makeKeyPair } from "../../providers/transport/keys.ts";
import { sshTransport } from "../../providers/transport/ssh.ts";
import { isLeaseId } from "../../schemas/lease-id.ts";
import { describeRunner, type RunnerRig } from "../ports/runner.ts";
import { openHostYard } from "../rig/hosts/host-yard.ts";
import { envOf, openSetting } from "./builder-setting.ts";

for (const contextTransport of ["session", "rsync"] as const)
  describeRunner(`a host over SSH, contexts by ${contextTransport}`, () => openRig(contextTransport));

async function openRig(contextTransport: "session" | "rsync"): Promise<RunnerRig> {
  const rig = inject("rig");
  const setting = await openSetting(rig);
  const yard = await openHostYard({ buildkit: rig.buildkit });
  const login = makeKeyPair();
  const storeDirectory = join(setting.directory, "store-of-hosts");
  const path = `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`;
  const opener = runnerOpener({
    storeDirectory,
    env: envOf(rig, { PATH: path }),
    transport: sshTransport({ mendMs: 500, keepaliveMs: 500 }),
    contextTransport,
    clock: systemClock,
    openLocal: () => Promise.resolve({ ok: false, error: "nothing is local here" }),
  });
  let hosts = 0;
  const make = async (bootDelayMs: number, shownKey = makeKeyPair(), hostKey = shownKey) => {
    hosts += 1;
    const host = await yard.createHost({
      name: `host${String(hosts)}`,
      memoryBytes: 512 * 2 ** 20,
      authorizedKeys: [login.publicKey],
      hostKey: shownKey,
      bootDelayMs,
    });
    const leaseId = String(hosts).padStart(16, "0");
    if (!isLeaseId(leaseId)) throw new Error(`${leaseId} is no lease id`);
    const machine: Machine = {
      machineId: host.name,
      leaseId,
      createdAtMs: 0,
      expiresAtMs: Number.MAX_SAFE_INTEGER,
      type: "host",
      location: "",
      eurPerHour: 0,
      state: "running",
      endpoint: {
        kind: "ssh",
        host: host.address,
        port: host.port,
        user: host.user,
        hostKey: hostKey.publicKey,
        buildkitSocket: host.buildkitSocket,
      },
    };
    return { machine, lose: () => host.kill() };
  };
  const dockerfiles = {
    sound: "FROM busybox\nRUN echo kept > /promise\n",
    endless: "FROM busybox\nRUN echo up; sleep 100000\n",
  };
  return {
    opener,
    privateKey: login.privateKey,
    images: openImageStore(storeDirectory),
    machine: () => make(0),
    silent: async () => (await make(3_600_000)).machine,
    impostor: async () => (await make(0, makeKeyPair(), makeKeyPair())).machine,
    solve: (builder, kind, onStart, signal) =>
      builder.solve(
        setting.request({ Dockerfile: dockerfiles[kind] }, { noCache: true }),
        (progress) => {
          if (progress.kind === "log") onStart();
        },
        signal,
      ),
    close: async () => {
      await yard.close();
      await setting.close();
    },
  };
}
