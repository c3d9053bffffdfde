// `lamina show LAYER`: one layer, evaluated, with what the lock holds of it.

import { relative } from "node:path";
import pc from "picocolors";
import { entryOf } from "../../engine/lock/lock.ts";
import type { Step } from "../../engine/plan/step.ts";
import type { Project } from "../../engine/project.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import {
  capabilities,
  type RegistryNamespace,
  registryNamespaces,
} from "../../schemas/registry-capabilities.ts";
import type { ShowJson } from "../../schemas/show.ts";
import { findActor } from "../actor-option.ts";
import { defineCommand } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { leasingProvider } from "../compute-option.ts";
import { exitCode } from "../exit-code.ts";
import { flag } from "../option.ts";
import { openHere, planHere, wholeCatalog } from "../project.ts";
import { findRegistries } from "../registry-base.ts";
import { formatBytes } from "../report/format.ts";
import { nodeToJson } from "../report/plan-json.ts";
import { renderLocalWorld } from "../report/plan-text.ts";
import { ownMachineOrigin, sizeOrigin } from "../report/size-origin.ts";
import { describeAdvice, describeSize } from "../report/size-text.ts";
import { describeState } from "../report/state-text.ts";
import { pad } from "../report/text-width.ts";
import { findLayer } from "../select-operands.ts";
import { learnNeeds } from "../sizing/learn-needs.ts";

export const command = defineCommand({
  name: "show",
  operands: { name: "LAYER", min: 1, max: 1 },
  description:
    "Shows one layer as evaluated: what it stands on, the tools it promises with the versions\n" +
    "last seen, what it hands on, the size of its runner, and its image.",
  options: { json: flag("as JSON (schemas/show.ts)") },
  examples: [{ command: "lamina show rust", does: "" }],
  run: async ({ options, operands, directory, output }) => {
    const opened = await openHere({ directory, output });
    if (!opened.ok) return opened.error;
    const found = findLayer(opened.value.graph, operands[0] ?? "");
    if (!found.ok) return refuseUsage(output, found.error);
    const provider = leasingProvider(undefined, opened.value.directives);
    const project = await learnNeeds(opened.value, provider, output);
    const plan = await planHere(project, wholeCatalog);
    const steps = plan.steps.filter(({ layer }) => layer === found.value);
    const registries = await describeRegistries(project, found.value);
    if (options.json) {
      const json = { ...showToJson(project, found.value, steps), registries };
      output.result(`${JSON.stringify(json, null, 2)}\n`);
    } else {
      output.remark(renderLocalWorld(plan.replacedBases));
      for (const step of steps) output.result(renderLayer(project, step, registries, output.stdout.color));
    }
    return exitCode.done;
  },
});

/** schemas/show.ts, which a test holds it to. */
function showToJson(project: Project, layer: LayerName, steps: readonly Step[]) {
  const { graph, lock } = project;
  return {
    version: 1 satisfies ShowJson["version"],
    layer,
    workflow: graph.layer(layer).workflow,
    parents: graph.parents(layer),
    children: graph.children(layer),
    externalBases: graph.externalBases(layer),
    platforms: steps.map((step) => ({
      platform: step.platform,
      action: step.action,
      runner: nodeToJson(step).runner,
      sizeFrom: sizeOrigin(project, layer) ?? null,
      ownMachine: step.ownMachine ?? false,
      locked: entryOf(lock.current, step.layer, step.platform) ?? null,
    })),
  };
}

type RegistryJson = NonNullable<ShowJson["registries"]>[number];

/** Those that the directives name, with what whoever builds by them may do there. */
async function describeRegistries(
  { directives }: Project,
  layer: LayerName,
): Promise<readonly RegistryJson[]> {
  const actor = findActor({ actor: undefined, "actor-id": undefined }, directives.cache_policy);
  const registries = findRegistries(directives, actor);
  if (registries.length === 0) return [];
  const { mapperOf } = await import("../../providers/registry/mappers.ts");
  return registries.map(({ name, provider, base, isTarget, may }) => {
    const place = mapperOf(provider).imagesOf(base, layer);
    const granted = (namespace: RegistryNamespace) => capabilities.filter((each) => may(namespace, each));
    return {
      name,
      provider,
      repository: place.ok ? `${place.value.registry}/${place.value.name}` : null,
      target: isTarget,
      capabilities: { images: granted("images"), ci: granted("ci"), dev: granted("dev") },
    };
  });
}

/** "main: registry.example/lamina/rust (images pull push; ci pull cache)". */
function renderRegistry({ name, repository, target, capabilities: granted }: RegistryJson): string {
  const scopes = registryNamespaces.flatMap((namespace) =>
    granted[namespace].length === 0 ? [] : [`${namespace} ${granted[namespace].join(" ")}`],
  );
  const title = repository?.startsWith(`${name}/`) === true ? "" : `${name}: `;
  const place = repository ?? "no name for this layer";
  const shown = scopes.length === 0 ? "nothing allowed" : scopes.join("; ");
  return `${title}${place} (${shown}${target ? "" : "; no images go there"})`;
}

/** Of a base that much stands on, as many as a screen takes; JSON has all. */
const mostChildren = 20;

function shorten(names: readonly string[]): readonly string[] {
  if (names.length <= mostChildren) return names;
  return [...names.slice(0, mostChildren), `… and ${names.length - mostChildren} more (--json)`];
}

/** "" where none was seen. Of the record's own: a tool may be called "constructor". */
function seenVersion(tools: Readonly<Record<string, string>> | undefined, name: string): string {
  return tools !== undefined && Object.hasOwn(tools, name) ? (tools[name] ?? "") : "";
}

/** Its size with the file that says it, what past builds speak for, and whether it shares its machine. */
function describeRunner(project: Project, { layer, runner }: Step): readonly string[] {
  const size = sizeOrigin(project, layer);
  const own = ownMachineOrigin(project, layer);
  return [
    `${describeSize(runner)}${size === undefined || runner.source !== "explicit" ? "" : `, by ${size}`}`,
    ...describeAdvice(runner),
    ...(own === undefined ? [] : [`on a leased machine of its own, by ${own}`]),
  ];
}

function renderLayer(
  project: Project,
  step: Step,
  registries: readonly RegistryJson[],
  color: boolean,
): string {
  const colors = pc.createColors(color);
  const { graph, lock } = project;
  const { workflow, workflowPath } = graph.layer(step.layer);
  const entry = entryOf(lock.current, step.layer, step.platform);
  const base = workflow.build_base;
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ["declared in", [relative(graph.root, workflowPath)]],
    ["platform", [step.platform]],
    ["stands on", [typeof base === "string" ? base : base.image]],
    [
      "takes from",
      [...graph.parents(step.layer), ...graph.externalBases(step.layer)].filter(
        (name) => name !== (typeof base === "string" ? base : base.image),
      ),
    ],
    ["needed by", shorten(graph.children(step.layer))],
    [
      "tools",
      workflow.tools_provided.map(({ name, version }) => {
        const seen = seenVersion(entry?.tools, name);
        const demanded = version === undefined ? "" : colors.dim(` (${version})`);
        return `${name}${seen === "" ? "" : ` ${seen}`}${demanded}`;
      }),
    ],
    ["artifacts", workflow.artifact_paths],
    ["runner", describeRunner(project, step)],
    ["state", [describeState(step, colors)]],
    ["image", entry === undefined ? [] : [entry.image]],
    ["size", entry === undefined ? [] : [formatBytes(entry.sizeBytes)]],
    ["input", entry === undefined ? [] : [entry.input]],
    ["caches", entry?.caches ?? []],
    ["registries", registries.map(renderRegistry)],
  ];
  const lines = rows.flatMap(([title, values]) =>
    values.map((value, index) => `  ${colors.dim(pad(index === 0 ? title : "", 11))}  ${value}`),
  );
  const head = `${colors.bold(step.layer)} (${workflow.kind}, ${workflow.language})`;
  return `${[head, ...lines].join("\n")}\n`;
}
