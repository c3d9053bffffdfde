// A catalog whose layers are built on leased hosts: real ones, behind the Hetzner test API, with the real command line as a
// process of its own. Closing it also looks whether anything is left that a run should have taken away.

import { spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Event } from "../../engine/events/event.ts";
import { event as eventSchema } from "../../schemas/event.ts";
import { lock as lockSchema } from "../../schemas/lock.ts";
import { type WrittenProject, writeProject } from "../cli/run-cli.ts";
import { machinesInYard, type YardSettings } from "../rig/hcloud/machines-in-yard.ts";
import { type HcloudServer, openHcloudServer } from "../rig/hcloud/open-hcloud-server.ts";
import type { Host } from "../rig/hosts/host.ts";
import { type HostYard, openHostYard } from "../rig/hosts/host-yard.ts";
import type { Rig } from "../rig/rig.ts";
import { findTraces } from "./hosts-traces.ts";
import { type Gate, openGate } from "./leased-gate.ts";

const token = "a-token-of-tests";
const main = join(import.meta.dirname, "../../cli/main.ts");

export interface LayerText {
  /** A layer, or nothing for the external base. */
  readonly on?: string;
  readonly copies?: readonly string[];
  /** The step that is the layer's own; nothing where the tool is all of it. */
  readonly run?: string;
  /** Files of its context, by name, which are copied to the image's root. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface LeasedSettings extends YardSettings {
  /** Lines of `runners` in the build directives, each with its comma. */
  readonly runners?: string;
  /** Further lines of the build directives, each with its comma. */
  readonly directives?: string;
  /** What HCLOUD_TOKEN holds; the API's own by default. */
  readonly token?: string;
}

export interface LeasedProject {
  readonly project: WrittenProject;
  readonly api: HcloudServer;
  /** Gives a server at the API other labels than it has. */
  relabel(id: number, labels: Readonly<Record<string, string>>): Promise<void>;
  /** Where its steps wait. */
  readonly gate: Gate;
  /** All hosts that were ever made, in order. */
  readonly hosts: readonly Host[];
  /** Resolves when that many were made. */
  madeHosts(count: number): Promise<void>;
  /** Starts `lamina`, with further variables in its environment, or without those that are undefined. */
  start(args: readonly string[], more?: Environment): Running;
  /** Runs `lamina` to its end. */
  lamina(args: readonly string[]): Promise<LeasedRun>;
  /** Layers of the lock. */
  locked(): readonly string[];
  /** Leases that the journal holds. */
  journal(): readonly string[];
  /** What there is of a run that ended and should have left nothing: machines, leases, processes, sockets, keys, tokens. */
  leftOvers(): readonly string[];
  /** Takes all away. Throws where a run left something. */
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface Running {
  readonly events: readonly Event[];
  /** The first event of that type for which `wanted` holds, from the start on; rejects where the run ends without it. */
  until(type: Event["type"], wanted?: (event: Event) => boolean): Promise<Event>;
  /** The first text of stdout or stderr that matches; rejects where the run ends without it. */
  untilSaid(text: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** The story so far, for when a test fails. */
  readonly told: () => string;
  readonly ended: Promise<LeasedRun>;
}

export interface LeasedRun {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly events: readonly Event[];
  readonly stdout: string;
  readonly stderr: string;
  /** The story in words, for when a test fails. */
  readonly told: string;
}

/** For `.then`: the run as it is; throws with its story where it ended with another code. */
export function endedWith(exitCode: number): (run: LeasedRun) => LeasedRun {
  return (run) => {
    if (run.exitCode === exitCode) return run;
    throw new Error(
      `it ended with ${String(run.exitCode ?? run.signal)} and not ${String(exitCode)}:\n${run.told}`,
    );
  };
}

const architecture = process.arch === "arm64" ? "arm64" : "amd64";

/** Layers are told with the gate at which their steps may wait. */
export async function openLeasedProject(
  { buildkit, busybox }: Pick<Rig, "buildkit" | "busybox">,
  layersAt: (gate: Gate) => Readonly<Record<string, LayerText>>,
  settings: LeasedSettings = {},
): Promise<LeasedProject> {
  const yard = await openHostYard({ buildkit });
  const gate = await openGate(yard.gateway);
  const hosts: Host[] = [];
  const watchers = new Set<() => void>();
  const bridge = `lam${yard.gateway.split(".")[2] ?? ""}`;
  const observed: HostYard = {
    ...yard,
    async createHost(order) {
      const host = await yard.createHost(order);
      hosts.push(host);
      for (const look of watchers) look();
      return host;
    },
  };
  const api = await openHcloudServer({ token, machines: machinesInYard(observed, settings) });
  const project = writeProject(filesOf(layersAt(gate), busybox, settings));
  const { root } = project;
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), "lamina-e2e-")));
  const env = {
    PATH: `${join(buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`,
    HOME: process.env["HOME"],
    TMPDIR: scratch,
    // Node's own, which is to outlive the run.
    NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"),
    HCLOUD_ENDPOINT: api.endpoint,
    HCLOUD_TOKEN: settings.token ?? token,
  };
  const runs: Running[] = [];
  const start = (args: readonly string[], more: Environment = {}): Running => {
    const running = startLamina(args, root, { ...env, ...more });
    runs.push(running);
    return running;
  };
  const journal = () => list(join(root, ".lamina/leases")).filter((name) => name.endsWith(".json"));
  const leftOvers = () => [
    ...api.servers().map(({ name, status }) => `server ${name}, ${status}`),
    ...yard.listHosts().map(({ name }) => `host ${name}`),
    // A cgroup that is gone had no process any more.
    ...findTraces({ name: bridge, namespaces: [] }).filter((trace) => trace.includes(`${bridge}h`)),
    ...journal().map((name) => `lease ${name}`),
    ...list(scratch).map((name) => `file ${join(scratch, name)}`),
    ...findProcesses(scratch),
    ...findSecrets(root),
  ];
  return {
    project,
    api,
    relabel: async (id, labels) => {
      await fetch(`${api.endpoint}/servers/${String(id)}`, {
        method: "PUT",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ labels }),
      });
    },
    gate,
    hosts,
    madeHosts: async (count) => {
      await when(watchers, () => hosts.length >= count || undefined);
    },
    start,
    lamina: (args) => start(args).ended,
    locked: () => {
      const path = join(root, ".lamina/local.lock");
      return existsSync(path)
        ? Object.keys(lockSchema.parse(JSON.parse(readFileSync(path, "utf8"))).layers)
        : [];
    },
    journal,
    leftOvers,
    close: async () => {
      const left = leftOvers();
      // Only where the test failed.
      for (const running of runs) running.kill("SIGKILL");
      await gate.close();
      await api.close();
      await yard.close();
      project.remove();
      rmSync(scratch, { recursive: true });
      if (left.length > 0)
        throw new Error(`left over:\n${left.join("\n")}\n${runs.map(({ told }) => told()).join("\n")}`);
    },
  };
}

function filesOf(
  layers: Readonly<Record<string, LayerText>>,
  busybox: Rig["busybox"],
  { runners = "", directives = "" }: LeasedSettings,
): Record<string, string> {
  const candidates = /\bcandidates\b/.test(runners)
    ? ""
    : 'candidates = ["cx23:nbg1", "cx33:nbg1", "cx43:nbg1", "cx53:nbg1"],';
  const files: Record<string, string> = {
    "catalog/build_directives.ncl": `{
  compute_provider = 'hcloud,
  runners = { image = "debian-12", ${candidates} ${runners} },
  ${directives}
}
`,
    ".lamina/local.json": JSON.stringify({ bases: { "busybox:1": `oci-layout:${busybox.directory}` } }),
  };
  for (const [name, { on, copies = [], run, files: own = {} }] of Object.entries(layers)) {
    files[`catalog/${name}/workflow.ncl`] = `{
  name = "${name}",
  kind = 'utility,
  language = "none",
  build_base = ${on === undefined ? '{ image = "busybox:1" }' : `"${on}"`},
  copies_from = [${copies.map((each) => `"${each}"`).join(", ")}],
  tools_provided = ["${name}"],
  artifact_paths = [],
  platforms = ["linux/${architecture}"],
}
`;
    for (const [file, text] of Object.entries(own)) files[`catalog/${name}/${file}`] = text;
    const copied = [
      ...copies.map((each) => `COPY --from=lamina/${each} /bin/${each} /bin/${each}\n`),
      ...Object.keys(own).map((file) => `COPY ${file} /${file}\n`),
    ].join("");
    files[`catalog/${name}/Dockerfile`] = `FROM ${on === undefined ? "busybox:1" : `lamina/${on}`}
${copied}${run === undefined ? "" : `RUN ${run}\n`}RUN printf '#!/bin/sh\\necho ${name} 1.2.3\\n' > /bin/${name} && chmod +x /bin/${name}
`;
  }
  return files;
}

function startLamina(args: readonly string[], cwd: string, env: Environment): Running {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const events: Event[] = [];
  const watchers = new Set<() => void>();
  let stdout = "";
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const look of watchers) look();
  });
  createInterface(child.stdout).on("line", (line) => {
    stdout += `${line}\n`;
    // Whoever is killed may end in the middle of a line.
    if (line.startsWith('{"type"') && line.endsWith("}")) events.push(eventSchema.parse(JSON.parse(line)));
    for (const look of watchers) look();
  });
  const told = () => [...events.map((event) => JSON.stringify(event)), stderr].join("\n");
  const ended = new Promise<LeasedRun>((resolve) => {
    child.on("close", (code, signal) => {
      resolve({
        exitCode: code ?? undefined,
        signal: signal ?? undefined,
        events,
        stdout,
        stderr,
        told: told(),
      });
    });
  });
  const awaitIt = <T>(what: string, find: () => T | undefined): Promise<T> => {
    const missed = ended.then(() => Promise.reject(new Error(`it ended without ${what}:\n${told()}`)));
    return Promise.race([when(watchers, find), missed]);
  };
  return {
    events,
    until: (type, wanted = () => true) =>
      awaitIt(type, () => events.find((event) => event.type === type && wanted(event))),
    untilSaid: (text) => awaitIt(String(text), () => text.exec(stdout)?.[0] ?? text.exec(stderr)?.[0]),
    kill: (signal) => child.kill(signal),
    told,
    ended,
  };
}

/** What `find` gives as soon as it is not undefined; it is asked at once, and whenever the watchers are told to look. */
function when<T>(watchers: Set<() => void>, find: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const look = (): void => {
      const found = find();
      if (found === undefined) return;
      watchers.delete(look);
      resolve(found);
    };
    watchers.add(look);
    look();
  });
}

/** Processes that a run started, told by the folder for temporary files that it gave them. */
function findProcesses(scratch: string): readonly string[] {
  return list("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, "utf8").includes(`TMPDIR=${scratch}\0`)) return [];
        return [`process ${pid}, ${readlinkSync(`/proc/${pid}/exe`)}`];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

/** Files of the project that hold what may stand in none: a key, or the token. */
function findSecrets(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => {
      const bytes = readFileSync(path);
      return bytes.includes("PRIVATE KEY") || bytes.includes(token);
    })
    .map((path) => `secret in ${path}`);
}

/** Nothing of what is no folder. */
function list(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
