// What is stated of a layer's image, as in-toto has it (in-toto/attestation, spec/v1/statement.md). Pure, and the same text for
// the same facts.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest } from "../core/digest.ts";

/** The image that something is stated of. */
export interface StatedImage {
  readonly workspace: string;
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly digest: ImageDigest;
  /** What the lock says of it. */
  readonly entry: LockEntry;
}

export interface Statement {
  readonly predicateType: string;
  /** The whole statement. */
  readonly text: string;
}

/** "lamina/rust", as Dockerfiles of the catalog spell it. */
export function nameOfImage({ workspace, layer }: Pick<StatedImage, "workspace" | "layer">): string {
  return `${workspace}/${layer}`;
}

/** The hexadecimal digits alone, as in-toto and SPDX write digests. */
export function hexOf(digest: string): string {
  return digest.slice("sha256:".length);
}

export function stateOf(image: StatedImage, predicateType: string, predicate: object): Statement {
  const statement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: nameOfImage(image), digest: { sha256: hexOf(image.digest) } }],
    predicateType,
    predicate,
  };
  return { predicateType, text: JSON.stringify(statement) };
}

/** Seconds are enough, and all that SPDX has: "2026-11-23T01:02:03Z". */
export function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, "2026-11-23T01:02:03".length)}Z`;
}

/** In order of their keys, so that equal facts come out as equal text. */
export function sortedEntries(
  record: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
