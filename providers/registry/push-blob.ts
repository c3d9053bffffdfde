// Sends a blob from its file (OCI distribution spec, "Pushing blobs"): a small one in one request, a large one in pieces, so that a
// break costs a piece and not the whole. The registry compares the digest; no more than a part of a piece is in memory.
//
//   open ──> whole ──────────────────────────> there
//    └─────> piece ─> piece ─> … ─> close ───> there
//              └ broken: ask where it stands, go on; where pieces are refused: open anew, whole

import { createReadStream, statSync } from "node:fs";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { RepositoryPlace } from "../../engine/plan/registry-mapper.ts";
import type { BlobFile, Registry, RegistryFailure } from "../../engine/ports/registry.ts";
import type { RegistryAddress } from "../../schemas/registry-address.ts";
import type { HttpAnswer } from "../host/http.ts";
import type { OutgoingBody } from "../host/http-stream.ts";
import { answerFailure } from "./answer-failure.ts";
import type { ApiRequest, RegistryApi } from "./api.ts";
import { pushScope } from "./scopes.ts";

/** A blob up to this size, and each piece of a larger one, is one request. */
const defaultPieceBytes = 32 * 1024 * 1024;
/** Uploads of one blob that are begun; and breaks of one upload without a byte in between. */
const uploads = 3;
const breaks = 4;

type Pushed = Result<void, RegistryFailure>;
type Report = (sentBytes: number) => void;

/** `pieceBytes` is for tests. */
export function openPushes(api: RegistryApi, pieceBytes = defaultPieceBytes): Pick<Registry, "pushBlob"> {
  // Some take pieces of a size that nobody would use: ghcr.io of 4 MiB (ocx-sh/ocx#237), though blobs of many GiB in one request.
  const wholeOnly = new Set<RegistryAddress>();
  return {
    async pushBlob(place, blob, report, signal) {
      const unreadable = checkFile(blob);
      if (unreadable !== undefined) return err(unreadable);
      let last: Pushed = ok(undefined);
      for (let upload = 1; upload <= uploads; upload += 1) {
        if (upload > 1 && !(await api.pause(upload, signal))) return err({ kind: "canceled" });
        const opened = await openUpload(api, place, signal);
        if (!opened.ok) return opened;
        const session: Session = { api, place, blob, report, signal, ...opened.value };
        const isWhole = blob.sizeBytes <= pieceBytes || wholeOnly.has(place.registry);
        const sent = isWhole
          ? await sendWhole(session)
          : await sendPieces(session, Math.max(pieceBytes, opened.value.leastBytes));
        if (sent === "pieces-refused") {
          await abandonUpload(api, place, opened.value.answer, signal);
          wholeOnly.add(place.registry);
          upload -= 1;
          continue;
        }
        if (sent.ok || sent.error.kind !== "unreachable") return sent;
        last = sent;
      }
      return last;
    },
  };
}

interface Session {
  readonly api: RegistryApi;
  readonly place: RepositoryPlace;
  readonly blob: BlobFile;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Where the next request goes, as the registry said. */
  readonly location: string;
}

interface OpenedUpload {
  readonly location: string;
  /** Of a piece that is not the last. */
  readonly leastBytes: number;
  readonly answer: HttpAnswer;
}

function checkFile({ path, digest, sizeBytes }: BlobFile): RegistryFailure | undefined {
  try {
    const { size } = statSync(path);
    if (size === sizeBytes) return undefined;
    return { kind: "damaged", message: `${digest} is to have ${sizeBytes} bytes, and its file has ${size}` };
  } catch (cause) {
    return { kind: "file", message: cause instanceof Error ? cause.message : String(cause) };
  }
}

async function openUpload(
  api: RegistryApi,
  place: RepositoryPlace,
  signal: AbortSignal,
): Promise<Result<OpenedUpload, RegistryFailure>> {
  // A session too many is cleared away by the registry.
  const request = { ...baseRequest(place), method: "POST", isRepeatable: true } as const;
  const asked = await api.ask({ ...request, target: `/v2/${place.name}/blobs/uploads/` }, signal);
  if (!asked.ok) return asked;
  const location = asked.value.headers.get("location");
  if (asked.value.status !== 202 || location === null)
    return err(refusal(answerFailure(place.registry, asked.value)));
  const least = Number(asked.value.headers.get("oci-chunk-min-length") ?? "0");
  return ok({ location, leastBytes: Number.isSafeInteger(least) ? least : 0, answer: asked.value });
}

/** Ends an upload that nobody will go on with; a registry that does not know how clears it away by and by. */
export async function abandonUpload(
  api: RegistryApi,
  place: RepositoryPlace,
  opened: HttpAnswer,
  signal: AbortSignal,
): Promise<void> {
  const location = opened.headers.get("location");
  if (location === null) return;
  await api.ask({ ...baseRequest(place), method: "DELETE", target: location, isRepeatable: false }, signal);
}

async function sendWhole(session: Session): Promise<Pushed> {
  const { api, place, blob, location, signal } = session;
  const target = withDigest(api, place, location, blob.digest);
  const answer = await sendPart(session, { method: "PUT", target }, 0, blob.sizeBytes);
  if (answer.ok) return conclude(place, answer.value);
  return await orThere(session, answer.error, signal);
}

async function sendPieces(session: Session, pieceBytes: number): Promise<Pushed | "pieces-refused"> {
  const { api, place, blob, signal } = session;
  let { location } = session;
  let sent = 0;
  for (let broken = 0; sent < blob.sizeBytes; ) {
    const end = Math.min(sent + pieceBytes, blob.sizeBytes);
    const headers = { "content-range": `${sent}-${end - 1}` };
    const answer = await sendPart(session, { method: "PATCH", target: location, headers }, sent, end);
    if (answer.ok && answer.value.status < 300) {
      // What the Range header tells lags behind at some (aws/containers-roadmap#2831): the digest will tell.
      sent = end;
      location = answer.value.headers.get("location") ?? location;
      broken = 0;
      continue;
    }
    if (answer.ok && sent === 0 && refusesPieces(answer.value)) return "pieces-refused";
    if (!answer.ok && answer.error.kind !== "unreachable") return answer;
    const failure = answer.ok ? refusal(answerFailure(place.registry, answer.value)) : answer.error;
    if (answer.ok && answer.value.status !== 416) return err(failure);
    broken += 1;
    if (broken > breaks) return err(failure);
    if (!(await api.pause(broken, signal))) return err({ kind: "canceled" });
    const stands = await askWhereItStands(session, location);
    if (stands === undefined) return err({ ...failure, kind: "unreachable", message: messageOf(failure) });
    if (stands.received > sent) broken = 0;
    sent = Math.min(stands.received, blob.sizeBytes);
    location = stands.location;
    session.report(sent);
  }
  const target = withDigest(api, place, location, blob.digest);
  const closed = await api.ask(
    {
      ...baseRequest(place),
      method: "PUT",
      target,
      headers: octets,
      body: new Uint8Array(),
      isRepeatable: false,
    },
    signal,
  );
  return closed.ok ? conclude(place, closed.value) : await orThere(session, closed.error, signal);
}

const octets = { "content-type": "application/octet-stream" } as const;

async function sendPart(
  { api, place, blob, report, signal }: Session,
  request: Pick<ApiRequest, "method" | "target" | "headers">,
  start: number,
  end: number,
): Promise<Result<HttpAnswer, RegistryFailure>> {
  let fault: RegistryFailure | undefined;
  const onFault = (failure: RegistryFailure): void => void (fault = failure);
  const stream = (): { body: OutgoingBody } => ({
    body: { pieces: readPart(blob, start, end, report, onFault), sizeBytes: end - start },
  });
  const headers = { ...octets, ...request.headers };
  const answer = await api.ask(
    { ...baseRequest(place), ...request, headers, stream, isRepeatable: false },
    signal,
  );
  return fault === undefined || signal.aborted ? answer : err(fault);
}

async function* readPart(
  { path, digest }: BlobFile,
  start: number,
  end: number,
  report: Report,
  onFault: (failure: RegistryFailure) => void,
): AsyncGenerator<Uint8Array> {
  let at = start;
  if (end > start)
    try {
      for await (const piece of createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024 })) {
        if (!(piece instanceof Uint8Array)) throw new TypeError("a stream of bytes gave something else");
        yield piece;
        at += piece.byteLength;
        report(at);
      }
    } catch (cause) {
      onFault({ kind: "file", message: cause instanceof Error ? cause.message : String(cause) });
      throw cause;
    }
  if (at === end) return;
  onFault({ kind: "damaged", message: `the file of ${digest} ended after ${at} bytes` });
  throw new Error("too short");
}

/** Where an upload broke off; undefined where it is gone. */
async function askWhereItStands(
  { api, place, signal }: Session,
  location: string,
): Promise<{ readonly received: number; readonly location: string } | undefined> {
  const answer = await api.ask(
    { ...baseRequest(place), method: "GET", target: location, isRepeatable: true },
    signal,
  );
  if (!answer.ok || answer.value.status >= 300) return undefined;
  const { headers } = answer.value;
  // "0-0" stands for nothing at all at some, and for one byte at others: a registry that has the byte says so with a 416.
  const last = /^(?:bytes=)?0-(\d+)$/.exec(headers.get("range") ?? "0-0")?.[1];
  if (last === undefined) return undefined;
  return { received: last === "0" ? 0 : Number(last) + 1, location: headers.get("location") ?? location };
}

/** Whether a registry takes no pieces, or none of that size. */
function refusesPieces({ status }: HttpAnswer): boolean {
  return (
    status === 400 || status === 404 || status === 405 || status === 413 || status === 416 || status === 501
  );
}

function conclude(place: RepositoryPlace, answer: HttpAnswer): Pushed {
  return answer.status < 300 ? ok(undefined) : err(refusal(answerFailure(place.registry, answer)));
}

/** The answer may be lost of a request that was done. */
async function orThere(
  { api, place, blob }: Session,
  failure: RegistryFailure,
  signal: AbortSignal,
): Promise<Pushed> {
  if (failure.kind !== "unreachable") return err(failure);
  const target = `/v2/${place.name}/blobs/${blob.digest}`;
  const asked = await api.ask({ ...baseRequest(place), method: "HEAD", target, isRepeatable: true }, signal);
  return asked.ok && asked.value.status === 200 ? ok(undefined) : err(failure);
}

/** Nobody asked whether something is there. */
function refusal(failure: RegistryFailure): RegistryFailure {
  return failure.kind === "not-found" ? { ...failure, kind: "refused" } : failure;
}

function messageOf(failure: RegistryFailure): string {
  return failure.kind === "canceled" ? "canceled" : failure.message;
}

/** The registry's own parameters stay: they may hold the state of the upload. */
function withDigest(api: RegistryApi, place: RepositoryPlace, location: string, digest: string): string {
  const url = api.locate(place.registry, location);
  if (url === undefined) return location;
  url.searchParams.set("digest", digest);
  return url.href;
}

function baseRequest(place: RepositoryPlace): Pick<ApiRequest, "registry" | "scopes"> {
  return { registry: place.registry, scopes: [pushScope(place.name)] };
}
