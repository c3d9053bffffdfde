// The catalog's complaints, E03xx and W03xx: about one layer by itself, its declaration, its Dockerfile, and whether the
// two agree. What concerns several layers at once is in graph/diagnostics.ts.

import { layerNamePattern } from "../../schemas/is-layer-name.ts";
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

  noDockerfile: template<{ path: string; isNamed: boolean; suggestion: string | undefined }>({
    code: "E0320",
    severity: "error",
    message: ({ path }) => `there is no ${path}`,
    label: ({ isNamed }) => (isNamed ? "no such file" : "this layer has no Dockerfile"),
    help: ({ path, suggestion }) =>
      orElse(suggestion, `write ${path}, or name another file of the folder with dockerfile = "…"`),
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
  undeclaredSecret: template<{
    id: string;
    secrets: readonly string[];
    suggestion: string | undefined;
    file: string;
  }>({
    code: "E0333",
    severity: "error",
    message: ({ id, file }) => `the Dockerfile mounts the secret "${id}", which ${file} does not declare`,
    label: () => "undeclared",
    help: ({ id, secrets, suggestion, file }) =>
      orElse(suggestion, `add secrets = [${list([...secrets, id])}] to ${file}`),
  }),
  unusedSecret: template<{ id: string }>({
    code: "W0334",
    severity: "warning",
    message: ({ id }) => `the secret "${id}" is declared, but the Dockerfile does not mount it`,
    label: () => "not used",
    help: ({ id }) => `write RUN --mount=type=secret,id=${id} …, or take it out`,
  }),
  undeclaredSsh: template<{ file: string }>({
    code: "E0335",
    severity: "error",
    message: ({ file }) => `the Dockerfile mounts an SSH agent, which ${file} does not declare`,
    label: () => "undeclared",
    help: ({ file }) => `add ssh = true to ${file}`,
  }),
  unusedSsh: template<Record<string, never>>({
    code: "W0336",
    severity: "warning",
    message: () => "an SSH agent is declared, but the Dockerfile does not mount it",
    label: () => "not used",
    help: () => "write RUN --mount=type=ssh …, or take it out",
  }),
  unusedArg: template<{ name: string; isElsewhere: boolean; suggestion: string | undefined }>({
    code: "W0337",
    severity: "warning",
    message: ({ name, isElsewhere }) =>
      isElsewhere
        ? `the build argument "${name}" is declared, but no stage that the target takes from has an ARG ${name}`
        : `the build argument "${name}" is declared, but the Dockerfile has no ARG ${name}`,
    label: () => "not used",
    help: ({ name, isElsewhere, suggestion }) =>
      orElse(
        suggestion,
        isElsewhere
          ? `write ARG ${name} in the stage that needs it, or take it out`
          : `write ARG ${name} in the Dockerfile, or take it out`,
      ),
  }),

  versionNeverMet: template<{ tool: string; version: string }>({
    code: "E0340",
    severity: "error",
    message: ({ tool, version }) => `no version of "${tool}" can be ${version}`,
    label: () => "these exclude each other",
    help: () => "words side by side must all hold; put || between alternatives",
  }),
  checkNeedsShell: template<{ tool: string; check: readonly string[] }>({
    code: "W0341",
    severity: "warning",
    message: ({ tool }) => `the check of "${tool}" is written for a shell, but is run without one`,
    label: () => "one word is one argument",
    help: ({ check }) =>
      check.length === 1
        ? `write check = [${list(check.flatMap((word) => word.trim().split(/\s+/)))}]`
        : `write check = ["sh", "-c", "${check.join(" ").replaceAll('"', '\\"')}"]`,
  }),
  checkOfAnother: template<{ tool: string; other: string; check: readonly string[] }>({
    code: "W0342",
    severity: "warning",
    message: ({ tool, other }) => `the check of "${tool}" runs "${other}", which proves another tool`,
    label: ({ tool }) => `says nothing of "${tool}"`,
    help: ({ tool, check }) => `write check = [${list([tool, ...check.slice(1)])}], or leave it out`,
  }),
  unpinnedImage: template<{ image: string }>({
    code: "W0343",
    severity: "warning",
    message: ({ image }) => `${image} stands for whatever is the latest on the day that it is pinned`,
    label: () => "no version",
    help: ({ image }) =>
      `name one: ${image.replace(/:latest$/, "")}:<tag>; what that stands for is pinned in the lock`,
  }),
  secretInArgs: template<{ name: string; id: string }>({
    code: "W0344",
    severity: "warning",
    message: ({ name }) =>
      `the build argument "${name}" seems to be a secret, but whoever has the image can read it`,
    label: () => "kept in the image's history",
    help: ({ id }) => `declare secrets = ["${id}"] and mount it: RUN --mount=type=secret,id=${id} …`,
  }),
  copyOfBase: template<{ base: string }>({
    code: "W0345",
    severity: "warning",
    message: ({ base }) => `copies_from names "${base}", which the layer stands on already`,
    label: () => "says nothing new",
    help: ({ base }) => `take "${base}" out of copies_from: a base may be copied from as it is`,
  }),
  longBudget: template<{ minutes: number }>({
    code: "W0346",
    severity: "warning",
    message: ({ minutes }) => `a build may take ${minutes} minutes, which is more than a day`,
    label: () => "in minutes, not in seconds",
    help: ({ minutes }) =>
      `write time_budget_min = ${Math.max(1, Math.round(minutes / 60))} if seconds were meant`,
  }),
  nestedArtifact: template<{ path: string; folder: string }>({
    code: "W0347",
    severity: "warning",
    message: ({ path, folder }) => `${path} is promoted with ${folder} already`,
    label: () => "says nothing new",
    help: ({ path }) => `take ${path} out of artifact_paths`,
  }),
  fixedPlatform: template<{ platform: string }>({
    code: "W0348",
    severity: "warning",
    message: ({ platform }) =>
      `the image stands on a stage that is always for ${platform}, whatever platform is asked for`,
    label: () => "not the platform that is built for",
    help: () =>
      "leave --platform out: it is for stages that are copied from, never for what the image stands on",
  }),
  unheardSize: template<{ tier: string }>({
    code: "W0349",
    severity: "warning",
    message: ({ tier }) => `cpu and memory_gb say nothing beside runner_type = '${tier}`,
    label: () => "not heard",
    help: () => "keep either of the two: cpu and memory_gb choose the smallest runner that holds them",
  }),
  unpinnedFrontend: template<{ image: string }>({
    code: "W0350",
    severity: "warning",
    message: ({ image }) =>
      `${image} reads this Dockerfile: another one of that name may build another image`,
    label: () => "fetched by BuildKit, and in no lock",
    help: ({ image }) => `leave it out, or pin it: # syntax=${image}@sha256:<digest>`,
  }),
  inheritedContext: template<{ keyword: string }>({
    code: "W0351",
    severity: "warning",
    message: ({ keyword }) =>
      `ONBUILD ${keyword} reads the files of each layer that stands on this one, where no digest counts them`,
    label: () => "read by layers whose Dockerfiles do not say so",
    help: ({ keyword }) => `write ${keyword} in the Dockerfiles of the layers that need it`,
  }),
} as const;
