// lamina.sizing.json: the approved sizes of a project, read, and written as text.

import { posix } from "node:path";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { SizingApprovals } from "../../schemas/sizing-approvals.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { err, ok, type Result } from "../core/result.ts";
import { toJson } from "../nickel/located.ts";
import type { CatalogDeps } from "./catalog-deps.ts";
import { diagnoseIssues } from "./diagnose-issues.ts";
import { mayExist } from "./may-exist.ts";
import { noteEvaluation, rememberEvaluations } from "./remember-evaluation.ts";

export interface ApprovedEntry {
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly cpu: number;
  readonly memoryGb: number;
  /** Builds that it rests on. */
  readonly builds: number;
}

/** Absolute, for an absolute root. */
export function approvedSizesPath(root: string): string {
  return posix.join(root, "lamina.sizing.json");
}

/** Reads the file under `root` (absolute), in its own order; where there is none, nothing is approved. */
export async function loadApprovedSizes(
  root: string,
  { files, evaluate, memory }: CatalogDeps,
): Promise<Result<readonly ApprovedEntry[], readonly Diagnostic[]>> {
  const path = approvedSizesPath(root);
  if (!mayExist(files, path)) return ok([]);
  const key = `approved sizes ${path}`;
  const known = memory?.recall(key, "")?.brief;
  if (isApproved(known)) return ok(known);
  const evaluated = await (memory === undefined ? evaluate : rememberEvaluations(evaluate, memory))(path);
  if (!evaluated.ok) return evaluated;
  // Loaded where it is needed: most projects have no such file, and one that was sound is remembered.
  const { sizingApprovals, sizingHead } = await import("../../schemas/sizing-approvals.ts");
  const json = toJson(evaluated.value.value);
  const head = sizingHead.safeParse(json);
  const parsed = head.success ? sizingApprovals.safeParse(json) : head;
  if (!parsed.success) {
    memory?.drop(key);
    return err(diagnoseIssues(parsed.error.issues, evaluated.value.value));
  }
  const entries = entriesOf(sizingApprovals.parse(json));
  if (memory !== undefined) {
    const notes = memory.takeNotes();
    noteEvaluation(evaluated.value, notes);
    memory.keep(key, "", notes, { brief: entries }, "small");
  }
  return ok(entries);
}

function entriesOf({ approved }: SizingApprovals): readonly ApprovedEntry[] {
  return entries(approved).flatMap(([layer, platforms]) =>
    entries(platforms).map(([platform, { cpu, memory_gb: memoryGb, builds }]) => ({
      layer,
      platform,
      cpu,
      memoryGb,
      builds,
    })),
  );
}

/** Deterministic: by layer, then by platform, one a line. */
export function serializeApprovedSizes(approved: readonly ApprovedEntry[]): string {
  const byLayer = Map.groupBy(approved, ({ layer }) => layer);
  const layers = Array.from(byLayer)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([layer, entriesOfLayer]) => {
      const lines = entriesOfLayer
        .toSorted((a, b) => (a.platform < b.platform ? -1 : 1))
        .map(
          ({ platform, cpu, memoryGb, builds }) =>
            `      ${JSON.stringify(platform)}: { "cpu": ${cpu}, "memory_gb": ${memoryGb}, "builds": ${builds} }`,
        );
      return `    ${JSON.stringify(layer)}: {\n${lines.join(",\n")}\n    }`;
    });
  const body = layers.length === 0 ? "{}" : `{\n${layers.join(",\n")}\n  }`;
  return `{\n  "version": ${1 satisfies SizingApprovals["version"]},\n  "approved": ${body}\n}\n`;
}

/** With their keys as what the schema made of them. */
function entries<K extends string, V>(record: Readonly<Record<K, V>>): readonly (readonly [K, V])[] {
  const found: [K, V][] = [];
  for (const key in record) if (Object.hasOwn(record, key)) found.push([key, record[key]]);
  return found;
}

/** What is remembered was held against the schema by this very version of the program. */
function isApproved(json: unknown): json is readonly ApprovedEntry[] {
  return Array.isArray(json);
}
