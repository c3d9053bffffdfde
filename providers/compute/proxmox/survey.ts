// What a node of Proxmox VE has, and whether all that build directives name is there: node, template, storage, bridge. Everything is
// asked once, as nothing has begun yet. What the token may not see is not held against the directives.

import { z } from "zod";
import { nearMiss } from "../../../engine/core/near-miss.ts";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import type { MachineKind, RunnersFault, Survey, SurveyFailure } from "../../../engine/ports/compute.ts";
import { type ApiFailure, computeFailure } from "./api-failure.ts";
import type { ProxmoxClient } from "./client.ts";
import { listResources, type Resource } from "./find-machines.ts";
import { readNode } from "./read-node.ts";
import type { ProxmoxSettings } from "./settings.ts";

const nodeList = z.array(z.looseObject({ node: z.string() }));
const storageList = z.array(z.looseObject({ storage: z.string() }));
const networkList = z.array(z.looseObject({ iface: z.string() }));

export async function surveyProxmox(
  client: ProxmoxClient,
  settings: ProxmoxSettings,
  signal: AbortSignal,
): Promise<Result<Survey, SurveyFailure>> {
  const nodes = await client.call({ method: "GET", path: "/nodes" }, nodeList, signal);
  if (!nodes.ok) return err(explain(nodes.error));
  const { node } = settings;
  const known = nodes.value.map((one) => one.node);
  // Of a node that is not there nothing else can be asked.
  if (!known.includes(node))
    return err({ kind: "misconfigured", faults: [named("node", "no node", node, known)] });
  const [status, resources, storages, bridges] = await Promise.all([
    readNode(client, node, signal),
    listResources(client, signal),
    listNames(client, `/nodes/${node}/storage`, storageList, ({ storage }) => storage, signal),
    listNames(client, `/nodes/${node}/network?type=any_bridge`, networkList, ({ iface }) => iface, signal),
  ]);
  for (const one of [status, resources, storages, bridges]) if (!one.ok) return err(explain(one.error));
  if (!status.ok || !resources.ok || !storages.ok || !bridges.ok) throw new Error("what failed was told");
  const faults = [
    ...checkTemplate(settings, resources.value),
    ...checkName("storage", "no storage", settings.storage, storages.value),
    ...checkName("bridge", "no bridge", settings.bridge, bridges.value),
  ];
  if (faults.length > 0) return err({ kind: "misconfigured", faults });
  const { cpus: cpu, memoryGb } = status.value;
  const kind: MachineKind = {
    type: "",
    location: node,
    cpu,
    memoryGb,
    eurPerHour: 0,
    billing: "free",
    platforms: [settings.platform],
    sizing: "up-to",
    isAvailable: true,
  };
  return ok({ kinds: [kind], excluded: [] });
}

/** Undefined where the token may not see them. */
async function listNames<T>(
  client: ProxmoxClient,
  path: string,
  shape: z.ZodType<readonly T[]>,
  nameOf: (one: T) => string,
  signal: AbortSignal,
): Promise<Result<readonly string[] | undefined, ApiFailure>> {
  const [bare = "", type] = path.split("?type=");
  const parameters = type === undefined ? undefined : { type };
  const listed = await client.call({ method: "GET", path: bare, parameters }, shape, signal);
  if (listed.ok) return ok(listed.value.map(nameOf));
  const isUnseen = listed.error.kind === "unauthorized" || listed.error.kind === "failed";
  return isUnseen ? ok(undefined) : listed;
}

function checkTemplate(
  { template, node }: ProxmoxSettings,
  resources: readonly Resource[],
): readonly RunnersFault[] {
  const path = ["settings", "template"];
  const machines = resources.filter(({ type }) => type === "qemu");
  const found = machines.find(({ vmid }) => vmid === template);
  const templates = machines.filter(isTemplate).map(({ vmid, name = "" }) => `${vmid} (${name})`);
  const help =
    templates.length === 0 ? "the token sees no template at all" : `templates are ${templates.join(", ")}`;
  if (found === undefined)
    return [{ path, message: `names no machine that the token may see: ${template}`, help }];
  if (!isTemplate(found))
    return [{ path, message: `names a machine that is no template: ${template}`, help }];
  if (found.node === node) return [];
  const message = `names a template of another node, ${found.node}: ${template}`;
  return [{ path, message, help: `machines run on ${node}, where their template must be` }];
}

function isTemplate({ template }: Resource): boolean {
  return template === 1 || template === true;
}

function checkName(
  field: string,
  what: string,
  value: string | undefined,
  known: readonly string[] | undefined,
): readonly RunnersFault[] {
  const isFine = value === undefined || known === undefined || known.includes(value);
  return isFine ? [] : [named(field, `${what} of the node that the token may use`, value, known)];
}

function named(field: string, what: string, value: string, known: readonly string[]): RunnersFault {
  const meant = nearMiss(value, known);
  const help =
    meant !== undefined
      ? `did you mean "${meant}"?`
      : known.length === 0
        ? "the token sees none"
        : `there are ${known.join(", ")}`;
  return { path: ["settings", field], message: `names ${what}: ${value}`, help };
}

/** In the words of the port: what of this side may be in the way. */
function explain(failure: ApiFailure): SurveyFailure {
  const told = computeFailure(failure);
  switch (told.kind) {
    case "canceled":
    case "refused":
      return told;
    default:
      return {
        kind: "unavailable",
        message: told.message,
        help: "see that Proxmox VE is reached from here: PROXMOX_VE_ENDPOINT or runners.settings.url says where",
      };
  }
}
