// What a run on leased machines begins with: runs before it that were killed left machines, and these go first.

import { join } from "node:path";
import type { Host } from "../../engine/core/host.ts";
import type { Compute } from "../../engine/ports/compute.ts";
import { LeaseJournal } from "../../engine/run/lease-journal.ts";
import { reapLeases } from "../../engine/run/reap.ts";
import { processTable } from "../../providers/host/process-identity.ts";
import type { CatalogDirectives } from "../../schemas/build-directives.ts";
import { poolName } from "../pool-name.ts";
import { openJournaled } from "./open-runners.ts";
import { nameRunner } from "./report-text.ts";

export interface LeftOverSource {
  /** The provider that the run leases from; it stays open. */
  readonly compute: Compute;
  /** Absolute: .lamina lies in it. */
  readonly root: string;
  readonly workspace: string;
  readonly runners: CatalogDirectives["runners"];
}

/** Gives back what is left over, and tells each, without a line end. Nothing that fails here keeps a run from its work. */
export async function reapLeftOvers(
  { compute, root, workspace, runners }: LeftOverSource,
  host: Host,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const journal = new LeaseJournal(host.files, join(root, ".lamina/leases"));
  const { opened, closed } = await openJournaled({ journal, runners }, [compute], host);
  try {
    const computes = [compute, ...opened];
    const pool = poolName(workspace);
    const deps = { computes, journal, processes: processTable, clock: host.clock, pool };
    const { removed, failed } = await reapLeases(deps, signal);
    for (const seen of removed) tell(`gave back ${nameRunner(seen)}, which an earlier run left over`);
    for (const { seen, message } of failed) {
      const why = closed.get(seen.provider)?.message ?? message;
      tell(`${nameRunner(seen)}, which an earlier run left over, was not given back: ${why}`);
    }
  } finally {
    await Promise.all(opened.map((each) => each.close()));
  }
}
