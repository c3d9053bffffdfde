// What this machine's checkout speaks of: images of lamina.lock and .lamina/local.lock, of promotions that have not ended, and of the
// store where they stand in for an external base. And whether that is still so.

import path from "node:path/posix";
import type { Diagnostic } from "../../engine/core/diagnostic.ts";
import { type Digest, type InputDigest, sha256 } from "../../engine/core/digest.ts";
import type { SharedFiles } from "../../engine/core/host.ts";
import { ok, type Result } from "../../engine/core/result.ts";
import type { Spoken } from "../../engine/hygiene/survey-images.ts";
import { openLockFile } from "../../engine/lock/lock-file.ts";
import type { Project } from "../../engine/project.ts";
import { PromotionJournal } from "../../engine/publish/promotion-journal.ts";
import { namedImages } from "../../providers/store/record-image.ts";
import type { Lock } from "../../schemas/lock.ts";
import { createHost, storeDirectory } from "../wire.ts";

export interface SpokenHere {
  readonly spoken: Spoken;
  /** Names of the layers that locks have, whatever the catalog has. */
  readonly layers: readonly string[];
  /** Digests that the store is kept for. */
  readonly roots: ReadonlySet<Digest>;
  /** Whether locks and journals are as they were read. */
  readonly isCurrent: () => boolean;
}

/** Diagnostics of a lock that cannot be read: what it speaks of would look forgotten. */
export async function readSpoken({
  graph,
  local,
}: Pick<Project, "graph" | "local">): Promise<Result<SpokenHere, readonly Diagnostic[]>> {
  const { files } = createHost();
  const { root } = graph;
  const folder = path.join(root, ".lamina");
  const seen = fingerprint(root, files);
  const locks: Lock[] = [];
  for (const name of lockNames) {
    const opened = await openLockFile(files, { path: path.join(root, name), folder });
    if (!opened.ok) return opened;
    locks.push(opened.value.current);
  }
  const journal = new PromotionJournal(files, path.join(folder, "promotions"));
  const moves = journal.list().flatMap((record) => record.moves);
  const byLocks = spokenByLocks(locks);
  const store = storeDirectory(root);
  return ok({
    spoken: { ...byLocks, moves },
    layers: locks.flatMap(({ layers }) => Object.keys(layers)),
    roots: new Set<Digest>([
      ...byLocks.images,
      ...moves.flatMap(({ from, to }) => (from === null ? [to] : [from, to])),
      ...Array.from(local.bases.values()).flatMap((reference) => imagesIn(store, reference)),
    ]),
    isCurrent: () => fingerprint(root, files) === seen,
  });
}

const lockNames = ["lamina.lock", ".lamina/local.lock"] as const;

/** Of all files that speak. */
function fingerprint(root: string, files: SharedFiles): Digest {
  const journals = lockNames.map((name) => `.lamina/${path.basename(name)}.journal`);
  const listed = files.list(path.join(root, ".lamina/promotions"));
  const promotions = (listed.ok ? listed.value : []).map(({ name }) => `.lamina/promotions/${name}`);
  const texts = [...lockNames, ...journals, ...promotions].map((name) => {
    const text = files.readText(path.join(root, name));
    return [name, text.ok ? text.value : null];
  });
  return sha256(JSON.stringify(texts));
}

function spokenByLocks(locks: readonly Lock[]): Pick<Spoken, "inputs" | "images"> {
  const entries = locks.flatMap(({ layers }) => Object.values(layers).flatMap((each) => Object.values(each)));
  return {
    inputs: new Set<InputDigest>(entries.map(({ input }) => input)),
    images: new Set<Digest>(
      entries.flatMap(({ image, inputs: { parents } }) => [image].concat(Object.values(parents))),
    ),
  };
}

/** Of an image that stands in for an external one, and lies in the store. */
function imagesIn(store: string, reference: string): readonly Digest[] {
  const found = /^oci-layout:(.+?)(?:@(sha256:[0-9a-f]{64}))?$/s.exec(reference);
  if (found?.[1] !== store) return [];
  return found[2] === undefined ? namedImages(store) : [found[2]];
}
