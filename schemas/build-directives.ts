// What a caller asks of a build: which workspace, what to make of it, where it runs, where it goes, which caches. The
// engine knows no caller by name; all intent is here. Twin: build_directives.ncl, which also has makers for callers.

import type { z } from "zod";
import { buildSpec } from "./build-spec.ts";
import { cachePolicy } from "./cache-policy.ts";
import { distinctListOf, listOf } from "./form/list.ts";
import { strictRecord } from "./form/record.ts";
import { oneOf, textLike } from "./form/text.ts";
import { imageReference } from "./image-reference.ts";
import { buildArgs, dockerfilePath, platforms, secretId, stageName } from "./workflow.ts";
import { workspace } from "./workspace.ts";

export const computeProviders = ["hcloud", "proxmox", "docker_local", "vm_pool"] as const;
export const registryProviders = ["zot", "harbor", "ghcr", "dockerhub"] as const;

/** Tokens of a NATS subject. */
export const subjectPrefixPattern = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
export const natsServerPattern = /^(nats|tls|ws|wss):\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?$/;

export const artifact = strictRecord("an artifact", {
  /** The image to make; for a catalog the repository below which each layer has its own. */
  image: imageReference,
  /** Relative to the context. */
  dockerfile: dockerfilePath.default("Dockerfile"),
  target: stageName.optional(),
  /** Absent: the builder's own. */
  platforms: platforms.optional(),
  args: buildArgs.default({}),
  secrets: distinctListOf(secretId, "ids of secrets").default([]),
});

export const natsEvents = strictRecord("a NATS configuration", {
  servers: listOf(
    textLike(natsServerPattern, 'an address without credentials, such as "nats://127.0.0.1:4222"'),
    "addresses",
  ).min(1, "must name a server"),
  /** Events go to <prefix>.<workspace>.build.* */
  prefix: textLike(subjectPrefixPattern, 'tokens of a subject, such as "lian-build"').default("lian-build"),
  /** Id of the secret that holds the credentials. */
  credentials: secretId.optional(),
});

const fields = {
  workspace,
  artifact,
  compute_provider: oneOf(computeProviders),
  registry_provider: oneOf(registryProviders),
  cache_policy: cachePolicy,
  /** As a .build-spec.ncl, and over it. */
  runner_override: buildSpec.optional(),
  nats_events: natsEvents.optional(),
};

export const buildDirectives = strictRecord("build directives", fields);

export type BuildDirectives = z.output<typeof buildDirectives>;

/** Those of a catalog, of which none need be there. */
export const catalogDirectives = strictRecord("build directives", {
  ...fields,
  workspace: workspace.optional(),
  artifact: artifact.optional(),
  compute_provider: fields.compute_provider.optional(),
  registry_provider: fields.registry_provider.optional(),
  cache_policy: cachePolicy.optional(),
});

export type CatalogDirectives = z.output<typeof catalogDirectives>;
