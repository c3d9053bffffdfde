// The mapper of each kind of registry that directives name.

import type { RegistryMapper } from "../../engine/plan/registry-mapper.ts";
import { dockerhub } from "./dockerhub.ts";
import { ghcr } from "./ghcr.ts";
import { harbor } from "./harbor.ts";
import { zot } from "./zot.ts";

const mappers: Readonly<Record<RegistryMapper["name"], RegistryMapper>> = { zot, harbor, ghcr, dockerhub };

/** Pure, and the same each time. */
export function mapperOf(name: RegistryMapper["name"]): RegistryMapper {
  return mappers[name];
}
