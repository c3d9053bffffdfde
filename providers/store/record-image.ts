// Enters an image into a layout's index.json, so that tools which read layouts find it there by name. lamina itself
// addresses images by digest and never reads the index of its own store.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Descriptor, descriptorSchema } from "./oci-layout.ts";

const indexSchema = z.looseObject({ manifests: z.array(descriptorSchema).default([]) });

/**
 * Puts the image under its name, in place of the one that bore the name for the same platform. Atomic; of two
 * processes that write at the same instant one's entry may be lost until its next build, and no image with it.
 */
export function recordImage(directory: string, name: string, image: Descriptor): void {
  mkdirSync(join(directory, "blobs", "sha256"), { recursive: true });
  const path = join(directory, "index.json");
  const others = readEntries(path).filter(
    (entry) => entry.annotations?.[refName] !== name || platformOf(entry) !== platformOf(image),
  );
  const entry = { ...image, annotations: { ...image.annotations, [refName]: name } };
  writeAtomically(join(directory, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  writeEntries(path, [...others, entry]);
}

/** Digests of the images that have names. */
export function namedImages(directory: string): readonly string[] {
  return readEntries(join(directory, "index.json")).map(({ digest }) => digest);
}

/** Takes the names of those images away. */
export function forgetImages(directory: string, isGone: (digest: string) => boolean): void {
  const path = join(directory, "index.json");
  const entries = readEntries(path);
  const left = entries.filter(({ digest }) => !isGone(digest));
  if (left.length < entries.length) writeEntries(path, left);
}

function writeEntries(path: string, entries: readonly Descriptor[]): void {
  const manifests = [...entries].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const mediaType = "application/vnd.oci.image.index.v1+json";
  writeAtomically(path, `${JSON.stringify({ schemaVersion: 2, mediaType, manifests }, undefined, 2)}\n`);
}

const refName = "org.opencontainers.image.ref.name";

function readEntries(path: string): readonly Descriptor[] {
  try {
    const parsed = indexSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
    return parsed.success ? parsed.data.manifests : [];
  } catch {
    return [];
  }
}

function platformOf({ platform }: Descriptor): string {
  return platform === undefined ? "" : `${platform.os}/${platform.architecture}/${platform.variant ?? ""}`;
}

function sortKey(entry: Descriptor): string {
  return `${entry.annotations?.[refName] ?? ""} ${platformOf(entry)}`;
}

function writeAtomically(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}
