// Secrets in files that the real sops encrypted for an age key: each form of file, a key in it, and what is said where it fails.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { parseSopsKey } from "../../engine/catalog/secret-sources.ts";
import type { SopsFormat } from "../../engine/core/secret-source.ts";
import { SecretVault } from "../../providers/secrets/vault.ts";
import { ensureSops } from "../../scripts/tools/sops.ts";
import { type CliResult, runCli, writeProject } from "../cli/run-cli.ts";
import { never } from "../integration/builder-setting.ts";

const rig = inject("rig");
const outside = { PATH: process.env["PATH"], SOPS_AGE_KEY_FILE: process.env["SOPS_AGE_KEY_FILE"] };
let root: string;
let recipient: string;
let path: string;
/** The first build of sops takes some minutes. */
const firstBuildMs = 10 * 60_000;

beforeAll(async () => {
  const programs = await ensureSops();
  root = mkdtempSync(join(tmpdir(), "lamina-sops-"));
  path = `${programs}:${outside.PATH ?? ""}`;
  process.env["PATH"] = path;
  process.env["SOPS_AGE_KEY_FILE"] = join(root, "key");
  execFileSync("age-keygen", ["-o", join(root, "key")], { stdio: "ignore" });
  recipient = /age1\w+/.exec(readFileSync(join(root, "key"), "utf8"))?.[0] ?? "";
  encrypt("s.yaml", "ci:\n  token: tok-1\n  list:\n    - one\n    - two\n  flat:\n    A: b\n");
  encrypt("s.json", '{"a": {"b c": "d"}}');
  encrypt("s.env", "AWS_ACCESS_KEY_ID=AKIA1\nAWS_SECRET_ACCESS_KEY=s3cr3t-key\n");
  encrypt("s.bin", Buffer.from([0, 255, 10, 10]));
}, firstBuildMs);
afterAll(() => {
  process.env["PATH"] = outside.PATH;
  if (outside.SOPS_AGE_KEY_FILE === undefined) delete process.env["SOPS_AGE_KEY_FILE"];
  rmSync(root, { recursive: true, force: true });
});

function encrypt(name: string, text: string | Uint8Array): void {
  writeFileSync(join(root, name), text);
  execFileSync("sops", ["encrypt", "--age", recipient, "--in-place", join(root, name)], { stdio: "pipe" });
  const encrypted = readFileSync(join(root, name));
  if (encrypted.includes("tok-1") || encrypted.includes("s3cr3t-key")) throw new Error(`${name} is plain`);
}

async function read(name: string, key?: string, format?: SopsFormat): Promise<string | object> {
  const source = { id: "t", from: "sops", path: join(root, name), key: parseSopsKey(key), format } as const;
  const result = await new SecretVault(() => undefined).read(source, never);
  return result.ok ? result.value.toString("latin1") : result.error;
}

test.each<[string, string | undefined, SopsFormat | undefined, string]>([
  ["s.yaml", "ci.token", undefined, "tok-1"],
  ["s.yaml", "ci.list.1", undefined, "two"],
  ["s.yaml", "ci.flat", "dotenv", "A=b\n"],
  ["s.json", "a.b c", undefined, "d"],
  ["s.env", undefined, undefined, "AWS_ACCESS_KEY_ID=AKIA1\nAWS_SECRET_ACCESS_KEY=s3cr3t-key\n"],
  ["s.env", "AWS_SECRET_ACCESS_KEY", undefined, "s3cr3t-key"],
  ["s.bin", undefined, undefined, "\u0000\u00ff\n\n"],
])("%s, key %s, as %s", async (name, key, format, value) => {
  expect(await read(name, key, format)).toBe(value);
});

test("whole files come out as they went in", async () => {
  expect(await read("s.json")).toBe(`${JSON.stringify({ a: { "b c": "d" } }, null, "\t")}\n`);
  expect(await read("s.yaml", undefined, "json")).toBe(
    `${JSON.stringify({ ci: { token: "tok-1", list: ["one", "two"], flat: { A: "b" } } }, null, "\t")}\n`,
  );
});

test("a key that is not there, a file that was tampered with, and a key of another", async () => {
  expect(await read("s.yaml", "ci.none")).toEqual({
    kind: "unreadable",
    message: expect.stringMatching(/^exit code \d+$/),
    log: [expect.stringContaining("component ['none'] not found")],
  });
  const text = readFileSync(join(root, "s.yaml"), "utf8");
  writeFileSync(join(root, "t.yaml"), text.replace(/token: ENC.*/, "token: plain"));
  expect(await read("t.yaml", "ci.token")).toMatchObject({ kind: "unreadable" });
  process.env["SOPS_AGE_KEY_FILE"] = join(root, "none");
  try {
    expect(await read("s.env")).toMatchObject({ kind: "unreadable", message: "exit code 128" });
  } finally {
    process.env["SOPS_AGE_KEY_FILE"] = join(root, "key");
  }
});

test("a build takes what the directives name, unless this machine or the command line says otherwise", async () => {
  const project = writeProject({
    "catalog/a/workflow.ncl": `{
  name = "a", kind = 'utility, language = "none", build_base = { image = "busybox:1" },
  tools_provided = [], artifact_paths = [], secrets = ["sccache_creds", "spare"],
}
`,
    "catalog/a/Dockerfile": `FROM busybox:1
RUN --mount=type=secret,id=sccache_creds,required=true --mount=type=secret,id=spare \\
  . /run/secrets/sccache_creds; echo "length \${#AWS_SECRET_ACCESS_KEY} \${#TOKEN}"; ls /run/secrets; echo "$AWS_SECRET_ACCESS_KEY"
`,
    "catalog/build_directives.ncl": `{
  secrets = { sccache_creds = { sops = "secrets/ci.env" }, spare = { env = "NO_SUCH_VARIABLE" } },
}
`,
    "secrets/ci.env": readFileSync(join(root, "s.env"), "utf8"),
    "other.env": "TOKEN=from-elsewhere\n",
  });
  const lamina = (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<CliResult> =>
    runCli(["build", "-v", "--force", "--base", `busybox:1=oci-layout:${rig.busybox.directory}`, ...args], {
      cwd: project.root,
      env: {
        BUILDKIT_HOST: rig.buildkit.address,
        PATH: `${join(rig.buildkit.buildctl, "..")}:${path}`,
        SOPS_AGE_KEY_FILE: join(root, "key"),
        ...env,
      },
    });
  try {
    const shared = await lamina({});
    expect(shared.stderr).toMatch(/length 10 0\n(.*\n)*.*sccache_creds\n/);
    expect(shared.stderr).not.toContain("spare\n");
    expect(shared.stderr).not.toContain("s3cr3t-key");
    expect(shared.exitCode).toBe(0);

    const named = await lamina({}, "--secret", "id=sccache_creds,src=other.env");
    expect(named.stderr).toContain("length 0 14");
    project.write(".lamina/local.json", '{ "secrets": { "sccache_creds": { "file": "other.env" } } }');
    expect((await lamina({})).stderr).toContain("length 0 14");
    const back = await lamina({}, "--secret", "id=sccache_creds,sops=secrets/ci.env");
    expect(back.stderr).toContain("length 10 0");

    project.write(".lamina/local.json", "{}");
    const without = await lamina({ SOPS_AGE_KEY_FILE: join(root, "none") });
    expect(without.exitCode).toBe(1);
    expect(without.stderr).toContain(
      `the secret "sccache_creds" stands in ${project.root}/secrets/ci.env, which sops does not decrypt: exit code 128`,
    );
    const lacking = await lamina({ PATH: join(rig.buildkit.buildctl, "..") });
    expect(lacking.stderr).toContain(
      `the secret "sccache_creds" stands in ${project.root}/secrets/ci.env, and sops, which decrypts it, is not installed`,
    );
    expect(lacking.stderr).toContain("install sops 3.9.0 or later (https://getsops.io)");
  } finally {
    project.remove();
  }
});
