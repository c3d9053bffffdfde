// A real buildkitd with a root and a socket of its own, on the host's network.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunningDaemon, startDaemon } from "./daemon.ts";

/** `told` of the result is the address. Everything lies under `directory` (absolute), which the daemon's end removes. */
export async function startBuildkitd(buildkitd: string, directory: string): Promise<RunningDaemon> {
  await mkdir(directory, { recursive: true });
  const config = join(directory, "buildkitd.toml");
  const address = `unix://${join(directory, "buildkitd.sock")}`;
  await writeFile(
    config,
    `root = "${join(directory, "root")}"
[grpc]
address = ["${address}"]
[worker.oci]
gc = false
[worker.containerd]
enabled = false
`,
  );
  const daemon = await startDaemon({
    command: [buildkitd, "--config", config],
    // Without these the log of a step is cut at 200 KiB a second.
    env: { BUILDKIT_STEP_LOG_MAX_SIZE: "-1", BUILDKIT_STEP_LOG_MAX_SPEED: "-1" },
    directory,
    readyLine: /running server on ([^"]+)/,
  });
  return { told: address, stop: daemon.stop };
}
