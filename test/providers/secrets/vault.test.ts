// Secrets read where their sources say, by real programs: what is read, how often, and what is said where it cannot be.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SecretPlace, SecretSource } from "../../../engine/core/secret-source.ts";
import { handOverSecrets, readSecrets } from "../../../providers/secrets/read-secrets.ts";
import { SecretVault } from "../../../providers/secrets/vault.ts";

const never = new AbortController().signal;
let root: string;
let vault: SecretVault;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lamina-vault-"));
  vault = new SecretVault((name) => (name === "TOKEN" ? "from-a-variable" : undefined));
});
afterEach(() => rmSync(root, { recursive: true }));

type Command = Extract<SecretPlace, { readonly from: "command" }>;

function command(script: string, otherwise: Partial<Command> = {}): Command & { readonly id: string } {
  const argv = ["/bin/sh", "-c", script];
  return {
    id: "t",
    from: "command",
    argv,
    directory: root,
    timeoutMs: 60_000,
    keepsLineEnd: false,
    ...otherwise,
  };
}

async function read(source: SecretSource, signal = never): Promise<string | object> {
  const result = await vault.read(source, signal);
  return result.ok ? result.value.toString("latin1") : result.error;
}

describe("where a secret is read", () => {
  test("a variable, and a file byte by byte", async () => {
    const path = join(root, "file");
    writeFileSync(path, Buffer.from([0, 255, 10]));
    expect(await read({ id: "t", from: "env", variable: "TOKEN" })).toBe("from-a-variable");
    expect(await read({ id: "t", from: "file", path })).toBe("\u0000\u00ff\n");
  });

  test("a command's output without its line end, or with it", async () => {
    expect(await read(command("printf 'a\\nb\\r\\n'"))).toBe("a\nb");
    expect(await read(command("printf 'a\\n\\n'"))).toBe("a\n");
    expect(await read(command("printf 'a\\n\\n'", { keepsLineEnd: true }))).toBe("a\n\n");
    expect(await read(command("pwd; cat"))).toBe(root);
    expect(await read({ ...command(""), argv: ["/bin/echo", "$HOME; *"] })).toBe("$HOME; *");
  });

  test("what is not there", async () => {
    expect(await read({ id: "t", from: "env", variable: "NONE" })).toEqual({ kind: "absent" });
    expect(await read({ id: "t", from: "file", path: join(root, "none") })).toEqual({ kind: "absent" });
    expect(await read({ ...command(""), argv: ["no-such-program"] })).toEqual({
      kind: "program-missing",
      program: "no-such-program",
    });
    expect(await read({ id: "t", from: "file", path: root })).toEqual({
      kind: "unreadable",
      message: "EISDIR: illegal operation on a directory, read",
      log: [],
    });
  });

  test("a command that fails shows its stderr, and nothing of what it had found", async () => {
    const script = "echo hidden-value; echo 'no login' >&2; echo 'for hidden-value' >&2; exit 3";
    expect(await read(command(script))).toEqual({
      kind: "unreadable",
      message: "exit code 3",
      log: ["no login", "for ***"],
    });
    expect(await read(command("kill -9 $$"))).toMatchObject({ message: "it was ended by SIGKILL" });
  });

  test("a command that does not end, or gives too much, is killed", async () => {
    const lives = join(root, "lives");
    execFileSync("mkfifo", [lives]);
    const script = `exec 9>${lives}; exec sleep 1000000`;
    const ended = readFile(lives);
    expect(await read(command(script, { timeoutMs: 300 }))).toEqual({
      kind: "unreadable",
      message: "it took longer than 0.3 s",
      log: [],
    });
    await ended;
    const tooLarge = {
      kind: "unreadable",
      message: "it is larger than the 500 KiB that BuildKit takes",
      log: [],
    };
    expect(await read(command("yes"))).toEqual(tooLarge);
    const path = join(root, "large");
    writeFileSync(path, Buffer.alloc(500 * 1024 + 1));
    expect(await read({ id: "t", from: "file", path })).toEqual(tooLarge);
  });

  test("sops is asked for the file, a key in it, and a form", async () => {
    const log = join(root, "asked");
    const bin = join(root, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "sops"), `#!/bin/sh\nprintf '%s|' "$PWD" "$@" >>${log}\necho plain\n`);
    chmodSync(join(bin, "sops"), 0o755);
    writeFileSync(join(root, "s.yaml"), "");
    const source = {
      id: "t",
      from: "sops",
      path: join(root, "s.yaml"),
      key: undefined,
      format: undefined,
    } as const;
    const path = process.env["PATH"];
    try {
      process.env["PATH"] = bin;
      expect(await read(source)).toBe("plain\n");
      expect(await read({ ...source, key: ["ci", 'a"b', 0], format: "dotenv" })).toBe("plain\n");
      expect(await read({ ...source, path: join(root, "none.yaml") })).toEqual({ kind: "absent" });
      process.env["PATH"] = root;
      vault.forget();
      expect(await read(source)).toEqual({ kind: "program-missing", program: "sops" });
    } finally {
      process.env["PATH"] = path;
    }
    expect(readFileSync(log, "utf8")).toBe(
      `${root}|decrypt|${root}/s.yaml|${root}|decrypt|--output-type|dotenv|--extract|["ci"]["a\\"b"][0]|${root}/s.yaml|`,
    );
  });
});

/** How often a command wrote to that file. */
function count(): number {
  return readFileSync(join(root, "count"), "utf8").length / 2;
}

describe("how often", () => {
  test("once, whoever asks, until it is forgotten", async () => {
    const counting = command("echo x >>count; echo value");
    await Promise.all([read(counting), read({ ...counting, id: "other" }), vault.check(counting, never)]);
    expect(count()).toBe(1);
    const held = await vault.read(counting, never);
    expect(vault.redactor.redact("a value")).toBe("a ***");
    vault.forget();
    expect(held).toEqual({ ok: true, value: Buffer.alloc(5) });
    expect(vault.redactor.redact("a value")).toBe("a value");
    expect(vault.values).toEqual([]);
    expect(await read(counting)).toBe("value");
    expect(count()).toBe(2);
  });

  test("a failure is as lasting; what is canceled is nobody else's failure", async () => {
    const failing = command("echo x >>count; exit 1");
    await read(failing);
    await read(failing);
    expect(readFileSync(join(root, "count"), "utf8")).toBe("x\n");
    const canceller = new AbortController();
    const begun = join(root, "begun");
    execFileSync("mkfifo", [begun]);
    const slow = command(`if mkdir once; then echo >${begun}; exec sleep 1000000; fi; echo value`);
    const first = read(slow, canceller.signal);
    const second = read(slow);
    await readFile(begun);
    canceller.abort();
    expect(await first).toEqual({ kind: "canceled" });
    expect(await second).toBe("value");
    expect(await read(command("echo never"), AbortSignal.abort())).toEqual({ kind: "canceled" });
  });
});

async function handOver(...values: readonly (string | Uint8Array)[]) {
  const sources = values.map((value, index): SecretSource => {
    const path = join(root, String(index));
    writeFileSync(path, value);
    return command(`cat ${path}`, { keepsLineEnd: true });
  });
  const secrets = await readSecrets(vault, sources, never);
  if (!secrets.ok) throw new Error("not read");
  return handOverSecrets(secrets.value);
}

describe("handed to buildctl", () => {
  test("in variables", async () => {
    const { secrets, env, dispose } = await handOver("a\n", "é".repeat(65_500));
    expect(secrets).toEqual([
      { id: "t", from: "env", variable: "LAMINA_SECRET_0" },
      { id: "t", from: "env", variable: "LAMINA_SECRET_1" },
    ]);
    expect(env).toEqual({ LAMINA_SECRET_0: "a\n", LAMINA_SECRET_1: "é".repeat(65_500) });
    dispose();
  });

  test("what no variable can hold, in files of this user alone and in no disk, until buildctl is gone", async () => {
    const unfit = [Buffer.from([1, 0, 2]), Buffer.from([0xff, 0xfe]), "x".repeat(128 * 1024)];
    const { secrets, env, dispose } = await handOver(...unfit);
    expect(env).toEqual({});
    const paths = secrets.map((secret) => (secret.from === "file" ? secret.path : ""));
    expect(paths.map((path) => readFileSync(path))).toEqual(unfit.map((value) => Buffer.from(value)));
    expect(
      paths.map((path) => [statSync(path).mode & 0o777, statSync(join(path, "..")).mode & 0o777]),
    ).toEqual(paths.map(() => [0o600, 0o700]));
    expect(paths.every((path) => path.startsWith("/dev/shm/"))).toBe(true);
    dispose();
    expect(paths.some((path) => existsSync(path))).toBe(false);
  });

  test("a file that no variable can hold, as it lies", async () => {
    const path = join(root, "own");
    writeFileSync(path, Buffer.from([0]));
    const secrets = await readSecrets(vault, [{ id: "f", from: "file", path }], never);
    expect(secrets.ok && handOverSecrets(secrets.value).secrets).toEqual([{ id: "f", from: "file", path }]);
  });
});
