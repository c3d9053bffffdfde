// A layer's declaration held against its Dockerfile: what it stands on, which layers it takes from, secrets, SSH and
// build arguments. A name that is misspelt in one of the two is told once.

import { type Diagnostic, diagnose, type Note } from "../core/diagnostic.ts";
import { type KnownNames, nearMiss } from "../core/near-miss.ts";
import type { Span } from "../core/source.ts";
import { nearest } from "../nickel/located.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import type { ImageReference, SecretMount } from "./dockerfile-reach.ts";
import { isSameImage, layerOfImage } from "./image-name.ts";
import { type Layer, placeOf } from "./layer.ts";

/** Diagnostics of one layer. `known` holds the names of all layers, the broken ones too: a declared name that is not in it is
 * for the graph to tell, and nothing that follows from it is told here. */
export function checkAgreement(layer: Layer, workspace: string, known: KnownNames): readonly Diagnostic[] {
  return [
    ...checkBase(layer, workspace, known),
    ...checkCopies(layer, workspace, known),
    ...checkSecrets(layer),
    ...checkSsh(layer),
    ...checkArgs(layer),
  ];
}

/** Diagnostics of what a caller's directives hand to a Dockerfile: a secret that the build can do without may be left out. */
export function checkHanded(layer: Layer): readonly Diagnostic[] {
  return [...checkSecrets(layer, ({ required }) => required), ...checkSsh(layer), ...checkArgs(layer)];
}

function checkBase(layer: Layer, workspace: string, known: KnownNames): readonly Diagnostic[] {
  const base = layer.workflow.build_base;
  if (typeof base === "string" && !known.has(base)) return [];
  const span =
    typeof base === "string" ? placeOf(layer, "build_base") : placeOf(layer, "build_base", "image");
  return layer.dockerfile.bases.flatMap((reference): Diagnostic[] => {
    const real = layerOfImage(reference.image, workspace);
    if (typeof base === "string" ? real === base : isSameImage(base.image, reference.image)) return [];
    const params = {
      declared: typeof base === "string" ? `the layer "${base}"` : base.image,
      real: reference.image,
      fixes: [
        `write FROM ${typeof base === "string" ? `${workspace}/${base}` : base.image} in the Dockerfile`,
        ...(real === undefined
          ? [`declare build_base = { image = "${reference.image}" }`]
          : known.has(real) && real !== layer.name
            ? [`declare build_base = "${real}"`]
            : []),
      ],
    };
    const notes = [{ message: `the Dockerfile stands on ${reference.image} here`, span: reference.span }];
    return [diagnose(catalogDiagnostics.baseDisagrees, params, { span, notes })];
  });
}

function checkCopies(layer: Layer, workspace: string, known: KnownNames): readonly Diagnostic[] {
  const { build_base: base, copies_from: copies } = layer.workflow;
  const { references, bases } = layer.dockerfile;
  const used = references.map((reference) => ({
    reference,
    layer: layerOfImage(reference.image, workspace),
  }));
  // Declared names that are misspelt stand for the names that they were meant to be.
  const declaredNames: readonly string[] = typeof base === "string" ? [base, ...copies] : copies;
  const meant = new Set(declaredNames);
  for (const name of declaredNames) {
    const near = known.has(name) ? undefined : known.near(name);
    if (near !== undefined) meant.add(near);
  }
  const found: Diagnostic[] = [];
  const told = new Set<string>();
  for (const { reference, layer: name } of used) {
    if (name === undefined || meant.has(name) || told.has(name) || bases.includes(reference)) continue;
    told.add(name);
    found.push(diagnoseUndeclared(layer, reference, name, workspace, known));
    const near = known.has(name) ? undefined : (nearMiss(name, copies) ?? known.near(name));
    if (near !== undefined) told.add(near);
  }
  const taken = new Set([...used.map(({ layer: name }) => name), ...told]);
  copies.forEach((name, index) => {
    if (taken.has(name) || !known.has(name)) return;
    const params = { layer: name, reference: `${workspace}/${name}` };
    const span = placeOf(layer, "copies_from", index);
    found.push(diagnose(catalogDiagnostics.unusedCopy, params, { span, notes: dockerfileNote(layer) }));
  });
  return found;
}

function diagnoseUndeclared(
  layer: Layer,
  reference: ImageReference,
  name: string,
  workspace: string,
  known: KnownNames,
): Diagnostic {
  const near = known.near(name);
  return diagnose(
    catalogDiagnostics.undeclaredLayer,
    {
      reference: reference.image,
      layer: name,
      isKnown: known.has(name),
      suggestion: near === undefined ? undefined : `${workspace}/${near}`,
      copies: layer.workflow.copies_from,
    },
    { span: reference.span, notes: declarationNote(layer, "copies_from", "build_base") },
  );
}

function checkSecrets(
  layer: Layer,
  isNeeded: (mount: SecretMount) => boolean = () => true,
): readonly Diagnostic[] {
  const { secrets } = layer.workflow;
  const mounted = new Map(layer.dockerfile.secrets.map((secret) => [secret.id, secret]));
  const found: Diagnostic[] = [];
  const excused = new Set<string>();
  for (const mount of mounted.values()) {
    const { id, span } = mount;
    if (secrets.includes(id) || !isNeeded(mount)) continue;
    const suggestion = nearMiss(
      id,
      secrets.filter((declared) => !mounted.has(declared)),
    );
    if (suggestion !== undefined) excused.add(suggestion);
    const notes = declarationNote(layer, "secrets");
    const params = { id, secrets, suggestion, file: fileOf(layer) };
    found.push(diagnose(catalogDiagnostics.undeclaredSecret, params, { span, notes }));
  }
  secrets.forEach((id, index) => {
    if (mounted.has(id) || excused.has(id)) return;
    const span = placeOf(layer, "secrets", index);
    found.push(diagnose(catalogDiagnostics.unusedSecret, { id }, { span }));
  });
  return found;
}

function checkSsh(layer: Layer): readonly Diagnostic[] {
  const { ssh: mounted } = layer.dockerfile;
  if (layer.workflow.ssh === (mounted !== undefined)) return [];
  return mounted === undefined
    ? [diagnose(catalogDiagnostics.unusedSsh, {}, { span: placeOf(layer, "ssh") })]
    : [
        diagnose(
          catalogDiagnostics.undeclaredSsh,
          { file: fileOf(layer) },
          { span: mounted, notes: declarationNote(layer, "ssh") },
        ),
      ];
}

/** BuildKit gives these to every build, asked for with ARG or not. */
const predefinedArgs =
  /^(BUILDKIT_.*|SOURCE_DATE_EPOCH|(HTTPS?|FTP|NO|ALL)_PROXY|(https?|ftp|no|all)_proxy)$/;

function checkArgs(layer: Layer): readonly Diagnostic[] {
  const { args, reachedArgs } = layer.dockerfile;
  return Object.keys(layer.workflow.args).flatMap((name): Diagnostic[] => {
    if (reachedArgs.has(name) || predefinedArgs.test(name)) return [];
    const isElsewhere = args.has(name);
    const declared = layer.workflow.args;
    const free = Array.from(reachedArgs).filter((arg) => !Object.hasOwn(declared, arg));
    const suggestion = isElsewhere ? undefined : nearMiss(name, free);
    const span = nearest(layer.located, ["args", name]).keySpan ?? placeOf(layer, "args");
    return [diagnose(catalogDiagnostics.unusedArg, { name, isElsewhere, suggestion }, { span })];
  });
}

/** Points to the first of the fields that is written. */
function declarationNote(layer: Layer, ...keys: readonly string[]): readonly Note[] {
  const span = keys.map((key) => placeDeclared(layer, key)).find((place) => place !== undefined);
  return span === undefined ? [] : [{ message: `${fileOf(layer)} declares this`, span }];
}

/** The name of the file that declares it. */
function fileOf({ workflowPath }: Layer): string {
  return workflowPath.slice(workflowPath.lastIndexOf("/") + 1);
}

function dockerfileNote(layer: Layer): readonly Note[] {
  const first = layer.dockerfile.bases[0] ?? layer.dockerfile.references[0];
  return first === undefined ? [] : [{ message: "the Dockerfile stands on this", span: first.span }];
}

function placeDeclared(layer: Layer, key: string): Span | undefined {
  const { value, found } = nearest(layer.located, [key]);
  return found ? value.span : undefined;
}
