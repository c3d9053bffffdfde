// The manifest that attaches statements to an image, beside which it stands in an index (moby/buildkit,
// docs/attestations/attestation-storage.md). Pure.

import type { IndexDescriptor } from "../../schemas/layer-index.ts";
import { imageDigest, sha256 } from "../core/digest.ts";
import type { Statement } from "./statement.ts";

/** Annotation of an attestation's descriptor: the image that it is about. */
export const referenceKey = "vnd.docker.reference.digest";

export interface ComposedAttestation {
  /** Of the manifest, as an index has it. */
  readonly descriptor: IndexDescriptor;
  /** Each after those that it speaks of: the manifest is the last one. */
  readonly blobs: readonly Uint8Array[];
}

export function composeAttestation(
  subject: Pick<IndexDescriptor, "mediaType" | "digest" | "size">,
  statements: readonly Statement[],
): ComposedAttestation {
  const stated = statements.map(({ predicateType, text }) => {
    const bytes = encode(text);
    const annotations = { "in-toto.io/predicate-type": predicateType };
    return { bytes, layer: { ...describe("application/vnd.in-toto+json", bytes), annotations } };
  });
  const empty = encode("{}");
  const { mediaType, digest, size } = subject;
  const manifest = encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestMediaType,
      artifactType: "application/vnd.docker.attestation.manifest.v1+json",
      config: { ...describe("application/vnd.oci.empty.v1+json", empty), data: "e30=" },
      layers: stated.map(({ layer }) => layer),
      subject: { mediaType, digest, size },
    }),
  );
  return {
    descriptor: {
      ...describe(manifestMediaType, manifest),
      // None that anybody would run.
      platform: { architecture: "unknown", os: "unknown" },
      annotations: { "vnd.docker.reference.type": "attestation-manifest", [referenceKey]: digest },
    },
    blobs: [empty, ...stated.map(({ bytes }) => bytes), manifest],
  };
}

const manifestMediaType = "application/vnd.oci.image.manifest.v1+json";

function describe(
  mediaType: string,
  bytes: Uint8Array,
): Pick<IndexDescriptor, "mediaType" | "digest" | "size"> {
  return { mediaType, digest: imageDigest(sha256(bytes)), size: bytes.byteLength };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
