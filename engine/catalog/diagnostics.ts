// The catalog's complaints, E03xx and W03xx: about one layer by itself, its declaration, its Dockerfile, and whether the
// two agree. What concerns several layers at once is in graph/diagnostics.ts.

import { layerNamePattern } from "../../schemas/layer-name.ts";
import type { Template } from "../core/diagnostic.ts";

/** Ends a sentence of help with a suggestion, where there is one. */
function orElse(suggestion: string | undefined, otherwise: string): string {
  return suggestion === undefined ? otherwise : `did you mean "${suggestion}"?`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

function template<P>(row: Template<P>): Template<P> {
  return row;
}

export const catalogDiagnostics = {
  noCatalog: template<{ directory: string }>({
    code: "E0301",
    severity: "error",
    message: ({ directory }) => `there is no catalog in ${directory} or above it`,
    help: () =>
      "start lamina in a project whose catalog/ folder holds layers (catalog/<layer>/workflow.ncl), or point to one with -C",
  }),
  unreadable: template<{ path: string; reason: string }>({
    code: "E0302",
    severity: "error",
    message: ({ path, reason }) => `cannot read ${path}: ${reason}`,
  }),
  noWorkflow: template<{ layer: string }>({
    code: "E0303",
    severity: "error",
    message: ({ layer }) => `catalog/${layer} has a Dockerfile, but no workflow.ncl that declares it`,
    help: ({ layer }) =>
      `write catalog/${layer}/workflow.ncl with name, kind, build_base, tools_provided, artifact_paths and language`,
  }),
  wrongWhole: template<{ message: string; found: string }>({
    code: "E0304",
    severity: "error",
    message: ({ message }) => `what this file evaluates to ${message}`,
    label: ({ found }) => `this is ${found}`,
  }),
  missingField: template<{ field: string; message: string; hint: string | undefined }>({
    code: "E0305",
    severity: "error",
    message: ({ field, message }) => `\`${field}\` ${message}`,
    label: () => "missing here",
    help: ({ hint }) => hint,
  }),
  unknownField: template<{ field: string; message: string; hint: string | undefined }>({
    code: "E0306",
    severity: "error",
    message: ({ field, message }) => `\`${field}\` ${message}`,
    label: () => "unknown field",
    help: ({ hint }) => hint,
  }),
  invalidValue: template<{
    field: string;
    message: string;
    hint: string | undefined;
    found?: string | undefined;
  }>({
    code: "E0307",
    severity: "error",
    message: ({ field, message }) => `\`${field}\` ${message}`,
    label: ({ found }) => found,
    help: ({ hint }) => hint,
  }),
  nameNotFolder: template<{ name: string; folder: string }>({
    code: "E0308",
    severity: "error",
    message: ({ name, folder }) => `the layer in catalog/${folder} is named "${name}"`,
    label: ({ folder }) =>
      layerNamePattern.test(folder) ? `must be "${folder}", like its folder` : "must be like its folder",
    help: ({ name, folder }) =>
      layerNamePattern.test(folder)
        ? `write name = "${folder}", or rename the folder to catalog/${name}`
        : `rename the folder to catalog/${name}`,
  }),
  duplicateName: template<{ name: string; folder: string }>({
    code: "E0309",
    severity: "error",
    message: ({ name }) => `two layers are named "${name}"`,
    label: () => "taken already",
    help: ({ folder }) =>
      layerNamePattern.test(folder)
        ? `write name = "${folder}", like its folder`
        : "rename the folder to a name that a layer can have, and write the same name here",
  }),

  noDockerfile: template<{ path: string }>({
    code: "E0320",
    severity: "error",
    message: ({ path }) => `there is no ${path}`,
    label: () => "this layer has no Dockerfile",
    help: ({ path }) => `write ${path}, or name another file of the folder with dockerfile = "…"`,
  }),
  badDockerfile: template<{ message: string; label?: string; help?: string }>({
    code: "E0321",
    severity: "error",
    message: ({ message }) => `Dockerfile: ${message}`,
    label: ({ label }) => label,
    help: ({ help }) => help,
  }),
  unknownTarget: template<{
    target: string;
    stages: readonly string[];
    suggestion: string | undefined;
  }>({
    code: "E0322",
    severity: "error",
    message: ({ target }) => `the Dockerfile has no stage "${target}"`,
    label: () => "no such stage",
    help: ({ stages, suggestion }) =>
      orElse(
        suggestion,
        stages.length === 0 ? "name a stage with FROM … AS …, or leave target out" : `it has ${list(stages)}`,
      ),
  }),
  missingSource: template<{ path: string; suggestion: string | undefined }>({
    code: "E0323",
    severity: "error",
    message: ({ path }) => `"${path}" is not in the layer's folder`,
    label: () => "no such file or folder",
    help: ({ suggestion }) => (suggestion === undefined ? undefined : `did you mean "${suggestion}"?`),
  }),
  ignoredSource: template<{ path: string; ignoreFile: string }>({
    code: "E0324",
    severity: "error",
    message: ({ path, ignoreFile }) => `"${path}" is kept out of the build by ${ignoreFile}`,
    label: () => "the build cannot see this",
    help: ({ path, ignoreFile }) => `add the line !${path} to ${ignoreFile}, or do not copy it`,
  }),
  badIgnorePattern: template<{ pattern: string; ignoreFile: string }>({
    code: "E0325",
    severity: "error",
    message: ({ pattern, ignoreFile }) => `${ignoreFile} holds a pattern that cannot be read: ${pattern}`,
    label: () => "malformed pattern",
    help: () => "close every [ and write a backslash as \\\\",
  }),
  shadowedStage: template<{ stage: string; image: string }>({
    code: "E0326",
    severity: "error",
    message: ({ stage, image }) =>
      `the stage "${stage}" has the name of the image ${image}, which BuildKit would take in its place`,
    label: () => "this stage would be lost",
    help: ({ stage }) => `give the stage a name of its own, such as ${stage}-stage`,
  }),

  baseDisagrees: template<{ declared: string; real: string; fixes: readonly string[] }>({
    code: "E0330",
    severity: "error",
    message: ({ declared, real }) => `declared to stand on ${declared}, but the Dockerfile stands on ${real}`,
    label: () => "declared here",
    help: ({ fixes }) => fixes.join(", or "),
  }),
  undeclaredLayer: template<{
    reference: string;
    layer: string;
    isKnown: boolean;
    suggestion: string | undefined;
    copies: readonly string[];
  }>({
    code: "E0331",
    severity: "error",
    message: ({ reference, isKnown }) =>
      isKnown
        ? `the Dockerfile takes from ${reference}, which workflow.ncl does not declare`
        : `the Dockerfile takes from ${reference}, but there is no such layer`,
    label: ({ isKnown }) => (isKnown ? "undeclared" : "unknown layer"),
    help: ({ isKnown, suggestion, copies, layer }) => {
      if (isKnown) return `add copies_from = [${list([...copies, layer])}]`;
      return suggestion === undefined ? undefined : `did you mean "${suggestion}"?`;
    },
  }),
  unusedCopy: template<{ layer: string; reference: string }>({
    code: "E0332",
    severity: "error",
    message: ({ layer, reference }) =>
      `copies_from names "${layer}", but the Dockerfile takes nothing from ${reference}`,
    label: () => "not used",
    help: ({ layer, reference }) =>
      `write COPY --from=${reference} … in the Dockerfile, or take "${layer}" out of copies_from`,
  }),
  undeclaredSecret: template<{ id: string; secrets: readonly string[]; suggestion: string | undefined }>({
    code: "E0333",
    severity: "error",
    message: ({ id }) => `the Dockerfile mounts the secret "${id}", which workflow.ncl does not declare`,
    label: () => "undeclared",
    help: ({ id, secrets, suggestion }) =>
      orElse(suggestion, `add secrets = [${list([...secrets, id])}] to workflow.ncl`),
  }),
  unusedSecret: template<{ id: string }>({
    code: "W0334",
    severity: "warning",
    message: ({ id }) => `the secret "${id}" is declared, but the Dockerfile does not mount it`,
    label: () => "not used",
    help: ({ id }) => `write RUN --mount=type=secret,id=${id} …, or take it out`,
  }),
  undeclaredSsh: template<Record<string, never>>({
    code: "E0335",
    severity: "error",
    message: () => "the Dockerfile mounts an SSH agent, which workflow.ncl does not declare",
    label: () => "undeclared",
    help: () => "add ssh = true to workflow.ncl",
  }),
  unusedSsh: template<Record<string, never>>({
    code: "W0336",
    severity: "warning",
    message: () => "an SSH agent is declared, but the Dockerfile does not mount it",
    label: () => "not used",
    help: () => "write RUN --mount=type=ssh …, or take it out",
  }),
  unusedArg: template<{ name: string; suggestion: string | undefined }>({
    code: "W0337",
    severity: "warning",
    message: ({ name }) => `the build argument "${name}" is declared, but the Dockerfile has no ARG ${name}`,
    label: () => "not used",
    help: ({ name, suggestion }) => orElse(suggestion, `write ARG ${name} in the Dockerfile, or take it out`),
  }),
} as const;
