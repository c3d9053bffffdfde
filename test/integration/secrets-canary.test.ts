// Canaries: secrets of random values, written out by steps on purpose, in many forms. Wherever lamina and its BuildKit leave
// anything, none of them is found; and what looks for them is shown to find each kind of leak.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import type { SecretSource } from "../../engine/core/secret-source.ts";
import type { Builder, SolveProgress, SolveRequest } from "../../engine/ports/builder.ts";
import { type CliResult, runCli, type WrittenProject, writeProject } from "../cli/run-cli.ts";
import { startBuildkitd } from "../rig/buildkitd.ts";
import { listen, startNats } from "../rig/nats.ts";
import { startRegistry } from "../rig/registry.ts";
import { never, openSetting } from "./builder-setting.ts";
import { openRsyncSetting } from "./rsync-setting.ts";
import { findInFiles, holds, spellingsOf, watchProcesses } from "./secret-leaks.ts";

const rig = inject("rig");

let directory: string;
const ends: (() => unknown)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lamina-canary-"));
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  rmSync(directory, { recursive: true });
});

/** Characters that each encoding has to spell otherwise. */
function makeCanary(): string {
  return `c4+${randomBytes(15).toString("base64url")}/&é"x`;
}

interface Canaries {
  /** One text; lines of NAME=value; a key of several lines. */
  readonly files: Readonly<Record<"token" | "creds" | "key", string>>;
  /** Of all that is secret in them. */
  readonly spellings: readonly string[];
}

/** Secrets in files that nothing but their sources names. */
function hideCanaries(): Canaries {
  const [token, password] = [makeCanary(), makeCanary()];
  const lines = Array.from({ length: 4 }, () => randomBytes(24).toString("base64"));
  const texts = {
    token,
    creds: `# of the cache\nCACHE_PASSWORD='${password}'\nCACHE_TLS=true\n`,
    key: `-----BEGIN KEY-----\n${lines.join("\n")}\n-----END KEY-----\n`,
  };
  const files = { token: "", creds: "", key: "" };
  for (const name of ["token", "creds", "key"] as const) {
    files[name] = join(directory, `${name}-file`);
    writeFileSync(files[name], texts[name], { mode: 0o600 });
  }
  return { files, spellings: [token, password, ...lines].flatMap(spellingsOf) };
}

const mounts = ["token", "creds", "key"].map((id) => `--mount=type=secret,id=${id},required=true`).join(" ");
/** Writes all of them out as they are, letter by letter, within a line, and in three encodings, to both streams. */
const telling = `RUN ${mounts} cd /run/secrets; . ./creds; echo telling; \\
  for file in token creds key; do \\
    cat $file; cat $file >&2; base64 $file; base64 -w 0 $file; echo; xxd -p $file | tr -d '\\n'; echo; \\
    echo "$file: $(cat $file)." | base64; \\
  done; \\
  echo "$CACHE_PASSWORD" | tee /dev/stderr | base64; \\
  while IFS= read -r -n 1 letter; do printf %s "$letter"; done <token; echo; \\
  while IFS= read -r line; do printf '%s\\n' "$line"; sleep 0.01; done <key; \\
  head -c 70000 /dev/zero | tr '\\0' x; cat token; echo; echo told`;

function layer(name: string, base: string, dockerfile: string): Readonly<Record<string, string>> {
  return {
    [`catalog/${name}/workflow.ncl`]: `{
  name = "${name}",
  kind = 'utility,
  language = "none",
  build_base = ${base},
  tools_provided = [{ name = "sh", check = ["echo", "1.2.3"] }],
  artifact_paths = [],
  secrets = ["token", "creds", "key"],
}
`,
    [`catalog/${name}/Dockerfile`]: dockerfile,
  };
}

function localSettings({ files }: Canaries): string {
  return JSON.stringify({
    bases: { "busybox:1": `oci-layout:${rig.busybox.directory}` },
    secrets: {
      token: { command: ["cat", files.token] },
      creds: { file: files.creds },
      key: { command: ["cat", files.key], keep_newline: true },
    },
  });
}

interface LocalWorld {
  readonly project: WrittenProject;
  /** What the daemon keeps. */
  readonly root: string;
  readonly lamina: (...args: readonly string[]) => Promise<CliResult>;
}

/** A project, and a BuildKit whose root can be searched. */
async function openLocalWorld(files: Readonly<Record<string, string>>): Promise<LocalWorld> {
  const home = join(directory, "buildkitd");
  const daemon = await startBuildkitd(rig.buildkit.buildkitd, home);
  ends.push(daemon.stop);
  const project = writeProject(files);
  ends.push(() => project.remove());
  const env = {
    BUILDKIT_HOST: daemon.told,
    PATH: `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`,
    // What a run leaves for the next ones is searched as well.
    LAMINA_CACHE: join(directory, "cache"),
    TMPDIR: join(directory, "tmp"),
  };
  mkdirSync(env.TMPDIR);
  return {
    project,
    root: join(home, "root"),
    lamina: (...args) => runCli(args, { cwd: project.root, env }),
  };
}

test("a build here leaves a secret nowhere", async () => {
  const canaries = hideCanaries();
  const { spellings } = canaries;
  const nats = await startNats();
  ends.push(() => nats.stop());
  const ear = await listen(nats.url, "t.>");
  ends.push(() => ear.close());
  const { project, root, lamina } = await openLocalWorld({
    ...layer("good", '{ image = "busybox:1" }', `FROM busybox:1\n${telling}\n`),
    ...layer("bad", '{ image = "busybox:1" }', `FROM busybox:1\n${telling}; exit 7\n`),
    ".lamina/local.json": localSettings(canaries),
    "catalog/build_directives.ncl": `{ nats_events = { servers = ["${nats.url}"], prefix = "t", logs = true } }\n`,
  });

  const watch = watchProcesses(spellings);
  const asJson = await lamina("build", "--reporter", "json", "--summary-file", "how.md");
  const plain = await lamina("build", "-v", "--force", "--reporter", "plain");
  const github = await lamina("build", "--force", "bad", "--reporter", "github");
  expect(await watch.stop()).toEqual([]);
  expect(watch.looks()).toBeGreaterThan(10);

  const texts = [asJson, plain, github].flatMap(({ stdout, stderr }) => [stdout, stderr]);
  const heard = ear.messages.map(({ body }) => body);
  // It was built, told, and shown.
  expect([asJson.exitCode, plain.exitCode, github.exitCode]).toEqual([1, 1, 1]);
  for (const text of [asJson.stdout, plain.stderr, heard.join("\n")]) {
    expect(text).toContain("***");
    expect(text).toContain("told");
  }
  expect(texts.filter((text) => holds(text, spellings))).toEqual([]);
  expect(heard.filter((text) => holds(text, spellings))).toEqual([]);
  expect(findInFiles(project.root, spellings)).toEqual([]);
  expect(findInFiles(root, spellings)).toEqual([]);
  for (const folder of ["cache", "tmp"]) expect(findInFiles(join(directory, folder), spellings)).toEqual([]);
  expect(findInFiles("/dev/shm", spellings)).toEqual([]);
});

test("a secret that changes is no reason to build, and in no digest", async () => {
  const canaries = hideCanaries();
  const { project, lamina } = await openLocalWorld({
    ...layer("good", '{ image = "busybox:1" }', `FROM busybox:1\nRUN ${mounts} test -s /run/secrets/token\n`),
    ".lamina/local.json": localSettings(canaries),
  });
  expect((await lamina("build")).exitCode).toBe(0);
  const lock = readFileSync(join(project.root, ".lamina/local.lock"), "utf8");
  writeFileSync(canaries.files.token, "another value");
  expect((await lamina("build", "--secret", "id=creds,env=NO_SUCH_VARIABLE")).exitCode).toBe(0);
  expect((await lamina("plan", "--json")).stdout).toContain('"action": "reuse"');
  expect(readFileSync(join(project.root, ".lamina/local.lock"), "utf8")).toBe(lock);
  // But for whom builds anew it is the one that is missing.
  const missing = await lamina("build", "--force", "--secret", "id=creds,env=NO_SUCH_VARIABLE");
  expect(missing.exitCode).toBe(1);
  expect(missing.stderr).toContain(
    'the secret "creds" comes from the variable NO_SUCH_VARIABLE, which is not set',
  );
});

test("a build cache in a registry has a step's files, and no secret", async () => {
  const canaries = hideCanaries();
  const { files, spellings } = canaries;
  const registryHome = join(directory, "registry");
  const registry = await startRegistry("docker-registry", registryHome);
  ends.push(registry.stop);
  const home = join(directory, "buildkitd");
  const daemon = await startBuildkitd(rig.buildkit.buildkitd, home);
  ends.push(daemon.stop);
  const setting = await openSetting(rig, { BUILDKIT_HOST: daemon.told });
  ends.push(() => setting.close());
  const secrets = (["token", "creds", "key"] as const).map(
    (id): SecretSource => ({ id, from: "file", path: files[id] }),
  );
  const kept = makeCanary();
  const keeping = `RUN echo ${Buffer.from(kept).toString("base64")} | base64 -d >/kept`;
  const request = setting.request({ Dockerfile: `FROM busybox\n${telling}\n${keeping}\n` }, { secrets });
  expect((await setting.builder.solve(request, () => {}, never)).ok).toBe(true);
  const cache = { address: `${registry.told}/cache:canary`, isPlainHttp: true, options: {} };
  const exported = await setting.builder.exportCache(request, cache, never);
  expect(exported).toMatchObject({ ok: true });
  expect(findInFiles(registryHome, spellingsOf(kept)).length).toBeGreaterThan(0);
  for (const place of [registryHome, join(home, "root"), setting.directory])
    expect(findInFiles(place, spellings)).toEqual([]);
});

test("solves on another machine leave a secret nowhere there, by either transport", async () => {
  const canaries = hideCanaries();
  const { files, spellings } = canaries;
  const setting = await openRsyncSetting(rig);
  ends.push(() => setting.close());
  const secrets: readonly SecretSource[] = [
    { id: "token", from: "file", path: files.token },
    { id: "creds", from: "file", path: files.creds },
    {
      id: "key",
      from: "command",
      argv: ["cat", files.key],
      directory,
      timeoutMs: 60_000,
      keepsLineEnd: true,
    },
  ];
  const request = (end: string): SolveRequest =>
    setting.request({ Dockerfile: `FROM busybox\n${telling}${end}\n` }, { secrets, noCache: true });
  const watch = watchProcesses(spellings);
  const said: string[] = [];
  for (const builder of [setting.builder, setting.session]) {
    for (const end of ["", "; exit 7"]) said.push(await solveAndListen(builder, request(end)));
  }
  expect(await watch.stop()).toEqual([]);
  for (const text of said) {
    expect(text).toContain("told");
    expect(text).toContain("***");
  }
  expect(said.filter((text) => holds(text, spellings))).toEqual([]);
  for (const place of ["/var", "/tmp", "/root", "/run", "/dev/shm"])
    expect(findInFiles(setting.onHost(place), spellings)).toEqual([]);
  expect(findInFiles(setting.storeDirectory, spellings)).toEqual([]);
  expect(findInFiles(setting.sessionStore, spellings)).toEqual([]);
});

async function solveAndListen(builder: Builder, request: SolveRequest): Promise<string> {
  const seen: SolveProgress[] = [];
  const result = await builder.solve(request, (progress) => seen.push(progress), never);
  // Texts as they are, not as JSON spells them.
  const texts = seen.map((one) => (one.kind === "log" ? one.text : ""));
  return [...texts, JSON.stringify(seen), JSON.stringify(result)].join("");
}

describe("what looks for leaks finds them", () => {
  test("in files, packed or not, in every spelling", () => {
    const value = makeCanary();
    const spellings = spellingsOf(value);
    const put = (name: string, text: string | Uint8Array): void => writeFileSync(join(directory, name), text);
    put("a-text", `before ${value} after`);
    put("b-base64", Buffer.from(`${value}\n`).toString("base64"));
    put("c-hex", Buffer.from(value).toString("hex"));
    put("d-url", encodeURIComponent(value));
    put("e-packed", gzipSync(`x${value}`));
    put("f-json", JSON.stringify({ value }));
    put("g-nothing", "nothing");
    expect(findInFiles(directory, spellings).map((path) => path.slice(directory.length + 1))).toEqual([
      "a-text",
      "b-base64",
      "c-hex",
      "d-url",
      "e-packed",
      "f-json",
    ]);
  });

  test.each([
    ["argv of sleep", (value: string) => spawn("sleep", ["1000"], { argv0: value })],
    [
      "environment of sleep",
      (value: string) => spawn("sleep", ["1000"], { env: { ...process.env, X: value } }),
    ],
  ])("in the %s", async (where, start) => {
    const value = makeCanary();
    const child = start(value);
    ends.push(() => child.kill());
    await once(child, "spawn");
    const watch = watchProcesses(spellingsOf(value));
    const before = watch.looks();
    while (watch.looks() < before + 20) await new Promise((resolve) => setImmediate(resolve));
    expect(await watch.stop()).toContain(where);
  });

  test("in an image, BuildKit's root and a log, where a layer keeps it and lamina does not know it", async () => {
    const value = makeCanary();
    const spellings = spellingsOf(value);
    const text = Buffer.from(value).toString("base64");
    const { project, root, lamina } = await openLocalWorld({
      ...layer(
        "leaky",
        '{ image = "busybox:1" }',
        `FROM busybox:1\nRUN echo ${text} | base64 -d | tee /leak\n`,
      ),
      ".lamina/local.json": JSON.stringify({ bases: { "busybox:1": `oci-layout:${rig.busybox.directory}` } }),
    });
    const built = await lamina("build", "--reporter", "json");
    expect(built.exitCode).toBe(0);
    expect(holds(built.stdout, spellings)).toBe(true);
    const places = findInFiles(project.root, spellings).join("\n");
    expect(places).toContain("/.lamina/store/blobs/");
    expect(places).toContain("/.lamina/events/");
    expect(findInFiles(root, spellings).length).toBeGreaterThan(1);
  });
});
