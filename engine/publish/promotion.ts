// Tags of a whole run that move together. A registry has no transactions, so a journal makes one of them:
//
//   journal written ──▶ moving ──▶ moved: journal taken away
//                         ├── the registry fails: the journal stays, and the next run goes on with it
//                         └── a tag was moved by somebody else, or what it is to point to is gone: undone
//
// Going on comes before going back: what is promoted was proven and is in the registry, whole.

import type { PromotionRecord, TagMove } from "../../schemas/promotion.ts";
import { type ImageDigest, imageDigest } from "../core/digest.ts";
import type { FileFailure } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Processes } from "../ports/processes.ts";
import type { Registry, RegistryFailure } from "../ports/registry.ts";
import type { PromotionJournal } from "./promotion-journal.ts";

export interface PromotionDeps {
  readonly registry: Registry;
  readonly journal: PromotionJournal;
  readonly processes: Processes;
}

export type PromotionEnd =
  | { readonly kind: "moved"; readonly tags: number }
  /** Nothing was moved. */
  | { readonly kind: "unrecorded"; readonly failure: FileFailure }
  /** Some tags may have moved, others not; the journal stays. */
  | { readonly kind: "unfinished"; readonly failure: RegistryFailure }
  /** All tags are as they were, but those in `left`, which could not be taken away or were moved by somebody else. */
  | { readonly kind: "undone"; readonly cause: string; readonly left: readonly TagMove[] };

/**
 * Moves the tags, all or none. What they are to point to must be in the registry. Moves to where a tag is already count as
 * moved. An interruption does not stop it: it is a matter of moments, and half of it is worse.
 */
export async function promote(
  runId: string,
  moves: readonly TagMove[],
  deps: PromotionDeps,
): Promise<PromotionEnd> {
  if (moves.length === 0) return { kind: "moved", tags: 0 };
  const record: PromotionRecord = { version: 1, runId, owner: deps.processes.self, moves: [...moves] };
  const written = deps.journal.write(record);
  if (!written.ok) return { kind: "unrecorded", failure: written.error };
  return carryOut(record, deps);
}

/** Ends what runs of processes that are no more have begun; in order of the journal. */
export async function resumePromotions(
  deps: PromotionDeps,
): Promise<readonly { readonly record: PromotionRecord; readonly end: PromotionEnd }[]> {
  const ends = [];
  for (const record of deps.journal.list())
    if (deps.processes.look(record.owner) !== "alive")
      ends.push({ record, end: await carryOut(record, deps) });
  return ends;
}

async function carryOut(record: PromotionRecord, deps: PromotionDeps): Promise<PromotionEnd> {
  const looked = await Promise.all(record.moves.map((move) => look(move, deps)));
  const standing: Standing[] = [];
  for (const each of looked) {
    if (!each.ok) return { kind: "unfinished", failure: each.error };
    standing.push(each.value);
  }
  const foreign = standing.find(({ move, at }) => at !== move.from && at !== move.to);
  if (foreign !== undefined)
    return undo(record, standing, `somebody else moved ${nameOf(foreign.move)} meanwhile`, deps);
  const ahead = standing.filter(({ move, at }) => at !== move.to);
  const moved = await Promise.all(ahead.map(({ move }) => point(move, move.to, deps)));
  const failures = moved.flatMap((each) => (each.ok ? [] : [each.error]));
  const gone = failures.find(({ kind }) => kind === "not-found" || kind === "damaged");
  if (gone !== undefined) {
    const after = await Promise.all(record.moves.map((move) => look(move, deps)));
    return undo(
      record,
      after.flatMap((each) => (each.ok ? [each.value] : [])),
      `what was to be promoted is not in the registry any more: ${messageOf(gone)}`,
      deps,
    );
  }
  const [failure] = failures;
  if (failure !== undefined) return { kind: "unfinished", failure };
  deps.journal.remove(record);
  return { kind: "moved", tags: ahead.length };
}

/** Where a tag points to now. */
interface Standing {
  readonly move: TagMove;
  readonly at: ImageDigest | null;
}

async function look(move: TagMove, { registry }: PromotionDeps): Promise<Result<Standing, RegistryFailure>> {
  const found = await registry.resolve(placeOf(move), move.tag, never);
  if (!found.ok) return found;
  return ok({ move, at: found.value === undefined ? null : imageDigest(found.value.digest) });
}

async function point(
  move: TagMove,
  to: ImageDigest,
  { registry }: PromotionDeps,
): Promise<Result<void, RegistryFailure>> {
  const manifest = await registry.readManifest(placeOf(move), to, never);
  if (!manifest.ok) return manifest;
  const put = await registry.putManifest(placeOf(move), move.tag, manifest.value, never);
  return put.ok ? ok(undefined) : put;
}

/** Sets back what moved. The journal goes in any case: what could not be set back cannot be later either, and is told. */
async function undo(
  record: PromotionRecord,
  standing: readonly Standing[],
  cause: string,
  deps: PromotionDeps,
): Promise<PromotionEnd> {
  const ours = standing.filter(({ move, at }) => at === move.to && at !== move.from);
  const ends = await Promise.all(ours.map(({ move }) => setBack(move, deps)));
  const left = ours.filter((_, index) => ends[index]?.ok !== true).map(({ move }) => move);
  const unreachable = ends.find((each) => !each.ok && isPassing(each.error));
  if (unreachable?.ok === false) return { kind: "unfinished", failure: unreachable.error };
  deps.journal.remove(record);
  const foreign = standing.filter(({ move, at }) => at !== move.to && at !== move.from);
  return { kind: "undone", cause, left: [...left, ...foreign.map(({ move }) => move)] };
}

async function setBack(move: TagMove, deps: PromotionDeps): Promise<Result<void, RegistryFailure>> {
  if (move.from !== null) return point(move, move.from, deps);
  const deleted = await deps.registry.deleteTag(placeOf(move), move.tag, never);
  return deleted.ok ? ok(undefined) : err(deleted.error);
}

/** Whether the same may work at another time. */
function isPassing({ kind }: RegistryFailure): boolean {
  return kind === "unreachable" || kind === "rate-limited" || kind === "unauthorized" || kind === "canceled";
}

function placeOf({ registry, repository }: TagMove): Parameters<Registry["resolve"]>[0] {
  return { registry, name: repository };
}

/** For people: "registry.example/lamina/rust:latest". */
export function nameOf({ registry, repository, tag }: TagMove): string {
  return `${registry}/${repository}:${tag}`;
}

function messageOf(failure: RegistryFailure): string {
  return failure.kind === "canceled" ? "canceled" : failure.message;
}

const never = new AbortController().signal;
