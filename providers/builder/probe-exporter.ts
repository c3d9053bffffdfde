// Docker Engine's BuildKit writes OCI layouts only with some image stores, and says so only when asked for one: a solve
// of nothing asks.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRedactor } from "../secrets/redact.ts";
import { frontendArgs } from "./buildctl-args.ts";
import { type Daemon, runBuildctl } from "./run-buildctl.ts";
import { withWorkDirectory } from "./work-directory.ts";

/** Why the daemon cannot write an OCI layout; `undefined` when it can. */
export function findMissingExporter(
  daemon: Daemon,
  storeDirectory: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  return withWorkDirectory(storeDirectory, async (directory) => {
    const dockerfile = join(directory, "Dockerfile");
    const context = join(directory, "context");
    mkdirSync(context);
    writeFileSync(dockerfile, "FROM scratch\nLABEL lamina.probe=1\n");
    const output = `type=oci,tar=false,dest=${join(directory, "out")}`;
    const args = [...frontendArgs(context, dockerfile, false), "--output", output];
    const { failure } = await runBuildctl(
      daemon,
      { args, env: {}, redactor: createRedactor([]) },
      () => {},
      signal,
    );
    if (failure === undefined) return undefined;
    return "message" in failure ? failure.message : failure.kind;
  });
}
