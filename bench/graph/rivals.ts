// The other engines as tools to be measured: each the way it answers most cheaply, started without npm and its shims, with
// telemetry and update checks off. turbo 2 has no daemon for runs any more; nx is measured with and without its own.

import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { versionOf } from "./install-rivals.ts";
import { placeRepository } from "./place.ts";
import type { Task, Tool } from "./tool.ts";
import { type WorkspaceStyle, writeWorkspace } from "./workspace.ts";

/** All of them; `modules` is the node_modules that holds them. */
export function openRivals(modules: string): readonly Tool[] {
  return [turbo(modules), nx(modules, false), nx(modules, true), lage(modules), wireit(modules)];
}

type Command = (...args: readonly string[]) => readonly string[];

/** What all have in common: the workspace, filled by running everything once. */
function makeProject(
  modules: string,
  style: WorkspaceStyle,
  env: Tool["env"],
  [program = "", ...args]: readonly string[],
): Tool["makeProject"] {
  return async (project, shape) => {
    await placeRepository(project, writeWorkspace(shape, style));
    symlinkSync(modules, join(project, "node_modules"));
    // Thousands of starts of npm would take hours: what stands in for it does what the packages' scripts do.
    const bin = join(project, ".git/bench-bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "npm"), "#!/bin/sh\nmkdir -p dist && exec cp src/index.js dist/index.js\n", {
      mode: 0o755,
    });
    const path = `${bin}:${process.env["PATH"] ?? ""}`;
    await execa(program, args, { cwd: project, env: { ...env, PATH: path }, stdout: "ignore" });
  };
}

const editSource: NonNullable<Task["prepare"]> = (project, edited, round) => {
  appendFileSync(join(project, "packages", edited, "src/index.js"), `// ${round}\n`);
};

const turboList = z.object({ packages: z.object({ items: z.array(z.object({ name: z.string() })) }) });
const turboQuery = z.object({
  data: z.object({ affectedPackages: z.object({ items: z.array(z.object({ name: z.string() })) }) }),
});

function turbo(modules: string): Tool {
  const platform = `linux-${process.arch === "x64" ? "64" : "arm64"}`;
  const binary = createRequire(join(modules, "turbo/package.json")).resolve(`@turbo/${platform}/bin/turbo`);
  const command: Command = (...args) => [binary, "--skip-infer", ...args];
  const env = {
    TURBO_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
    TURBO_SCM_BASE: "HEAD",
  };
  const turboJson = { tasks: { build: { dependsOn: ["^build"], outputs: ["dist/**"] } } };
  const style = { rootFiles: { "turbo.json": JSON.stringify(turboJson) }, tasks: "npm" as const };
  const query = 'query { affectedPackages(base: "HEAD") { items { name } } }';
  return {
    name: "turbo",
    version: versionOf(modules, "turbo"),
    env,
    makeProject: makeProject(modules, style, env, command("run", "build", "--output-logs=none")),
    tasks: [
      {
        question: "plan",
        label: "turbo run build --dry=json",
        argv: command("run", "build", "--dry=json"),
      },
      {
        question: "nothing",
        label: "turbo run build --output-logs=none",
        argv: command("run", "build", "--output-logs=none"),
      },
      {
        question: "affected",
        label: "turbo ls --affected --output=json",
        argv: command("ls", "--affected", "--output=json"),
        prepare: editSource,
        readAnswer: (stdout) => namesOf(turboList.parse(JSON.parse(stdout)).packages.items),
      },
      {
        question: "affected",
        label: "turbo query 'affectedPackages'",
        argv: command("query", query),
        prepare: editSource,
        readAnswer: (stdout) => namesOf(turboQuery.parse(JSON.parse(stdout)).data.affectedPackages.items),
      },
      {
        question: "cold",
        label: "turbo run build --dry=json",
        argv: command("run", "build", "--dry=json"),
      },
    ],
  };
}

function namesOf(items: readonly { readonly name: string }[]): readonly string[] {
  return items.map(({ name }) => name).filter((name) => name !== "//");
}

function nx(modules: string, hasDaemon: boolean): Tool {
  const program = join(modules, "nx/dist/bin/nx.js");
  const command: Command = (...args) => [process.execPath, program, ...args];
  const env = {
    NX_DAEMON: String(hasDaemon),
    NX_TUI: "false",
    NX_NO_CLOUD: "true",
    DO_NOT_TRACK: "1",
    CI: "",
  };
  const defaults = { dependsOn: ["^build"], cache: true, outputs: ["{projectRoot}/dist"] };
  const nxJson = JSON.stringify({ targetDefaults: { build: defaults } });
  const build = ["run-many", "-t", "build", "--outputStyle=static"];
  const plan = { argv: command("run-many", "-t", "build", "--graph=stdout") };
  const name = hasDaemon ? "nx, daemon" : "nx";
  return {
    name,
    version: versionOf(modules, "nx"),
    env,
    makeProject: makeProject(
      modules,
      { rootFiles: { "nx.json": nxJson }, tasks: "nx" },
      env,
      command(...build, "--parallel=4"),
    ),
    tasks: [
      { question: "plan", label: "nx run-many -t build --graph=stdout", ...plan },
      { question: "nothing", label: "nx run-many -t build", argv: command(...build) },
      {
        question: "affected",
        label: "nx show projects --affected --uncommitted --json",
        argv: command("show", "projects", "--affected", "--uncommitted", "--json"),
        prepare: editSource,
        readAnswer: (stdout) => z.array(z.string()).parse(JSON.parse(stdout)),
      },
      ...(hasDaemon
        ? []
        : [
            {
              question: "cold",
              label: "nx run-many -t build --graph=stdout",
              ...plan,
              prepare: (project: string) => remove(project, ".nx/workspace-data"),
            } as const,
          ]),
    ],
    close: async (project) => {
      await execa(process.execPath, [program, "daemon", "--stop"], { cwd: project, env, stdio: "ignore" });
    },
  };
}

const lageInfo = z.object({ data: z.object({ scope: z.array(z.string()) }) });

function lage(modules: string): Tool {
  const program = join(modules, "lage/dist/lage.js");
  const command: Command = (...args) => [process.execPath, program, ...args];
  const config =
    "module.exports = { pipeline: { build: ['^build'] }, npmClient: 'npm', cacheOptions: { outputGlob: ['dist/**'] } };\n";
  return {
    name: "lage",
    version: versionOf(modules, "lage"),
    env: {},
    makeProject: makeProject(
      modules,
      { rootFiles: { "lage.config.js": config }, tasks: "npm" },
      {},
      command("build"),
    ),
    tasks: [
      { question: "plan", label: "lage info build", argv: command("info", "build") },
      { question: "nothing", label: "lage build", argv: command("build") },
      {
        question: "affected",
        label: "lage info build --since HEAD",
        argv: command("info", "build", "--since", "HEAD"),
        prepare: editSource,
        readAnswer: (stdout) => lageInfo.parse(JSON.parse(stdout)).data.scope,
      },
    ],
  };
}

function wireit(modules: string): Tool {
  const argv = [process.execPath, join(modules, "wireit/bin/wireit.js")];
  // As npm starts it: `npm run build`, without the time that npm itself takes.
  const env = {
    npm_lifecycle_event: "build",
    npm_package_json: "package.json",
    npm_config_user_agent: "npm/11.0.0",
    WIREIT_LOGGER: "simple",
  };
  return {
    name: "wireit",
    version: versionOf(modules, "wireit"),
    env,
    makeProject: makeProject(modules, { rootFiles: {}, tasks: "wireit" }, env, argv),
    tasks: [{ question: "nothing", label: "wireit build", argv }],
  };
}

function remove(project: string, path: string): void {
  rmSync(join(project, path), { recursive: true, force: true });
}
