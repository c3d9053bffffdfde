// The ways to a daemon, each with a real buildkitd at its end, and what is said when none does.

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import type { Result } from "../../engine/core/result.ts";
import type { Builder, SolveFailure, SolveResult, StepLimits } from "../../engine/ports/builder.ts";
import { type FoundBuilder, type NoBuilder, openBuilder } from "../../providers/builder/connect.ts";
import { findTool } from "../../providers/builder/find-tools.ts";
import { openImageStore } from "../../providers/store/oci-layout.ts";
import { openLocalMachine } from "../../providers/vitals/local-machine.ts";
import { platformOf } from "../ports/builder.ts";
import { baseOf, commandLinesWith, never, value } from "./builder-setting.ts";

const rig = inject("rig");
const tools = dirname(rig.buildkit.buildctl);
/** Seconds that no other process sleeps for. */
const sleep = `sleep 73${process.pid}01`;
let directory: string;
const opened: Builder[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lamina-connect-"));
});
afterEach(async () => {
  for (const builder of opened.splice(0)) await builder.close();
  rmSync(directory, { recursive: true });
});

/** Opens with that environment alone, and closes after the test. */
async function open(env: Readonly<Record<string, string>>): Promise<Result<FoundBuilder, NoBuilder>> {
  const result = await openBuilder(
    {
      storeDirectory: join(directory, "store"),
      env: (name) => ({ LAMINA_CACHE: cacheDirectory(), ...env })[name],
      systemSocket: join(directory, "system.sock"),
    },
    never,
  );
  if (result.ok) opened.push(result.value);
  return result;
}

function cacheDirectory(): string {
  return join(directory, "cache");
}

async function solve(
  builder: Builder,
  dockerfile: string,
  onLog: () => void = () => {},
  stepLimits?: StepLimits,
): Promise<Result<SolveResult, SolveFailure>> {
  const contextDirectory = mkdtempSync(join(directory, "context-"));
  writeFileSync(join(contextDirectory, "Dockerfile"), dockerfile);
  return await builder.solve(
    {
      contextDirectory,
      dockerfilePath: join(contextDirectory, "Dockerfile"),
      target: undefined,
      platform: platformOf(builder),
      buildArgs: new Map(),
      namedContexts: [{ name: "busybox", source: baseOf(rig) }],
      secrets: [],
      ssh: false,
      cacheFrom: [],
      imageName: "lamina/connect",
      noCache: false,
      stepLimits,
    },
    (progress) => {
      if (progress.kind === "log") onLog();
    },
    never,
  );
}

/** Builds something and looks into the store: the daemon is a real one. */
async function expectToWork(builder: Builder): Promise<void> {
  const { imageDigest } = value(await solve(builder, "FROM busybox\nRUN echo works\n"));
  expect(openImageStore(join(directory, "store")).holds(imageDigest)).toBe(true);
}

/** A folder for PATH with links to those programs. */
function pathOf(programs: Readonly<Record<string, string>>): string {
  const bin = mkdtempSync(join(directory, "bin-"));
  for (const [name, target] of Object.entries(programs)) symlinkSync(target, join(bin, name));
  return bin;
}

/** A folder for PATH with a program of that text. */
function scriptPath(name: string, text: string): string {
  const bin = mkdtempSync(join(directory, "bin-"));
  writeFileSync(join(bin, name), text, { mode: 0o755 });
  return bin;
}

/** What lamina needs to start a daemon itself, with BuildKit in its tools cache. */
function ownDaemonEnv(): Record<string, string> {
  const runc = findTool("runc", (name) => process.env[name]) ?? "runc";
  mkdirSync(join(cacheDirectory(), "tools"), { recursive: true });
  if (!readdirSync(join(cacheDirectory(), "tools")).includes("buildkit-9.9.9"))
    symlinkSync(tools, join(cacheDirectory(), "tools", "buildkit-9.9.9"));
  return { PATH: pathOf({ runc }) };
}

/** Processes that belong to the daemon of this test, its keeper and its steps among them. */
function daemonProcesses(): string[] {
  return [...commandLinesWith(join(cacheDirectory(), "buildkitd")), ...commandLinesWith(sleep)];
}

function killDaemonProcess(program: RegExp): void {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const argv = argvOf(pid);
    if (program.test(argv[0] ?? "") && argv.join(" ").includes(join(cacheDirectory(), "buildkitd")))
      process.kill(Number(pid), "SIGKILL");
  }
}

function argvOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

test("$BUILDKIT_HOST, and nothing else when it is set", async () => {
  const builder = value(await open({ PATH: tools, BUILDKIT_HOST: rig.buildkit.address }));
  expect(builder.description).toMatch(/ at unix:.+ \(\$BUILDKIT_HOST\)$/);
  await expectToWork(builder);
  const host = `unix://${join(directory, "nobody.sock")}`;
  expect(await open({ ...ownDaemonEnv(), BUILDKIT_HOST: host })).toEqual({
    ok: false,
    error: {
      attempts: [
        {
          way: `$BUILDKIT_HOST (${host})`,
          reason: "there is no such socket",
          help: "start the daemon, or unset BUILDKIT_HOST to let lamina look for another",
        },
      ],
    },
  });
});

test("a socket of the user's own", async () => {
  mkdirSync(join(directory, "buildkit"));
  symlinkSync(rig.buildkit.address.replace("unix://", ""), join(directory, "buildkit", "buildkitd.sock"));
  const builder = value(await open({ PATH: tools, XDG_RUNTIME_DIR: directory }));
  expect(builder.description).toMatch(/ at unix:.+\/buildkit\/buildkitd\.sock$/);
  await expectToWork(builder);
});

test("Docker Engine, over connections that its client carries", async () => {
  const socket = JSON.stringify(rig.buildkit.address.replace("unix://", ""));
  const bin = scriptPath(
    "docker",
    `#!${process.execPath}
if (process.argv.slice(2).join(" ") !== "buildx dial-stdio") process.exit(2);
const socket = require("node:net").connect(${socket});
process.stdin.pipe(socket).pipe(process.stdout);
`,
  );
  const builder = value(await open({ PATH: [tools, bin].join(delimiter) }));
  expect(builder.description).toMatch(/^BuildKit v\d+\.\d+\.\d+ of Docker Engine$/);
  expect(builder.stepsHere).toEqual({
    ok: false,
    error: "Docker Engine's BuildKit may be on another machine, or in a virtual one",
  });
  await expectToWork(builder);
  await builder.close();
  expect(commandLinesWith(bin)).toEqual([]);
});

test("whether its steps can be seen here and held to limits is told with it", async () => {
  const here = value(await open({ PATH: tools, BUILDKIT_HOST: rig.buildkit.address }));
  expect(here.stepsHere).toEqual({ ok: true, value: undefined });
  // The real one, but for the version that it tells.
  const older = scriptPath(
    "buildctl",
    `#!/bin/sh\n${rig.buildkit.buildctl} "$@" | sed 's/"version":"v[^"]*"/"version":"v0.30.1"/g'\n`,
  );
  const old = value(await open({ PATH: older, BUILDKIT_HOST: rig.buildkit.address }));
  expect(old.stepsHere).toEqual({ ok: false, error: "BuildKit v0.30.1 limits no steps; v0.31 does" });
  const relay = createServer((socket) => {
    socket.pipe(connect(rig.buildkit.address.replace("unix://", ""))).pipe(socket);
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  const address = relay.address();
  const host = `tcp://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const elsewhere = value(await open({ PATH: tools, BUILDKIT_HOST: host }));
  relay.close();
  expect(elsewhere.stepsHere).toEqual({
    ok: false,
    error: `${host} ($BUILDKIT_HOST) may be another machine`,
  });
});

test("steps of a daemon of lamina's own are seen", async () => {
  const builder = value(await open(ownDaemonEnv()));
  expect(builder.stepsHere).toEqual({ ok: true, value: undefined });
  const measuring = await value(openLocalMachine()).measure({ cpu: 1, memoryGb: 0.25 });
  const hog = "dd if=/dev/zero of=/dev/null bs=400M count=1";
  const solved = await solve(builder, `FROM busybox\nRUN ${hog}\n`, () => {}, measuring.limits);
  expect(solved).toMatchObject({ ok: false, error: { kind: "step-failed" } });
  expect(await measuring.finish()).toMatchObject({ oomKills: 1 });
});

test("all that was tried, and why it did not do", async () => {
  const bin = scriptPath(
    "docker",
    "#!/bin/sh\nprintf 'time=1 level=warning\\ndocker: unknown command: docker buildx\\n\\nRun this\\n' >&2\nexit 1\n",
  );
  const path = pathOf({ buildctl: rig.buildkit.buildctl });
  expect(await open({ PATH: [path, bin].join(delimiter) })).toEqual({
    ok: false,
    error: {
      attempts: [
        {
          way: "a buildkitd socket",
          reason: `there is no ${join(directory, "system.sock")}`,
          help: "start buildkitd, or set BUILDKIT_HOST to where one listens",
        },
        {
          way: "Docker Engine",
          reason: "docker: unknown command: docker buildx",
          help: "start Docker Engine, with the buildx plug-in installed",
        },
        {
          way: "a buildkitd of lamina's own",
          reason: `buildkitd is neither on PATH nor in ${join(cacheDirectory(), "tools")}`,
          help: "install BuildKit (github.com/moby/buildkit), or let `npm run demo` build it",
        },
      ],
    },
  });
});

test("without buildctl nothing can be tried", async () => {
  expect(await open({ PATH: "" })).toEqual({
    ok: false,
    error: {
      attempts: [
        {
          way: "BuildKit's client, buildctl",
          reason: `buildctl is neither on PATH nor in ${join(cacheDirectory(), "tools")}`,
          help: "install BuildKit (github.com/moby/buildkit), or let `npm run demo` build it",
        },
      ],
    },
  });
});

test("a daemon of lamina's own goes with its last user and leaves its cache", async () => {
  const env = ownDaemonEnv();
  const [first, second] = (await Promise.all([open(env), open(env)])).map(value);
  if (first === undefined || second === undefined) throw new Error("two were opened");
  expect(first.description).toMatch(/^buildkitd v\d+\.\d+\.\d+, started by lamina$/);
  await expectToWork(first);
  await first.close();
  await expectToWork(second);
  await second.close();
  expect(daemonProcesses()).toEqual([]);
  expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain(cacheDirectory());
  const third = value(await open(env));
  expect(value(await solve(third, "FROM busybox\nRUN echo works\n"))).toMatchObject({
    stepsRun: 0,
    stepsCached: 1,
  });
});

test("runs that come and go never find the daemon ending under them", async () => {
  const env = ownDaemonEnv();
  const comeAndGo = async (): Promise<void> => {
    for (let round = 0; round < 4; round += 1) {
      const builder = value(await open(env));
      await expectToWork(builder);
      await builder.close();
    }
  };
  await Promise.all([comeAndGo(), comeAndGo(), comeAndGo()]);
  expect(daemonProcesses()).toEqual([]);
});

test("a run that is killed does not keep the daemon", async () => {
  const env = ownDaemonEnv();
  const module = JSON.stringify(new URL("../../providers/builder/connect.ts", import.meta.url).href);
  const script = `
    const { openBuilder } = await import(${module});
    const env = ${JSON.stringify({ ...env, LAMINA_CACHE: cacheDirectory() })};
    const options = { storeDirectory: "${directory}/other", env: (name) => env[name], systemSocket: "/none" };
    const builder = await openBuilder(options, new AbortController().signal);
    console.log(builder.ok ? "open" : JSON.stringify(builder.error));
    setInterval(() => {}, 1000);
  `;
  const run = execa(process.execPath, ["--input-type=module", "-e", script], { reject: false });
  const said = await new Promise((resolve) => run.stdout.once("data", (chunk) => resolve(String(chunk))));
  expect(said).toBe("open\n");
  const builder = value(await open(env));
  run.kill("SIGKILL");
  await run;
  await expectToWork(builder);
  await builder.close();
  expect(daemonProcesses()).toEqual([]);
});

test("a daemon that is killed is told as lost, and leaves neither steps nor mounts", async () => {
  const env = ownDaemonEnv();
  const builder = value(await open(env));
  const result = await solve(builder, `FROM busybox\nRUN echo up; ${sleep}\n`, () =>
    killDaemonProcess(/buildkitd$/),
  );
  expect(result).toMatchObject({ ok: false, error: { kind: "daemon-lost" } });
  await builder.close();
  expect(daemonProcesses()).toEqual([]);
  await expectToWork(value(await open(env)));
});

test("a keeper that is killed takes the daemon along", async () => {
  const env = ownDaemonEnv();
  const builder = value(await open(env));
  const result = await solve(builder, `FROM busybox\nRUN echo up; ${sleep}\n`, () =>
    killDaemonProcess(/node/),
  );
  expect(result).toMatchObject({ ok: false, error: { kind: "daemon-lost" } });
  await builder.close();
  const next = value(await open(env));
  await expectToWork(next);
  await next.close();
  expect(daemonProcesses()).toEqual([]);
});

test("a daemon that cannot start says why", async () => {
  const { PATH = "" } = ownDaemonEnv();
  const cache = join(directory, "x".repeat(90));
  const socket = join(cache, "buildkitd", "buildkitd.sock");
  const daemon = join(tools, "buildkitd");
  expect(await open({ LAMINA_CACHE: cache, PATH: [PATH, tools].join(delimiter) })).toMatchObject({
    error: {
      attempts: [
        {},
        {},
        {
          way: `a buildkitd of lamina's own (${daemon})`,
          reason: `${socket} is too long for a socket: set LAMINA_CACHE to a shorter path`,
        },
      ],
    },
  });
  const broken = scriptPath("buildkitd", "#!/bin/sh\necho 'buildkitd: no space left' >&2\nexit 1\n");
  expect(await open({ PATH: [PATH, broken].join(delimiter) })).toMatchObject({
    error: {
      attempts: [
        {},
        { way: "Docker Engine", reason: "docker is not on PATH" },
        {
          way: `a buildkitd of lamina's own (${join(broken, "buildkitd")})`,
          reason: "no space left",
          help: `look into ${join(cacheDirectory(), "buildkitd", "buildkitd.log")}`,
        },
      ],
    },
  });
  const log = join(cacheDirectory(), "buildkitd", "buildkitd.log");
  expect(readFileSync(log, "utf8")).toBe("buildkitd: no space left\n");
  writeFileSync(join(directory, "file"), "");
  const noFolder = await open({ PATH: [PATH, tools].join(delimiter), LAMINA_CACHE: join(directory, "file") });
  expect(noFolder).toMatchObject({
    error: { attempts: [{}, {}, { reason: expect.stringContaining("ENOTDIR: not a directory, mkdir") }] },
  });
});
