// What builds of a project were seen to need, for the advice in its plans. A file of metrics that is the same as before is not
// opened again, and without one nothing is loaded. A pool is asked where sizes are shown (learn-needs.ts): advice is not worth a wait
// before every command, and sizes that are approved stand in the project itself.

import { join } from "node:path";
import type { Memory } from "../../engine/memory/memory.ts";
import type { LayerNeed } from "../../engine/project.ts";
import type { Output } from "../output.ts";
import { metricsFile } from "./open-metrics.ts";

/** `root` is absolute. A file that cannot be read is told, and does without. */
export async function recallNeeds(
  { root, workspace }: { readonly root: string; readonly workspace: string },
  memory: Memory,
  output: Pick<Output, "remark">,
): Promise<readonly LayerNeed[]> {
  const path = join(root, metricsFile);
  if (!memory.files.info(path).ok) return [];
  const key = `needs ${path}`;
  const known = memory.recall(key, workspace)?.brief;
  if (isNeeds(known)) return known;
  // Read before it is asked, so that what is kept is never taken for the answer of a later state.
  const looked = [path, `${path}-wal`];
  for (const each of looked) memory.files.read(each);
  const notes = memory.takeNotes();
  for (const each of looked) notes.noteContent(each);
  const { openSqliteMetrics } = await import("../../providers/metrics/sqlite.ts");
  const store = openSqliteMetrics(path);
  const needs = await store.p95(workspace);
  await store.close();
  if (!needs.ok) {
    output.remark(`sizes are planned without past builds: ${needs.error.message}\n`);
    return [];
  }
  memory.keep(key, workspace, notes, { brief: needs.value }, "small");
  return needs.value;
}

/** A memory gives back only what this very program wrote. */
function isNeeds(json: unknown): json is readonly LayerNeed[] {
  return Array.isArray(json);
}
