// Manifests and tags of a registry (OCI distribution spec, "Pulling manifests", "Pushing Manifests", "Deleting").

import { isDigest, sha256 } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { RepositoryPlace } from "../../engine/plan/registry-mapper.ts";
import type {
  ManifestDescriptor,
  ReadManifest,
  Registry,
  RegistryFailure,
  Version,
} from "../../engine/ports/registry.ts";
import type { HttpAnswer } from "../host/http.ts";
import { answerFailure } from "./answer-failure.ts";
import { type ApiRequest, expectStatus, type RegistryApi } from "./api.ts";
import { pullScope, pushScope } from "./scopes.ts";

const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

export function openManifests(
  api: RegistryApi,
): Pick<Registry, "resolve" | "readManifest" | "putManifest" | "deleteTag" | "deleteManifest"> {
  const get = async (
    place: RepositoryPlace,
    version: Version,
    signal: AbortSignal,
  ): Promise<Result<ReadManifest, RegistryFailure>> => {
    const answer = await api.ask(question("GET", place, version), signal);
    if (!answer.ok) return answer;
    const good = expectStatus(place.registry, answer.value, 200);
    if (!good.ok) return good;
    const bytes = good.value.body;
    const digest = sha256(bytes);
    if (isDigest(version) && digest !== version)
      return err({ kind: "damaged", message: `${place.registry} sent ${digest} in place of ${version}` });
    const modified = Date.parse(good.value.headers.get("last-modified") ?? "");
    const modifiedAtMs = Number.isNaN(modified) ? undefined : modified;
    return ok({ mediaType: mediaTypeOf(good.value), bytes, digest, modifiedAtMs });
  };
  const remove = async (
    place: RepositoryPlace,
    version: Version,
    signal: AbortSignal,
  ): Promise<Result<boolean, RegistryFailure>> => {
    const scopes = [`repository:${place.name}:delete,pull`];
    const answer = await api.ask({ ...question("DELETE", place, version), scopes }, signal);
    if (!answer.ok) return answer;
    if (answer.value.status < 300) return ok(true);
    const failure = answerFailure(place.registry, answer.value);
    return failure.kind === "not-found" ? ok(false) : err(failure);
  };
  return {
    async resolve(place, version, signal) {
      const answer = await api.ask(question("HEAD", place, version), signal);
      if (!answer.ok) return answer;
      const { status } = answer.value;
      if (status === 404) return ok(undefined);
      const told = status === 200 ? readHead(answer.value) : undefined;
      if (told !== undefined) {
        if (!isDigest(version) || told.digest === version) return ok(told);
        return err({
          kind: "damaged",
          message: `${place.registry} tells of ${told.digest} in place of ${version}`,
        });
      }
      if (status !== 200 && status !== 405) return err(answerFailure(place.registry, answer.value));
      // Registries from before the header was asked for, or that know no HEAD.
      const whole = await get(place, version, signal);
      if (!whole.ok) return whole.error.kind === "not-found" ? ok(undefined) : whole;
      const { mediaType, digest, bytes } = whole.value;
      return ok({ mediaType, digest, sizeBytes: bytes.byteLength });
    },
    readManifest: get,
    async putManifest(place, version, { mediaType, bytes }, signal) {
      const { registry } = place;
      const digest = sha256(bytes);
      if (isDigest(version) && version !== digest)
        return err({ kind: "damaged", message: `what is to be ${version} is ${digest}` });
      const request = question("PUT", place, version);
      const headers = { "content-type": mediaType };
      const answer = await api.ask(
        { ...request, scopes: [pushScope(place.name)], headers, body: bytes },
        signal,
      );
      if (!answer.ok) return answer;
      const { status, headers: told } = answer.value;
      if (status >= 300) return err(refusalOfPut(answerFailure(registry, answer.value)));
      const kept = told.get("docker-content-digest") ?? digest;
      if (kept === digest) return ok(digest);
      return err({ kind: "damaged", message: `${registry} keeps ${kept} in place of ${digest}` });
    },
    async deleteTag(place, tag, signal) {
      const removed = await remove(place, tag, signal);
      // Where only digests are deleted, a tag is taken for a digest that is none (distribution/distribution#3234).
      if (removed.ok || removed.error.kind !== "damaged") return removed;
      return err({ kind: "unsupported", message: removed.error.message });
    },
    deleteManifest: remove,
  };
}

function question(method: ApiRequest["method"], place: RepositoryPlace, version: Version): ApiRequest {
  return {
    registry: place.registry,
    method,
    target: `/v2/${place.name}/manifests/${version}`,
    scopes: [pullScope(place.name)],
    headers: { accept: manifestTypes },
    isRepeatable: true,
  };
}

/** "Not found" is said of what the manifest speaks of, or of the repository: nobody asked where it is. */
function refusalOfPut(failure: RegistryFailure): RegistryFailure {
  return failure.kind === "not-found" ? { ...failure, kind: "refused" } : failure;
}

/** Undefined where the answer lacks something of it. */
function readHead(answer: HttpAnswer): ManifestDescriptor | undefined {
  const digest = answer.headers.get("docker-content-digest") ?? "";
  const length = answer.headers.get("content-length") ?? "";
  const mediaType = mediaTypeOf(answer);
  if (!isDigest(digest) || !/^\d+$/.test(length) || mediaType === "") return undefined;
  return { mediaType, digest, sizeBytes: Number(length) };
}

/** Without parameters. */
function mediaTypeOf(answer: HttpAnswer): string {
  return (answer.headers.get("content-type") ?? "").replace(/\s*;.*$/s, "").trim();
}
