// What a declaration says that cannot work, or hardly is what its author wants: of tools and how they are proven, of what is
// left to chance, of what says nothing. All of it needs the layer alone.

import minVersion from "semver/ranges/min-version.js";
import type { Tool } from "../../schemas/workflow.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { nearest } from "../nickel/located.ts";
import { catalogDiagnostics } from "./diagnostics.ts";
import { familiarName, followsLatest, isSameImage, layerOfImage } from "./image-name.ts";
import { type Layer, placeOf } from "./layer.ts";

/** Diagnostics of one layer, nearly all of them warnings. */
export function checkDeclaration(layer: Layer, workspace: string): readonly Diagnostic[] {
  return [
    ...layer.workflow.tools_provided.flatMap((tool, index) => checkTool(layer, tool, index)),
    ...checkImages(layer, workspace),
    ...checkArgs(layer),
    ...checkCopies(layer),
    ...checkArtifacts(layer),
    ...checkSize(layer),
    ...checkPlatformFlags(layer),
  ];
}

function checkTool(layer: Layer, tool: Tool, index: number): readonly Diagnostic[] {
  const place = (field: string) => placeOf(layer, "tools_provided", index, field);
  const found: Diagnostic[] = [];
  const { name, check, version } = tool;
  if (version !== undefined && minVersion(version) === null)
    found.push(
      diagnose(catalogDiagnostics.versionNeverMet, { tool: name, version }, { span: place("version") }),
    );
  if (needsShell(check))
    found.push(diagnose(catalogDiagnostics.checkNeedsShell, { tool: name, check }, { span: place("check") }));
  const other = toolOfCheck(layer, tool);
  if (other !== undefined)
    found.push(
      diagnose(catalogDiagnostics.checkOfAnother, { tool: name, other, check }, { span: place("check") }),
    );
  return found;
}

/** Words that a shell alone understands. */
const shellWords = /^(&&|\|\|?|;|[0-9]?(>>?|<)(&[0-9]|\/dev\/null)?)$/;

function needsShell(check: readonly string[]): boolean {
  return /\s/.test(check[0] ?? "") || check.some((word) => shellWords.test(word));
}

/** The tool of the same layer that a check runs in place of its own: `cargo clippy` proves clippy, and `rustc` does not. */
function toolOfCheck(layer: Layer, { name, check }: Tool): string | undefined {
  const command = check[0]?.split("/").at(-1);
  if (command === undefined || command === name || name.startsWith(`${command}-`)) return undefined;
  if (check.some((word) => word.includes(name))) return undefined;
  return layer.workflow.tools_provided.find((other) => other.name === command)?.name;
}

/** Images from outside whose tag is "latest", written or not, each once; not where a stage's name is taken for one. */
function checkImages(layer: Layer, workspace: string): readonly Diagnostic[] {
  const { build_base: base } = layer.workflow;
  const told = new Set(layer.dockerfile.stages.map(({ name }) => name));
  return layer.dockerfile.references.flatMap(({ image, span }) => {
    const isFixed = image === "scratch" || !followsLatest(image);
    if (isFixed || layerOfImage(image, workspace) !== undefined || told.has(familiarName(image))) return [];
    told.add(familiarName(image));
    const isDeclared = typeof base !== "string" && isSameImage(base.image, image);
    return [
      diagnose(
        catalogDiagnostics.unpinnedImage,
        { image },
        isDeclared
          ? {
              span: placeOf(layer, "build_base", "image"),
              notes: [{ message: "the Dockerfile takes from it here", span }],
            }
          : { span },
      ),
    ];
  });
}

/** As BuildKit's own check (SecretsUsedInArgOrEnv) tells them. */
const secretName = /(^|_)(apikey|auth|credentials?|key|password|passwd|pword|secret|token)(_|$)/i;
const publicName = /(^|_)public(_|$)/i;

function checkArgs(layer: Layer): readonly Diagnostic[] {
  return Object.keys(layer.workflow.args).flatMap((name) => {
    if (!secretName.test(name) || publicName.test(name)) return [];
    const span = nearest(layer.located, ["args", name]).keySpan ?? placeOf(layer, "args");
    return [diagnose(catalogDiagnostics.secretInArgs, { name, id: name.toLowerCase() }, { span })];
  });
}

function checkCopies(layer: Layer): readonly Diagnostic[] {
  const { build_base: base, copies_from: copies } = layer.workflow;
  const index = copies.findIndex((name) => name === base);
  if (typeof base !== "string" || index === -1) return [];
  const note = { message: "and is the base here", span: placeOf(layer, "build_base") };
  const span = placeOf(layer, "copies_from", index);
  return [diagnose(catalogDiagnostics.copyOfBase, { base }, { span, notes: [note] })];
}

function checkArtifacts(layer: Layer): readonly Diagnostic[] {
  const paths = layer.workflow.artifact_paths;
  return paths.flatMap((path, index) => {
    const around = paths.findIndex((other) => path.startsWith(`${other}/`));
    const folder = paths[around];
    if (folder === undefined) return [];
    const note = { message: "this holds it", span: placeOf(layer, "artifact_paths", around) };
    const span = placeOf(layer, "artifact_paths", index);
    return [diagnose(catalogDiagnostics.nestedArtifact, { path, folder }, { span, notes: [note] })];
  });
}

const minutesOfDay = 24 * 60;

function checkSize(layer: Layer): readonly Diagnostic[] {
  const { runner_type: tier, cpu, time_budget_min: minutes } = layer.workflow;
  const found: Diagnostic[] = [];
  if (tier !== undefined && cpu !== undefined) {
    const note = { message: "the runner is chosen here", span: placeOf(layer, "runner_type") };
    const span = placeOf(layer, "cpu");
    found.push(diagnose(catalogDiagnostics.unheardSize, { tier }, { span, notes: [note] }));
  }
  if (minutes !== undefined && minutes > minutesOfDay) {
    const span = placeOf(layer, "time_budget_min");
    found.push(diagnose(catalogDiagnostics.longBudget, { minutes }, { span }));
  }
  return found;
}

/** A platform that is written down is right where it is the only one that the layer is declared for. */
function checkPlatformFlags(layer: Layer): readonly Diagnostic[] {
  const { platforms = [] } = layer.workflow;
  return layer.dockerfile.fixedPlatforms.flatMap(({ text, span }) =>
    platforms.length === 1 && platforms[0] === text
      ? []
      : [diagnose(catalogDiagnostics.fixedPlatform, { platform: text }, { span })],
  );
}
