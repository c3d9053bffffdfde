// Which logins go along with a solve: those of its own registries.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { imageDigest } from "../../../engine/core/digest.ts";
import type { ImageSource, SolveRequest } from "../../../engine/ports/builder.ts";
import { findRegistryLogins } from "../../../providers/runner/registry-logins.ts";
import { platform } from "../../../schemas/platform.ts";

const digest = imageDigest(`sha256:${"1".repeat(64)}`);
const base: SolveRequest = {
  contextDirectory: "/context",
  dockerfilePath: "/context/Dockerfile",
  target: undefined,
  platform: platform.parse("linux/amd64"),
  buildArgs: new Map(),
  namedContexts: [],
  secrets: [],
  ssh: false,
  cacheFrom: [],
  imageName: "lamina/test",
  noCache: false,
};
const loginOf = (password: string): string => Buffer.from(`me:${password}`).toString("base64");
let directory: string;
afterEach(() => rmSync(directory, { recursive: true }));

function loginsFor(request: Partial<SolveRequest>) {
  directory = mkdtempSync(join(tmpdir(), "lamina-logins-"));
  const auths = {
    "ghcr.io": { auth: loginOf("for-ghcr") },
    "registry.example:5000": { auth: loginOf("for-example") },
    "https://index.docker.io/v1/": { auth: loginOf("for-the-hub") },
  };
  writeFileSync(join(directory, "config.json"), JSON.stringify({ auths, credsStore: "desktop" }));
  const env = (name: string): string | undefined => (name === "DOCKER_CONFIG" ? directory : undefined);
  return findRegistryLogins({ ...base, ...request }, env, new AbortController().signal);
}

function contextOf(source: ImageSource): SolveRequest["namedContexts"] {
  return [{ name: "base", source }];
}

test("none where nothing of a registry is used, or nothing is kept for it", async () => {
  expect(await loginsFor({ namedContexts: contextOf({ kind: "store", digest }) })).toBeUndefined();
  rmSync(directory, { recursive: true });
  expect(
    await loginsFor({ cacheFrom: [{ address: "other.example/cache/rust:main", isPlainHttp: false }] }),
  ).toBeUndefined();
});

test("those of bases and caches, and no others", async () => {
  const source = { kind: "registry", ref: "ghcr.io/bases/rust:1", digest } as const;
  const logins = await loginsFor({
    namedContexts: contextOf(source),
    cacheFrom: [{ address: "registry.example:5000/cache/rust:main", isPlainHttp: false }],
  });
  expect(JSON.parse(logins?.config ?? "")).toEqual({
    auths: {
      "ghcr.io": { auth: loginOf("for-ghcr") },
      "registry.example:5000": { auth: loginOf("for-example") },
    },
  });
  expect(logins?.secretValues.toSorted()).toEqual(
    [loginOf("for-ghcr"), "for-ghcr", loginOf("for-example"), "for-example"].toSorted(),
  );
});

test("Docker Hub's stands under the key that BuildKit looks for", async () => {
  const source = { kind: "registry", ref: "docker.io/library/debian:trixie-slim", digest } as const;
  const logins = await loginsFor({ namedContexts: contextOf(source) });
  expect(JSON.parse(logins?.config ?? "")).toEqual({
    auths: { "https://index.docker.io/v1/": { auth: loginOf("for-the-hub") } },
  });
});
