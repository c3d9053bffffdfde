// Where `lamina dispatch` keeps what a catalog's project keeps in its own .lamina: images, metrics, leases. A context is only read.

import { join } from "node:path";
import { sha256, shortDigest } from "../engine/core/digest.ts";
import type { Host } from "../engine/core/host.ts";
import { cacheDirectory } from "../providers/builder/find-tools.ts";

/** Absolute, as `contextDirectory` is: each context has its own. */
export function dispatchState(contextDirectory: string, host: Pick<Host, "env">): string {
  return join(
    cacheDirectory((name) => host.env(name)),
    "dispatch",
    shortDigest(sha256(contextDirectory), 16),
  );
}
