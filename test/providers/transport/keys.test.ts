import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeKeyPair } from "../../../providers/transport/keys.ts";

const directory = mkdtempSync(join(tmpdir(), "lamina-keys-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe("makeKeyPair", () => {
  test("OpenSSH reads the private key and finds the public one", () => {
    const { privateKey, publicKey } = makeKeyPair();
    const file = join(directory, "key");
    writeFileSync(file, privateKey, { mode: 0o600 });
    expect(execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" }).trim()).toBe(publicKey);
    expect(publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/]{68}$/);
  });

  test("no two are the same", () => {
    expect(makeKeyPair().privateKey).not.toBe(makeKeyPair().privateKey);
  });
});
