// What a caller asks of a build: which workspace, what to make of it, where it runs, where it goes, which caches. The
// engine knows no caller by name; all intent is here. Twin: build_directives.ncl, which also has makers for callers.

import { z } from "zod";
import { buildSpec } from "./build-spec.ts";
import { cachePolicy } from "./cache-policy.ts";
import { expects } from "./form/expects.ts";
import { distinctListOf, listOf } from "./form/list.ts";
import { positiveInteger, positiveNumber } from "./form/number.ts";
import { strictRecord } from "./form/record.ts";
import { nonEmptyText, oneOf, textLike } from "./form/text.ts";
import { imageReference } from "./image-reference.ts";
import { registryProviders } from "./registry-providers.ts";
import { registryTopology } from "./registry-topology.ts";
import { sharedSecrets } from "./secret-source.ts";
import { buildArgs, dockerfilePath, platforms, secretId, stageName } from "./workflow.ts";
import { workspace } from "./workspace.ts";

export const computeProviders = ["hcloud", "proxmox", "docker_local", "vm_pool"] as const;

export const candidatePattern = /^[A-Za-z0-9]+([._-][A-Za-z0-9]+)*:[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$/;
export const userPattern = /^[a-z_][a-z0-9_-]{0,31}$/;

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
  /** Whether its steps may use the SSH agent of whoever builds. */
  ssh: z.boolean(expects("true or false")).default(false),
});

export const natsEvents = strictRecord("a NATS configuration", {
  servers: listOf(
    textLike(natsServerPattern, 'an address without credentials, such as "nats://127.0.0.1:4222"'),
    "addresses",
  ).min(1, "must name a server"),
  /** Events go to <prefix>.<workspace>.build.* */
  prefix: textLike(subjectPrefixPattern, 'tokens of a subject, such as "lian-build"').default("lian-build"),
  /** Id of the secret that holds the credentials: a token, "user:password", a user's seed, or the text of a .creds file. */
  credentials: secretId.optional(),
  /** Whether what the steps print is published too. */
  logs: z.boolean(expects("true or false")).default(false),
});

/** How a leased machine gets a build's context: as the build asks for it, or copied ahead. */
export const contextTransports = ["session", "rsync"] as const;
/** How long a machine stays: to the end of the hour that is paid, of the run, or of its one layer. */
export const reusePolicies = ["paid_hour", "run", "never"] as const;

/** Machines that are leased; of it only `limits` matters to 'docker_local. */
export const runners = strictRecord("a configuration of runners", {
  transport: oneOf(contextTransports).default("session"),
  reuse: oneOf(reusePolicies).default("run"),
  /** At the same time. */
  max_machines: positiveInteger("a number of machines above 0").default(8),
  /** Of all machines of the pool together, net of VAT; absent: whatever they cost. */
  max_eur_per_hour: positiveNumber("an amount of euros above 0").optional(),
  max_creates_per_hour: positiveInteger("a number of machines above 0").default(60),
  /** A machine that is older is left over, whoever leased it. */
  expires_min: positiveInteger("a number of minutes above 0").default(120),
  /** How long a machine may take until it builds. */
  ready_timeout_s: positiveInteger("a number of seconds above 0").default(300),
  /** Kinds of machine at places, in the order in which they are tried; absent: what the provider offers, the cheapest first. */
  candidates: distinctListOf(
    textLike(candidatePattern, 'a kind of machine at a place, such as "cax21:fsn1"'),
    "kinds of machine at places",
  )
    .min(1, "must name a kind of machine, or be left out for what the provider offers")
    .optional(),
  /** What a machine boots, in the provider's words. */
  image: nonEmptyText("the name of an image").optional(),
  /** Who logs in. */
  user: textLike(userPattern, 'the name of a user, such as "root"').optional(),
  /** Builds on this machine get what their layers' sizes say, and no more: on leased machines the machine is the limit. */
  limits: z.boolean(expects("true or false")).default(false),
  /** What the provider alone knows: its address, nodes, storages; it checks them itself. */
  settings: z.record(z.string(), z.json(), expects("a record of the provider's settings")).optional(),
});

const fields = {
  workspace,
  artifact,
  compute_provider: oneOf(computeProviders),
  registry_provider: oneOf(registryProviders),
  /** Several registries, over artifact.image and registry_provider. */
  registry_topology: registryTopology.optional(),
  cache_policy: cachePolicy,
  /** As a .build-spec.ncl, and over it. */
  runner_override: buildSpec.optional(),
  /** Where secrets are read, by id; .lamina/local.json and --secret win over it. */
  secrets: sharedSecrets.optional(),
  nats_events: natsEvents.optional(),
  runners: runners.optional(),
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
