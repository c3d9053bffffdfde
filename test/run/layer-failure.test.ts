// Failures of the ports in the words that people read.

import { describe, expect, test } from "vitest";
import type { SecretPlace, SecretSource } from "../../engine/core/secret-source.ts";
import type { SolveFailure } from "../../engine/ports/builder.ts";
import type { ResolveFailure } from "../../engine/ports/images.ts";
import type { SecretFailure } from "../../engine/ports/secrets.ts";
import {
  explainLockFailure,
  explainMissingSecret,
  explainResolveFailure,
  explainSolveFailure,
} from "../../engine/run/layer-failure.ts";
import { amd64 } from "../lock/samples.ts";

const secrets = new Map<string, SecretSource>([
  ["here", { id: "here", from: "env", variable: "TOKEN" }],
  ["there", { id: "there", from: "file", path: "/gone/token" }],
]);
const image = "debian:trixie-slim";

describe("failures", () => {
  test.each<[string, string | undefined, SolveFailure]>([
    [
      "[2/3] RUN make failed with exit code 2: no rule",
      undefined,
      {
        kind: "step-failed",
        step: "[2/3] RUN make",
        exitCode: 2,
        message: "no rule",
        logTail: ["make: ***"],
      },
    ],
    [
      "[2/3] COPY x failed: not found",
      undefined,
      { kind: "step-failed", step: "[2/3] COPY x", exitCode: undefined, message: "not found", logTail: [] },
    ],
    [
      "unknown instruction: FORM",
      undefined,
      { kind: "dockerfile-refused", message: "unknown instruction: FORM" },
    ],
    ["no such image", undefined, { kind: "source-missing", message: "no such image" }],
    [
      'the secret "token" is required, and nothing gives it: neither --secret, nor .lamina/local.json, nor the build directives',
      '--secret id=token,env=VARIABLE gives it once, and "secrets": { "token": { "env": "VARIABLE" } } in .lamina/local.json on this machine; a mount without required=true does without',
      { kind: "secret-missing", id: "token" },
    ],
    [
      'the secret "here" comes from the variable TOKEN, which is not set',
      "set TOKEN, or name another source: --secret, or `secrets` in .lamina/local.json",
      { kind: "secret-missing", id: "here" },
    ],
    [
      'the secret "there" comes from /gone/token, which is not there',
      "write that file, or name another source: --secret, or `secrets` in .lamina/local.json",
      { kind: "secret-missing", id: "there" },
    ],
    [
      "[2/3] RUN make && false failed with exit code 2",
      undefined,
      {
        kind: "step-failed",
        step: "[2/3] RUN make && false",
        exitCode: 2,
        message: 'process "/bin/sh -c make && false" did not complete successfully: exit code: 2',
        logTail: ["make: ***"],
      },
    ],
    [
      "the builder was lost: EOF",
      "see that it runs (`lamina doctor`), then build again: finished layers stay",
      { kind: "daemon-lost", message: "EOF" },
    ],
    ["the builder canceled the solve of its own accord", undefined, { kind: "canceled" }],
    ["no space left on device", undefined, { kind: "other", message: "no space left on device" }],
  ])("%s", (message, help, failure) => {
    expect(explainSolveFailure(failure, secrets)).toEqual({
      kind: failure.kind,
      message,
      ...(help === undefined ? {} : { help }),
      logTail: failure.kind === "step-failed" ? failure.logTail : [],
    });
  });

  const elsewhere = "or name another source: --secret, or `secrets` in .lamina/local.json";
  const argv = ["op", "read", "op://not/to/be/shown"];
  const command = { from: "command", argv, directory: "/p", timeoutMs: 1000, keepsLineEnd: false } as const;
  const sops = { from: "sops", path: "/p/s.yaml", key: undefined, format: undefined } as const;
  const unreadable = { kind: "unreadable", message: "exit code 1", log: ["no session"] } as const;
  test.each<[string, string, SecretPlace, Exclude<SecretFailure, { readonly kind: "canceled" }>]>([
    [
      "comes from the variable A: it is larger than the 500 KiB that BuildKit takes",
      "shorten it",
      { from: "env", variable: "A" },
      { kind: "unreadable", message: "it is larger than the 500 KiB that BuildKit takes", log: [] },
    ],
    [
      "comes from /p/t, which cannot be used: EACCES",
      "see to that file",
      { from: "file", path: "/p/t" },
      { kind: "unreadable", message: "EACCES", log: [] },
    ],
    [
      "comes from the command op, which is not installed",
      "install op",
      command,
      { kind: "program-missing", program: "op" },
    ],
    [
      "comes from the command op, which failed: exit code 1",
      "run it by hand to see why",
      command,
      unreadable,
    ],
    ["stands in /p/s.yaml, which is not there", "write that file with sops", sops, { kind: "absent" }],
    [
      "stands in /p/s.yaml, and sops, which decrypts it, is not installed",
      "install sops 3.9.0 or later (https://getsops.io)",
      sops,
      { kind: "program-missing", program: "sops" },
    ],
    [
      "stands in /p/s.yaml, which sops does not decrypt: exit code 1",
      "run `sops decrypt` on it by hand: it needs your key, such as in SOPS_AGE_KEY_FILE",
      sops,
      unreadable,
    ],
  ])("a secret that %s", (message, help, place, failure) => {
    expect(explainMissingSecret("t", { id: "t", ...place }, failure)).toEqual({
      kind: "secret-missing",
      message: `the secret "t" ${message}`,
      help: `${help}, ${elsewhere}`,
      logTail: failure.kind === "unreadable" ? failure.log : [],
    });
  });

  test.each<[string, string, ResolveFailure]>([
    ["debian:trixie-slim does not exist", "correct its name", { kind: "not-found", image }],
    [
      "debian:trixie-slim does not exist for linux/amd64, only for linux/arm64, linux/s390x",
      "build for a platform that it exists for",
      { kind: "platform-missing", image, platform: amd64, offered: ["linux/arm64", "linux/s390x"] },
    ],
    ["access to debian:trixie-slim was refused", "log in to the registry", { kind: "unauthorized", image }],
    [
      "debian:trixie-slim cannot be looked up: timed out",
      "try again when its registry can be reached",
      { kind: "unreachable", image, message: "timed out" },
    ],
  ])("%s", (message, help, failure) => {
    expect(explainResolveFailure(image, failure)).toEqual({
      kind: `base-${failure.kind}`,
      message,
      help: `${help}, or let another image stand in for it: --base debian:trixie-slim=REF`,
      logTail: [],
    });
  });

  test("what stands in for an image is named beside it", () => {
    expect(explainResolveFailure(image, { kind: "not-found", image: "oci-layout:/gone" })).toEqual({
      kind: "base-not-found",
      message: "oci-layout:/gone, which stands in for debian:trixie-slim, holds no image",
      help: "name the folder of an OCI image layout, or let another image stand in for it: --base debian:trixie-slim=REF",
      logTail: [],
    });
  });

  test("a lock that cannot be written", () => {
    const failure = { kind: "denied", path: "/p/lamina.lock", message: "permission denied" } as const;
    expect(explainLockFailure("/p/lamina.lock", { kind: "file", failure })).toEqual({
      kind: "lock-unwritable",
      message: "it was built, but /p/lamina.lock cannot be written: permission denied",
      help: "mend the file and build again: BuildKit's cache still has the layer",
      logTail: [],
    });
  });
});
