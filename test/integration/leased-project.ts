// A catalog whose layers are built on leased hosts: real ones, behind the Hetzner test API, with the real command line.

import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inject } from "vitest";
import type { Event } from "../../engine/events/event.ts";
import { event as eventSchema } from "../../schemas/event.ts";
import { lock as lockSchema } from "../../schemas/lock.ts";
import { type WrittenProject, writeProject } from "../cli/run-cli.ts";
import { machinesInYard, type YardSettings } from "../rig/hcloud/machines-in-yard.ts";
import { type HcloudServer, openHcloudServer } from "../rig/hcloud/open-hcloud-server.ts";
import { type HostYard, openHostYard } from "../rig/hosts/host-yard.ts";

const rig = inject("rig");
const token = "a-token-of-tests";
const main = join(import.meta.dirname, "../../cli/main.ts");

export interface LayerText {
  /** A layer, or nothing for the external base. */
  readonly on?: string;
  readonly copies?: readonly string[];
  readonly run: string;
  /** Further lines of the declaration, each with its comma. */
  readonly more?: string;
}

export interface LeasedProject {
  readonly project: WrittenProject;
  readonly api: HcloudServer;
  readonly yard: HostYard;
  /** Runs `lamina` to its end. */
  lamina(args: readonly string[], onEvent?: (event: Event) => void): Promise<LeasedRun>;
  /** Layers of the lock. */
  locked(): readonly string[];
  /** Leases that the journal holds. */
  journal(): readonly string[];
  close(): Promise<void>;
}

export interface LeasedRun {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly events: readonly Event[];
  readonly stderr: string;
}

const architecture = process.arch === "arm64" ? "arm64" : "amd64";

/** `runners` are lines of that record in the build directives, each with its comma. */
export async function openLeasedProject(
  layers: Readonly<Record<string, LayerText>>,
  runners = "",
  { directives = "", ...settings }: YardSettings & { readonly directives?: string } = {},
): Promise<LeasedProject> {
  const yard = await openHostYard({ buildkit: rig.buildkit });
  const api = await openHcloudServer({ token, machines: machinesInYard(yard, settings) });
  const files: Record<string, string> = {
    "catalog/build_directives.ncl": `{
  compute_provider = 'hcloud,
  runners = { image = "debian-12", candidates = ["cx23:nbg1", "cx33:nbg1", "cx43:nbg1", "cx53:nbg1"], ${runners} },
  ${directives}
}
`,
    ".lamina/local.json": JSON.stringify({ bases: { "busybox:1": `oci-layout:${rig.busybox.directory}` } }),
  };
  for (const [name, { on, copies = [], run, more = "" }] of Object.entries(layers)) {
    files[`catalog/${name}/workflow.ncl`] = `{
  name = "${name}",
  kind = 'utility,
  language = "none",
  build_base = ${on === undefined ? '{ image = "busybox:1" }' : `"${on}"`},
  copies_from = [${copies.map((each) => `"${each}"`).join(", ")}],
  tools_provided = ["${name}"],
  artifact_paths = [],
  platforms = ["linux/${architecture}"],
  ${more}
}
`;
    const copied = copies.map((each) => `COPY --from=lamina/${each} /bin/${each} /bin/${each}\n`).join("");
    files[`catalog/${name}/Dockerfile`] = `FROM ${on === undefined ? "busybox:1" : `lamina/${on}`}
${copied}RUN ${run}
RUN printf '#!/bin/sh\\necho ${name} 1.2.3\\n' > /bin/${name} && chmod +x /bin/${name}
`;
  }
  const project = writeProject(files);
  const env = {
    PATH: `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`,
    HOME: process.env["HOME"],
    HCLOUD_ENDPOINT: api.endpoint,
    HCLOUD_TOKEN: token,
  };
  return {
    project,
    api,
    yard,
    lamina: async (args, onEvent) => {
      const child = spawn(process.execPath, [main, ...args], {
        cwd: project.root,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const events: Event[] = [];
      let stderr = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      createInterface(child.stdout).on("line", (line) => {
        if (!line.startsWith('{"type"')) return;
        const event = eventSchema.parse(JSON.parse(line));
        events.push(event);
        onEvent?.(event);
      });
      return await new Promise((resolve) => {
        child.on("close", (code, signal) =>
          resolve({ exitCode: code ?? undefined, signal: signal ?? undefined, events, stderr }),
        );
      });
    },
    locked: () => {
      const path = join(project.root, ".lamina/local.lock");
      return existsSync(path)
        ? Object.keys(lockSchema.parse(JSON.parse(readFileSync(path, "utf8"))).layers)
        : [];
    },
    journal: () => {
      const folder = join(project.root, ".lamina/leases");
      return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
    },
    close: async () => {
      await api.close();
      await yard.close();
      project.remove();
    },
  };
}

/** Network namespaces of this machine, by name. */
export function namespaces(): readonly string[] {
  return execFileSync("ip", ["netns", "list"], { encoding: "utf8" })
    .split("\n")
    .flatMap((line) => (line === "" ? [] : [line.split(" ")[0] ?? ""]));
}
