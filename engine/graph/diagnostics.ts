// The graph's complaints, E04xx and W04xx: about several layers at once. What concerns one layer by itself is in
// catalog/diagnostics.ts.

import type { Template } from "../core/diagnostic.ts";

function template<P>(row: Template<P>): Template<P> {
  return row;
}

export const graphDiagnostics = {
  unknownBase: template<{ name: string; known: readonly string[]; suggestion: string | undefined }>({
    code: "E0401",
    severity: "error",
    message: ({ name }) => `there is no layer "${name}" to build on`,
    label: () => "unknown layer",
    help: ({ name, known, suggestion }) =>
      suggestion === undefined
        ? `${listLayers(known)}; an image from outside is written build_base = { image = "${name}" }`
        : `did you mean "${suggestion}"?`,
  }),
  unknownCopy: template<{ name: string; known: readonly string[]; suggestion: string | undefined }>({
    code: "E0402",
    severity: "error",
    message: ({ name }) => `there is no layer "${name}" to copy from`,
    label: () => "unknown layer",
    help: ({ known, suggestion }) =>
      suggestion === undefined ? listLayers(known) : `did you mean "${suggestion}"?`,
  }),
  cycle: template<{ trail: readonly string[] }>({
    code: "E0403",
    severity: "error",
    message: ({ trail }) => `layers stand on one another in a circle: ${trail.join(" -> ")}`,
    label: ({ trail }) => `"${trail[0]}" needs "${trail[1]}"`,
    help: ({ trail }) =>
      trail.length === 2
        ? "let it stand on another layer, or on an image from outside"
        : "take one of these edges out",
  }),
  platformMissing: template<{
    layer: string;
    platform: string;
    parent: string;
    isDirect: boolean;
    offered: readonly string[];
  }>({
    code: "E0404",
    severity: "error",
    message: ({ layer, platform, parent, isDirect }) =>
      `"${layer}" is declared for ${platform}, but "${parent}", which it ${isDirect ? "takes from" : "stands on"}, is not`,
    label: ({ parent }) => `not a platform of "${parent}"`,
    help: ({ platform, parent, offered }) =>
      `add "${platform}" to the platforms of "${parent}" (now ${offered.join(", ")}), or take it out here`,
  }),
  noPlatforms: template<{ layer: string; parent: string; platforms: readonly string[] }>({
    code: "W0408",
    severity: "warning",
    message: ({ layer, parent }) =>
      `"${layer}" declares no platforms, but "${parent}", which it takes from, is declared for certain ones`,
    label: () => "built for the builder's own platform, whichever that is",
    help: ({ platforms }) =>
      `declare platforms = [${platforms.map((one) => `"${one}"`).join(", ")}], or some of them`,
  }),
  toolShadowed: template<{ tool: string; layer: string; ancestor: string }>({
    code: "E0405",
    severity: "error",
    message: ({ tool, layer, ancestor }) =>
      `"${layer}" provides the tool "${tool}", which it has from "${ancestor}" already`,
    label: () => "shadows another",
    help: ({ tool, layer, ancestor }) =>
      `take "${tool}" out of the tools_provided of "${layer}" or of "${ancestor}": only one of the two is found`,
  }),
  toolMissing: template<{ tool: string; layer: string; provider: string | undefined }>({
    code: "E0406",
    severity: "error",
    message: ({ tool, layer }) =>
      `"${layer}" requires "${tool}", which is in none of the images that it takes from`,
    label: () => "not provided",
    help: ({ tool, provider }) =>
      provider === undefined
        ? `add "${tool}" to the tools_provided of a layer that it builds on`
        : `"${provider}" provides it: build on that, or name it in copies_from`,
  }),
  unusedReplacement: template<{ image: string; known: readonly string[]; suggestion: string | undefined }>({
    code: "W0407",
    severity: "warning",
    message: ({ image }) => `nothing stands on ${image}, which another image is to replace`,
    help: ({ known, suggestion }) => {
      if (suggestion !== undefined) return `did you mean ${suggestion}?`;
      return known.length === 0
        ? "nothing here takes from an image from outside: leave --base, or bases in .lamina/local.json, out"
        : `images from outside are ${known.join(", ")}: name one of them with --base or in .lamina/local.json`;
    },
  }),
  unreadableInput: template<{ path: string; reason: string }>({
    code: "E0420",
    severity: "error",
    message: ({ path, reason }) => `cannot read ${path}, which the build would see: ${reason}`,
    help: () => "make it readable, or keep it out with .dockerignore",
  }),
} as const;

const maxListed = 12;

function listLayers(known: readonly string[]): string {
  if (known.length === 0) return "the catalog has no layers";
  const more = known.length - maxListed;
  const listed = known.slice(0, maxListed).join(", ");
  return `the layers are ${listed}${more > 0 ? ` and ${more} more` : ""}`;
}
