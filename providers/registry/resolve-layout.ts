// An OCI image layout on disk that stands in for an external image: which of its images is meant.

import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { type ImageDigest, imageDigest } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { ResolveFailure } from "../../engine/ports/images.ts";
import type { Platform } from "../../schemas/platform.ts";
import { type Descriptor, descriptorSchema, parseJson, readBlob, readManifest } from "../store/oci-layout.ts";
import { configPlatform, offeredPlatforms, samePlatform } from "./platforms.ts";

const indexSchema = z.looseObject({ manifests: z.array(descriptorSchema).default([]) });

/**
 * `reference` is "oci-layout:<absolute directory>", with "@sha256:…" where the layout holds several images. An image
 * index, inside the layout or as the digest, is followed to the manifest for the platform.
 */
export function resolveInLayout(reference: string, platform: Platform): Result<ImageDigest, ResolveFailure> {
  const found = /^oci-layout:(.+?)(?:@(sha256:[0-9a-f]{64}))?$/s.exec(reference);
  const directory = found?.[1];
  const digest = found?.[2];
  if (directory === undefined || !isAbsolute(directory))
    return err({ kind: "unreachable", image: reference, message: "it names no absolute directory" });
  const entries = digest === undefined ? readIndex(directory) : [{ mediaType: "", digest, size: 0 }];
  if (entries === undefined) return err({ kind: "not-found", image: reference });
  const images = entries.flatMap((entry) => imagesOf(directory, entry));
  if (images.length === 0) return err({ kind: "not-found", image: reference });
  const fitting = images.filter((one) => one.platform !== undefined && samePlatform(one.platform, platform));
  const digests = Array.from(new Set(fitting.map((one) => one.digest)));
  const [only, ...others] = digests;
  if (only === undefined)
    return err({ kind: "platform-missing", image: reference, platform, offered: offeredPlatforms(images) });
  if (others.length === 0) return ok(imageDigest(only));
  const message = `it holds ${digests.length} images for ${platform}: say which one with @sha256:…`;
  return err({ kind: "unreachable", image: reference, message });
}

function readIndex(directory: string): readonly Descriptor[] | undefined {
  try {
    return indexSchema.parse(JSON.parse(readFileSync(join(directory, "index.json"), "utf8"))).manifests;
  } catch {
    return undefined;
  }
}

/** The images that a descriptor stands for and that are there, each with its platform. */
function imagesOf(directory: string, entry: Descriptor): Descriptor[] {
  const manifest = readManifest(directory, entry.digest);
  if (manifest === undefined) return [];
  if (manifest.manifests !== undefined)
    return manifest.manifests.flatMap((child) => imagesOf(directory, child));
  const config = manifest.config === undefined ? undefined : readBlob(directory, manifest.config.digest);
  const platform = entry.platform ?? (config === undefined ? undefined : configPlatform(parseJson(config)));
  return [{ ...entry, ...(platform === undefined ? {} : { platform }) }];
}
