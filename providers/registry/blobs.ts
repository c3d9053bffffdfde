// Blobs of a registry: whether they are there, taken over from another repository, handed out (OCI distribution spec, "Pulling blobs",
// "Mounting a blob from another repository"). How they are sent is in push-blob.ts.

import { createHash } from "node:crypto";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { RepositoryPlace } from "../../engine/plan/registry-mapper.ts";
import type { BlobDescriptor, Registry, RegistryFailure } from "../../engine/ports/registry.ts";
import type { HttpAnswer } from "../host/http.ts";
import { answerFailure } from "./answer-failure.ts";
import type { ApiRequest, RegistryApi } from "./api.ts";
import { abandonUpload } from "./push-blob.ts";
import { pullScope, pushScope } from "./scopes.ts";

/** How often a transfer that broke off is taken up again without a byte in between. */
const tries = 4;

export function openBlobs(api: RegistryApi): Pick<Registry, "hasBlob" | "mountBlob" | "pullBlob"> {
  return {
    async hasBlob(place, digest, signal) {
      const answer = await api.ask({ ...question(place, digest), method: "HEAD" }, signal);
      if (!answer.ok) return answer;
      const { status } = answer.value;
      if (status === 200) return ok(true);
      return status === 404 ? ok(false) : err(answerFailure(place.registry, answer.value));
    },
    async mountBlob(place, digest, from, signal) {
      const { registry, name } = place;
      const answer = await api.ask(
        {
          registry,
          method: "POST",
          target: `/v2/${name}/blobs/uploads/?${new URLSearchParams({ mount: digest, from }).toString()}`,
          scopes: [pushScope(name), pullScope(from)],
          isRepeatable: true,
        },
        signal,
      );
      if (!answer.ok) return mayNot(answer.error) ? ok(false) : answer;
      const { status } = answer.value;
      if (status === 201) return ok(true);
      if (status !== 202) {
        const failure = answerFailure(registry, answer.value);
        return mayNot(failure) ? ok(false) : err(failure);
      }
      // It waits for the blob to be sent instead.
      await abandonUpload(api, place, answer.value, signal);
      return ok(false);
    },
    pullBlob: (place, blob, write, signal) => pullBlob(api, place, blob, write, signal),
  };
}

/** Without a right to the other repository, or where the way is unknown, the blob is sent instead (moby/buildkit#2454). */
function mayNot({ kind }: RegistryFailure): boolean {
  return ["unauthorized", "denied", "not-found", "refused", "unsupported", "damaged"].includes(kind);
}

async function pullBlob(
  api: RegistryApi,
  place: RepositoryPlace,
  { digest, sizeBytes }: BlobDescriptor,
  write: (piece: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): Promise<Result<void, RegistryFailure>> {
  const { registry } = place;
  const hash = createHash("sha256");
  let received = 0;
  let askedFrom = 0;
  let fault: RegistryFailure | undefined;
  const onPiece = async (piece: Uint8Array, head: Omit<HttpAnswer, "body">): Promise<void> => {
    fault = checkPiece(piece, head);
    if (fault === undefined)
      try {
        await write(piece);
      } catch (cause) {
        fault = { kind: "file", message: cause instanceof Error ? cause.message : String(cause) };
      }
    // Only to end the request: what it was is kept.
    if (fault !== undefined) throw new Error(fault.kind);
    hash.update(piece);
    received += piece.byteLength;
  };
  const checkPiece = (piece: Uint8Array, head: Omit<HttpAnswer, "body">): RegistryFailure | undefined => {
    if (received + piece.byteLength > sizeBytes)
      return { kind: "damaged", message: `${registry} sent more than the ${sizeBytes} bytes of ${digest}` };
    if (head.status === 206 && !startsAt(head.headers.get("content-range"), askedFrom))
      return { kind: "damaged", message: `${registry} sent another part of ${digest} than was asked for` };
    return undefined;
  };
  for (let attempt = 1; ; ) {
    askedFrom = received;
    const headers = askedFrom === 0 ? {} : { range: `bytes=${askedFrom}-` };
    const stream = (): { onPiece: OnPiece } => ({ onPiece: leaveOut(askedFrom, onPiece) });
    // Not as it was, but for what is missing: the next round of this loop.
    const isRepeatable = false;
    const answer = await api.ask({ ...question(place, digest), headers, stream, isRepeatable }, signal);
    if (signal.aborted) return err({ kind: "canceled" });
    if (fault !== undefined) return err(fault);
    if (answer.ok && answer.value.status !== 200 && answer.value.status !== 206)
      return err(answerFailure(registry, answer.value));
    // An answer that came to its end was all that there is.
    if (answer.ok && received === sizeBytes) break;
    if (answer.ok) {
      const message = `${registry} sent ${received} of the ${sizeBytes} bytes of ${digest}`;
      return err({ kind: "damaged", message });
    }
    attempt = received > askedFrom ? 1 : attempt + 1;
    if (answer.error.kind !== "unreachable" || attempt > tries) return answer;
    if (!(await api.pause(attempt, signal))) return err({ kind: "canceled" });
  }
  const got = `sha256:${hash.digest("hex")}`;
  return got === digest
    ? ok(undefined)
    : err({ kind: "damaged", message: `${registry} sent ${got} in place of ${digest}` });
}

type OnPiece = (piece: Uint8Array, head: Omit<HttpAnswer, "body">) => Promise<void>;

/** Without the first bytes of a whole answer, which are here: not every registry gives parts. */
function leaveOut(count: number, onPiece: OnPiece): OnPiece {
  let toSkip = count;
  return async (piece, head) => {
    const rest = head.status === 206 ? piece : piece.subarray(toSkip);
    toSkip -= Math.min(toSkip, piece.byteLength);
    if (rest.byteLength > 0) await onPiece(rest, head);
  };
}

/** Whether a Content-Range header tells of a part from that byte on. */
function startsAt(header: string | null, byte: number): boolean {
  return /^bytes (\d+)-/.exec(header ?? "")?.[1] === String(byte);
}

function question(place: RepositoryPlace, digest: string): ApiRequest {
  return {
    registry: place.registry,
    method: "GET",
    target: `/v2/${place.name}/blobs/${digest}`,
    scopes: [pullScope(place.name)],
    isRepeatable: true,
  };
}
