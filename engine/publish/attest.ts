// What is attached to a layer's image when it is published: how it came to be, and what is in it. Made into the store, from where
// it is sent as images are.

import type { IndexDescriptor } from "../../schemas/layer-index.ts";
import type { Clock, FileFailure } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import type { ImageInventory } from "../ports/image-inventory.ts";
import type { BlobWriter } from "../ports/images.ts";
import type { RegistryFailure } from "../ports/registry.ts";
import type { SourceFacts } from "../ports/source-facts.ts";
import { composeAttestation } from "./attestation-manifest.ts";
import { type BuildTimes, type Collection, stateCollection, stateProvenance } from "./provenance.ts";
import { stateSbom } from "./sbom.ts";
import { nameOfImage, type StatedImage, type Statement } from "./statement.ts";

export interface AttestDeps {
  readonly inventory: ImageInventory;
  readonly blobs: BlobWriter;
  readonly clock: Pick<Clock, "nowMs">;
  /** Of lamina. */
  readonly version: string;
  readonly source: SourceFacts;
  /** Told of what is left out, in a phrase. */
  readonly tell: (text: string) => void;
}

export interface AttestedImage extends Omit<StatedImage, "workspace" | "digest"> {
  readonly workspace: string;
  readonly manifest: Pick<IndexDescriptor, "mediaType" | "digest" | "size">;
  /** The run that publishes it. */
  readonly runId: string;
  /** Undefined where it was built before that. */
  readonly build: BuildTimes | undefined;
  /** Of an image of a layer's artifacts: out of which image they were taken. Then that image's SBOM tells of them. */
  readonly collected?: Collection | undefined;
}

/**
 * The descriptor of the manifest, for the index beside the image. An image whose content cannot be read is attested without it: what
 * was proven is published all the same.
 */
export async function attest(
  { manifest, runId, build, collected, ...subject }: AttestedImage,
  deps: AttestDeps,
  signal: AbortSignal,
): Promise<Result<IndexDescriptor, Extract<RegistryFailure, { kind: "file" | "canceled" }>>> {
  const { source, version, clock } = deps;
  const image: StatedImage = { ...subject, digest: manifest.digest };
  if (collected !== undefined) return keep(manifest, [stateCollection({ image, version, collected })], deps);
  const statements: Statement[] = [
    stateProvenance({ image, source, version, build: build && { ...build, runId } }),
  ];
  const content = await deps.inventory.read(image.digest, signal);
  if (content.ok) {
    for (const each of content.value.unread)
      deps.tell(`the SBOM of ${nameOfImage(image)} is not whole: ${each}`);
    statements.push(stateSbom({ image, content: content.value, version, runId, createdMs: clock.nowMs() }));
  } else {
    const { error } = content;
    switch (error.kind) {
      case "canceled":
        return err(error);
      // Built and published elsewhere: nobody here has it to look into.
      case "not-stored":
        break;
      case "damaged":
        deps.tell(`${nameOfImage(image)} is published without an SBOM: ${error.message}`);
        break;
      default:
        return unreachable(error);
    }
  }
  return keep(manifest, statements, deps);
}

function keep(
  manifest: AttestedImage["manifest"],
  statements: readonly Statement[],
  { blobs }: AttestDeps,
): Result<IndexDescriptor, Extract<RegistryFailure, { kind: "file" }>> {
  const composed = composeAttestation(manifest, statements);
  for (const bytes of composed.blobs) {
    const written: Result<void, FileFailure> = blobs.add(bytes);
    if (!written.ok) return err({ kind: "file", message: written.error.message });
  }
  return ok(composed.descriptor);
}
