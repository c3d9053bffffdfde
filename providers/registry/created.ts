// When an external image was made, as its configuration tells (OCI image spec, config.md). Reads a manifest and a
// configuration, no layer.

import { z } from "zod";
import type { ImageDigest } from "../../engine/core/digest.ts";
import type { ImageInspector } from "../../engine/ports/images.ts";
import type { Registry } from "../../engine/ports/registry.ts";
import { type Descriptor, manifestSchema, parseJson, readBlob } from "../store/oci-layout.ts";
import { readConfig } from "./read-config.ts";
import { parseReference } from "./reference.ts";

export function openImageInspector(registry: Registry): ImageInspector {
  return {
    async createdAt(reference, digest, signal) {
      const place = openPlace(reference, registry, signal);
      const manifest = manifestSchema.safeParse(parse(await place?.readManifest(digest))).data;
      if (manifest?.config === undefined) return undefined;
      const config = configSchema.safeParse(parse(await place?.readConfig(manifest.config))).data;
      const created = Date.parse(config?.created ?? "");
      return created >= firstImagesMs ? created : undefined;
    },
  };
}

/** Docker's first release. */
const firstImagesMs = Date.UTC(2013, 2, 20);

const configSchema = z.looseObject({ created: z.string().optional() });

interface Place {
  readManifest(digest: ImageDigest): Promise<Uint8Array | undefined>;
  readConfig(config: Descriptor): Promise<Uint8Array | undefined>;
}

/** Where a reference leads; undefined where it is none. */
function openPlace(reference: string, registry: Registry, signal: AbortSignal): Place | undefined {
  const layout = /^oci-layout:(.+?)(?:@sha256:[0-9a-f]{64})?$/s.exec(reference)?.[1];
  if (layout !== undefined)
    return {
      readManifest: (digest) => Promise.resolve(readBlob(layout, digest)),
      readConfig: ({ digest }) => Promise.resolve(readBlob(layout, digest)),
    };
  const place = parseReference(reference);
  if (place === undefined) return undefined;
  return {
    async readManifest(digest) {
      const read = await registry.readManifest(place, digest, signal);
      return read.ok ? read.value.bytes : undefined;
    },
    async readConfig(config) {
      const read = await readConfig(registry, place, config, signal);
      return read.ok ? read.value : undefined;
    },
  };
}

function parse(bytes: Uint8Array | undefined): unknown {
  return bytes === undefined ? undefined : parseJson(bytes);
}
