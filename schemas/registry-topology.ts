// Which registries there are, what each of their namespaces is good for, where images go, and who may do what: part of the build
// directives. Twin: registry_topology.ncl.

import { z } from "zod";
import { actors } from "./cache-policy.ts";
import { expects } from "./form/expects.ts";
import { distinctListOf } from "./form/list.ts";
import { strictRecord } from "./form/record.ts";
import { oneOf, textLike } from "./form/text.ts";
import { capabilities, registryNamespaces } from "./registry-capabilities.ts";
import { registryProviders } from "./registry-providers.ts";
import { actorId } from "./workspace.ts";

export const registryIdPattern = /^[a-z0-9]+([_-][a-z0-9]+)*$/;
const registryIdForm =
  'the name of a registry: lower-case letters and digits, in words joined by - or _, such as "main"';
/** A host with a dot or a port, or "localhost", and a repository: nothing of Docker Hub's is meant by accident. */
export const registryRepositoryPattern =
  /^(localhost(:[0-9]{1,5})?|[a-z0-9-]+:[0-9]{1,5}|[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?)(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+$/;

const registryId = textLike(registryIdPattern, registryIdForm);
const capabilityList = distinctListOf(oneOf(capabilities), "capabilities");

/** What may be done in each namespace; nothing in those that are left out. */
export const registryScope = strictRecord("capabilities by namespace", {
  images: capabilityList.optional(),
  ci: capabilityList.optional(),
  dev: capabilityList.optional(),
});
export type RegistryScope = z.output<typeof registryScope>;

export const topologyRegistry = strictRecord("a registry", {
  provider: oneOf(registryProviders),
  /** Below it every layer has its own, and beside it caches are. */
  repository: textLike(
    registryRepositoryPattern,
    'a registry and a repository there, such as "registry.example:5000/lamina"',
  ),
  /** Registries of this machine speak plain HTTP in any case. */
  plain_http: z.boolean(expects("true or false")).default(false),
  capabilities: registryScope.default({
    images: ["pull", "push"],
    ci: ["pull", "push", "cache"],
    dev: ["pull", "push", "cache"],
  }),
});
export type TopologyRegistry = z.output<typeof topologyRegistry>;

const participant = strictRecord("a participant", {
  actor: oneOf(actors),
  /** Of 'human and 'agent; absent: all of them. */
  actor_id: actorId.optional(),
  /** By registry. */
  scopes: z.record(registryId, registryScope, expects("a record of scopes by registry")),
});
export type Participant = z.output<typeof participant>;

export const registryTopology = strictRecord("a registry topology", {
  /** The first that may be asked is asked first. */
  registries: z.record(registryId, topologyRegistry, expects("a record of registries")),
  /** Where images go; absent: wherever they may. */
  push_targets: distinctListOf(registryId, "names of registries").optional(),
  /** Who may do what; absent: whatever the registries are good for. */
  participants: z.record(registryId, participant, expects("a record of participants")).optional(),
}).superRefine(({ registries, push_targets: targets = [], participants = {} }, context) => {
  const complain = (path: readonly PropertyKey[], message: string): void => {
    context.addIssue({ code: "custom", path: [...path], message });
  };
  const names = Object.keys(registries);
  if (names.length === 0) complain(["registries"], "must hold a registry");
  targets.forEach((target, index) => {
    const known = own(registries, target);
    if (known === undefined)
      complain(["push_targets", index], `is no registry of these: ${names.join(", ")}`);
    else if (known.capabilities.images?.includes("push") !== true)
      complain(["push_targets", index], `takes no images: its capabilities.images lack 'push`);
  });
  for (const [name, { actor, actor_id: id, scopes }] of Object.entries(participants)) {
    if (id !== undefined && actor !== "human" && actor !== "agent")
      complain(["participants", name, "actor_id"], `goes with 'human and 'agent only, not with '${actor}`);
    for (const [registryName, granted] of Object.entries(scopes)) {
      const path = ["participants", name, "scopes", registryName];
      const offered = own(registries, registryName)?.capabilities;
      if (offered === undefined) {
        complain(path, `is no registry of these: ${names.join(", ")}`);
        continue;
      }
      for (const namespace of registryNamespaces)
        for (const capability of granted[namespace] ?? [])
          if (offered[namespace]?.includes(capability) !== true)
            complain(
              [...path, namespace],
              `grants '${capability}, which ${registryName} is not good for there`,
            );
    }
  }
});
export type RegistryTopology = z.output<typeof registryTopology>;

/** Of the record's own: a registry may be called "constructor". */
function own<V>(record: Readonly<Record<string, V>>, key: string): V | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
