// A small blob of a registry in memory, such as an image's configuration.

import type { Digest } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { RepositoryPlace } from "../../engine/plan/registry-mapper.ts";
import type { Registry, RegistryFailure } from "../../engine/ports/registry.ts";

/** Far above any configuration. */
const maxBytes = 16 * 1024 * 1024;

/** A configuration's bytes; "refused" where it is larger than any is. */
export async function readConfig(
  registry: Registry,
  place: RepositoryPlace,
  { digest, size: sizeBytes }: { readonly digest: Digest; readonly size: number },
  signal: AbortSignal,
): Promise<Result<Uint8Array, RegistryFailure>> {
  if (sizeBytes > maxBytes)
    return err({ kind: "refused", message: `${digest} is no configuration: it has ${sizeBytes} bytes` });
  const pieces: Uint8Array[] = [];
  const write = (piece: Uint8Array): Promise<void> => {
    pieces.push(piece);
    return Promise.resolve();
  };
  const pulled = await registry.pullBlob(place, { digest, sizeBytes }, write, signal);
  return pulled.ok ? ok(Buffer.concat(pieces)) : pulled;
}
