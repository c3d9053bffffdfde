// What the schemas say to people: texts pinned whole, one issue a place, all of them at once.

import { expect, test } from "vitest";
import type { z } from "zod";
import { buildDirectives } from "../../schemas/build-directives.ts";
import { cachePolicy } from "../../schemas/cache-policy.ts";
import { local } from "../../schemas/local.ts";
import { workflow } from "../../schemas/workflow.ts";

const sound = {
  name: "rust",
  kind: "toolchain",
  build_base: "debian",
  tools_provided: ["cargo"],
  artifact_paths: ["/usr/bin/cargo"],
  language: "rust",
};

function complaints(schema: z.ZodType, value: unknown): readonly string[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")} ${message}`.trim());
}

test("defaults are filled in, and a short tool gets its check", () => {
  expect(workflow.parse(sound)).toEqual({
    ...sound,
    tools_provided: [{ name: "cargo", check: ["cargo", "--version"] }],
    copies_from: [],
    tools_required: [],
    args: {},
    secrets: [],
    ssh: false,
    dockerfile: "Dockerfile",
  });
});

test("a long tool keeps its check and its version", () => {
  const tool = { name: "openssl", check: ["openssl", "version"], version: ">=3.5" };
  expect(workflow.parse({ ...sound, tools_provided: [tool] }).tools_provided).toEqual([tool]);
});

test("everything that is missing is told", () => {
  expect(complaints(workflow, {})).toEqual([
    "name is missing: it must be lower-case letters and digits, in words joined by one of . _ -",
    "kind is missing: it must be one of 'toolchain, 'deps, 'utility",
    'build_base is missing: it must be the name of a layer or a record { image = "debian:trixie-slim" }',
    "tools_provided is missing: it must be a list of tools",
    "artifact_paths is missing: it must be a list of absolute paths",
    'language is missing: it must be a language in lower-case letters, such as "rust"',
  ]);
});

test("unknown fields are told at their own places, each with what was probably meant", () => {
  expect(
    complaints(workflow, { ...sound, name: 3, tool_provided: [], foo: 1, build_base: { img: "x" } }),
  ).toEqual([
    "name must be lower-case letters and digits, in words joined by one of . _ -",
    'build_base.image is missing: it must be the reference of an image, such as "debian:trixie-slim", or "scratch"',
    'build_base.img is not a field of an external base: did you mean "image"?',
    'tool_provided is not a field of a layer: did you mean "tools_provided"?',
    "foo is not a field of a layer: fields are name, kind, build_base, tools_provided, artifact_paths, language, copies_from, tools_required, args, secrets, ssh, platforms, target, dockerfile, runner_type, cpu, memory_gb, time_budget_min, level_hierarchy",
  ]);
});

test("a misspelt word is told with the nearest one", () => {
  expect(complaints(workflow, { ...sound, kind: "toolchian" })).toEqual([
    "kind must be one of 'toolchain, 'deps, 'utility: did you mean 'toolchain?",
  ]);
});

test("a platform that nothing is built for is told with the one that was probably meant", () => {
  const given = [
    "linux/arm46",
    "Linux/x86_64",
    "arm/v7",
    "windows/amd64",
    "linux/arm64/v8",
    "arm64",
    "linux",
  ];
  const meant = ["arm64", "amd64", "arm/v7", "amd64", "arm64", "arm64"];
  expect(complaints(workflow, { ...sound, platforms: given })).toEqual([
    ...meant.map(
      (each, index) =>
        `platforms.${index} must be a platform that BuildKit builds for, such as "linux/arm64": did you mean "linux/${each}"?`,
    ),
    'platforms.6 must be a platform that BuildKit builds for, such as "linux/arm64": it must be one of linux/amd64, linux/arm64, linux/arm/v7, linux/arm/v6, linux/arm/v5, linux/386, linux/ppc64le, linux/ppc64, linux/s390x, linux/riscv64, linux/loong64, linux/mips64le, linux/mips64, linux/amd64/v2, linux/amd64/v3, linux/amd64/v4',
  ]);
});

test("what is wrong within lists and records is told at its own place", () => {
  expect(
    complaints(workflow, {
      ...sound,
      tools_provided: ["a b", { name: "x", check: [], version: "=>1" }, 3],
      artifact_paths: ["/a", "b"],
      args: { "A-B": "1", A: 1 },
      copies_from: ["a", "a"],
      cpu: 4,
    }),
  ).toEqual([
    'tools_provided.0 must be the name of an executable, such as "cargo"',
    'tools_provided.1.check must hold a command, such as ["cargo", "--version"]',
    'tools_provided.1.version must be a range of versions, such as ">=1.80" or "^2.1 || 3"',
    "tools_provided.2 must be the name of an executable or a record { name, check, version }",
    'artifact_paths.1 must be an absolute path without "." and ".." and no slash at the end',
    'copies_from.1 stands twice in the list: "a"',
    "args.A-B as a key must be the name of a build argument: letters, digits and underscores",
    'args.A must be a string: write "1", not 1',
    "cpu needs memory_gb beside it: a size is both, or a runner_type",
  ]);
});

test("a cache policy says which actor its fields go with", () => {
  expect(complaints(cachePolicy, { actor: "human", writes: [] })).toEqual([
    "actor_id is missing: an actor 'human has caches of its own",
    "writes goes with 'ci_aux only, not with 'human",
  ]);
});

test("local settings know four kinds of secrets", () => {
  const bases = { "debian:trixie-slim": "oci-layout:.lamina/debian", alpine: "registry.example/alpine:3" };
  const secrets = {
    a: { env: "A" },
    b: { file: "b.txt" },
    c: { command: ["pass", "c"] },
    d: { sops: "d.yaml", key: "x.y", format: "dotenv" },
  };
  expect(local.parse({ bases, secrets })).toEqual({
    bases,
    secrets: { ...secrets, c: { ...secrets.c, timeout_seconds: 60, keep_newline: false } },
  });
  const wrong = {
    a: "x",
    "b/c": { env: "B" },
    d: { env: "1" },
    e: { file: "" },
    f: { command: "pass show" },
    g: { command: [] },
    h: { sops: "a", keys: "b" },
    i: { sops: "a", key: "b..c", format: "toml" },
  };
  expect(complaints(local, { base: {}, secrets: wrong, bases: { x: "" } })).toEqual([
    'bases.x must be the reference of an image or "oci-layout:" and a folder',
    'secrets.a must be { "env": VARIABLE }, { "file": PATH }, { "command": [PROGRAM, ...] } or { "sops": PATH }',
    "secrets.b/c as a key must be the id of a secret: letters, digits and _ . -",
    "secrets.d.env must be the name of an environment variable",
    "secrets.e.file must be a path, not empty",
    "secrets.f.command must be a list of a program and its arguments",
    'secrets.g.command must name a program, such as ["pass", "show", "token"]',
    'secrets.h.keys is not a field of a secret from a sops file: did you mean "key"?',
    'secrets.i.key must be names joined by dots, such as "ci.token"',
    "secrets.i.format must be one of 'json, 'yaml, 'dotenv, 'binary",
    'base is not a field of the local settings: did you mean "bases"?',
  ]);
});

test("build directives name secrets by places that everybody has, never by values or commands", () => {
  const directives = {
    workspace: "w",
    artifact: { image: "a" },
    compute_provider: "docker_local",
    registry_provider: "zot",
    cache_policy: { actor: "ci", disposition: "export" },
  };
  const secrets = { a: { env: "A" }, b: { file: "b/c" }, d: { sops: "d.yaml" } };
  expect(buildDirectives.parse({ ...directives, secrets }).secrets).toEqual(secrets);
  const wrong = {
    a: "hunter2",
    b: { command: ["pass"] },
    c: { file: "/etc/shadow" },
    d: { sops: "../d.yaml" },
  };
  const place =
    "must be { env = VARIABLE }, { file = PATH } or { sops = PATH }: a value never stands here, a command in .lamina/local.json";
  const path = 'must be a path within the project, such as "secrets/ci.enc.env": others have no other files';
  expect(complaints(buildDirectives, { ...directives, secrets: wrong })).toEqual([
    `secrets.a ${place}`,
    `secrets.b ${place}`,
    `secrets.c.file ${path}`,
    `secrets.d.sops ${path}`,
  ]);
});
