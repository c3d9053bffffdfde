// Where the sources of a build are, for those who find its image later (OCI image-spec, annotations.md: source, revision).

import type { SourceFacts } from "../../engine/ports/source-facts.ts";
import { runGit } from "./run-git.ts";

/**
 * The address of "origin" and the commit that is checked out, as far as git knows them. No commit where there is more or less than
 * that below `directory` (absolute): nobody would find the same again.
 */
export async function describeSource(directory: string, signal: AbortSignal): Promise<SourceFacts> {
  const place = { directory, signal };
  const [origin, head, status] = await Promise.all([
    runGit(place, ["config", "--get", "remote.origin.url"]),
    runGit(place, ["rev-parse", "--verify", "HEAD^{commit}"]),
    // Locks are written by builds: what they say is an outcome, and no source.
    runGit(place, ["-c", "core.fsmonitor=false", "status", "--porcelain", "--", "."]),
  ]);
  const isClean =
    status.ok && status.value.split("\n").every((line) => line === "" || /\blamina\.lock$/.test(line));
  return {
    source: origin.ok ? withoutCredentials(origin.value) : undefined,
    revision: head.ok && isClean ? head.value : undefined,
  };
}

/** URLs may have a login in them; "git@host:path" has none that is secret. Paths of this machine say nothing to others. */
export function withoutCredentials(address: string): string | undefined {
  if (/^[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^/]/.test(address)) return address;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.protocol === "file:") return undefined;
  url.username = "";
  url.password = "";
  url.search = "";
  url.hash = "";
  return url.href;
}
