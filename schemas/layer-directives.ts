// catalog/<layer>/build_directives.ncl: what of the catalog's build directives is another thing for one layer. What a whole run has
// one of (its provider, its registries, who builds) cannot be said here. Twin: LayerDirectives in build_directives.ncl.

import type { z } from "zod";
import { buildDirectives, runners } from "./build-directives.ts";
import { buildSpec } from "./build-spec.ts";
import { strictRecord } from "./form/record.ts";
import { oneOf } from "./form/text.ts";

const forAll = "catalog/build_directives.ncl, for all layers";

export const layerDirectives = strictRecord(
  "a layer's build directives",
  {
    /** Over that of the catalog, and over what else says the layer's size. */
    runner_override: buildSpec.optional(),
    runners: strictRecord(
      "a layer's runners",
      {
        /** It is built on a machine of its own, which is given back after it. */
        reuse: oneOf(["never"]).optional(),
      },
      saidFor(Object.keys(runners.shape)),
    ).optional(),
  },
  {
    ...saidFor(Object.keys(buildDirectives.shape)),
    artifact: "the layer's workflow.ncl, which has args, secrets, platforms, target and dockerfile",
  },
);

export type LayerDirectives = z.output<typeof layerDirectives>;

/** Fields of the catalog's directives, by where they are to be said. */
function saidFor(fields: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(fields.map((field) => [field, forAll]));
}
