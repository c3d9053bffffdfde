// When an external image was made, as its configuration tells (OCI image spec, config.md). Reads a manifest and a
// configuration, no layer.

import { z } from "zod";
import type { ImageInspector } from "../../engine/ports/images.ts";
import { manifestSchema, parseJson, readBlob } from "../store/oci-layout.ts";
import { parseReference } from "./reference.ts";
import { openRepository } from "./repository.ts";

/** `env` tells where Docker's config.json lies, whose credentials are used. */
export function openImageInspector(env: (name: string) => string | undefined): ImageInspector {
  return {
    async createdAt(reference, digest, signal) {
      const fetchBlob = openBlobs(reference, env, signal);
      const manifest = manifestSchema.safeParse(parse(await fetchBlob?.(`manifests/${digest}`))).data;
      if (manifest?.config === undefined) return undefined;
      const config = configSchema.safeParse(parse(await fetchBlob?.(`blobs/${manifest.config.digest}`))).data;
      const created = Date.parse(config?.created ?? "");
      return created >= firstImagesMs ? created : undefined;
    },
  };
}

/** Docker's first release. */
const firstImagesMs = Date.UTC(2013, 2, 20);

const configSchema = z.looseObject({ created: z.string().optional() });

type FetchBlob = (path: string) => Promise<Uint8Array | undefined>;

/** Gets "manifests/…" and "blobs/…" of where a reference leads; undefined where it is none. */
function openBlobs(
  reference: string,
  env: (name: string) => string | undefined,
  signal: AbortSignal,
): FetchBlob | undefined {
  const layout = /^oci-layout:(.+?)(?:@sha256:[0-9a-f]{64})?$/s.exec(reference)?.[1];
  if (layout !== undefined)
    return (path) => Promise.resolve(readBlob(layout, path.slice(path.indexOf("/") + 1)));
  const parsed = parseReference(reference);
  if (parsed === undefined) return undefined;
  const repository = openRepository(parsed, reference, env, signal);
  return async (path) => {
    const answer = await repository.get(path, path.startsWith("manifests/") ? manifestTypes : "*/*");
    return answer.ok ? answer.value.body : undefined;
  };
}

const manifestTypes =
  "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

function parse(bytes: Uint8Array | undefined): unknown {
  return bytes === undefined ? undefined : parseJson(bytes);
}
