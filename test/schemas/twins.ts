// Which Nickel contract is the twin of which zod schema.

import type { z } from "zod";
import { buildDirectives } from "../../schemas/build-directives.ts";
import { buildSpec } from "../../schemas/build-spec.ts";
import { cachePolicy } from "../../schemas/cache-policy.ts";
import { event } from "../../schemas/event.ts";
import { layerDirectives } from "../../schemas/layer-directives.ts";
import { lock } from "../../schemas/lock.ts";
import { registryTopology } from "../../schemas/registry-topology.ts";
import { requirements } from "../../schemas/requirements.ts";
import { workflow } from "../../schemas/workflow.ts";
import type { TwinCase } from "./cases.ts";

export interface Twin {
  readonly zod: z.ZodType;
  /** Import path. */
  readonly file: string;
  /** The contract's name in that file. */
  readonly contract: string;
}

export const twins: Readonly<Record<TwinCase["schema"], Twin>> = {
  workflow: { zod: workflow, file: "lamina/workflow.ncl", contract: "Workflow" },
  "build-directives": {
    zod: buildDirectives,
    file: "lamina/build_directives.ncl",
    contract: "BuildDirectives",
  },
  "build-spec": { zod: buildSpec, file: "lamina/build_spec.ncl", contract: "BuildSpec" },
  "layer-directives": {
    zod: layerDirectives,
    file: "lamina/build_directives.ncl",
    contract: "LayerDirectives",
  },
  "cache-policy": { zod: cachePolicy, file: "lamina/cache_policy.ncl", contract: "CachePolicy" },
  lock: { zod: lock, file: "lamina/lock.ncl", contract: "Lock" },
  event: { zod: event, file: "lamina/event.ncl", contract: "Event" },
  "registry-topology": {
    zod: registryTopology,
    file: "lamina/registry_topology.ncl",
    contract: "RegistryTopology",
  },
  requirements: { zod: requirements, file: "lamina/requirements.ncl", contract: "Requirements" },
};

/** A program that fails exactly where the contract refuses the case. */
export function checkedProgram(one: TwinCase): string {
  const { file, contract } = twins[one.schema];
  return `let Twin = import "${file}" in (${one.text}) | Twin.${contract}`;
}
