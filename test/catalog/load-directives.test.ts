// Build directives: what a catalog's file gives, how long that is remembered, and what a caller's own file must hold.

import { expect, test } from "vitest";
import { loadDirectives, loadDirectivesFile } from "../../engine/catalog/load-directives.ts";
import { Memory } from "../../engine/memory/memory.ts";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import { FakeFiles } from "../fakes/files.ts";

const path = "/project/catalog/build_directives.ncl";

function messages(
  result: Awaited<ReturnType<typeof loadDirectives | typeof loadDirectivesFile>>,
): readonly string[] {
  return result.ok
    ? []
    : result.error.map(({ span, message }) => `${span?.file.path ?? ""} ${message}`.trim());
}

function depsOf(files: FakeFiles) {
  const evaluator = createEvaluator({ files, importPaths: [] });
  return { files, evaluate: (entry: string) => evaluator.evaluate(entry) };
}

test("a catalog's own need not say all, and defaults are filled in", async () => {
  const files = new FakeFiles({ "/project/catalog/other": "" });
  expect(await loadDirectives("/project", depsOf(files))).toEqual({ ok: true, value: {} });
  files.put(path, '{ compute_provider = \'hcloud, nats_events = { servers = ["nats://127.0.0.1:4222"] } }');
  expect(await loadDirectives("/project", depsOf(files))).toEqual({
    ok: true,
    value: {
      compute_provider: "hcloud",
      nats_events: { servers: ["nats://127.0.0.1:4222"], prefix: "lian-build", logs: false },
    },
  });
});

test("all that is wrong is told, each at its place", async () => {
  const files = new FakeFiles({ [path]: "{ compute_provider = 'aws, nats_event = {}, artifact = {} }" });
  expect(messages(await loadDirectives("/project", depsOf(files)))).toEqual([
    `${path} \`artifact.image\` is missing`,
    `${path} \`compute_provider\` must be one of 'hcloud, 'proxmox, 'docker_local, 'vm_pool`,
    `${path} \`nats_event\` is not a field of build directives`,
  ]);
  files.put(path, "{ workspace = }");
  expect(messages(await loadDirectives("/project", depsOf(files)))).toHaveLength(1);
});

test("what is remembered is taken until the file or what it imports changes", async () => {
  const files = new FakeFiles({
    [path]: 'import "common.ncl"',
    "/project/catalog/common.ncl": '{ workspace = "one" }',
  });
  let evaluations = 0;
  const load = async () => {
    const memory = new Memory({ files, folder: "/project/.lamina/cache", producer: "test", nowMs: () => 0 });
    const evaluator = createEvaluator({ files: memory.files, importPaths: [] });
    const loaded = await loadDirectives("/project", {
      files: memory.files,
      memory,
      evaluate: (entry) => {
        evaluations++;
        return evaluator.evaluate(entry);
      },
    });
    memory.save();
    // The file system's time goes on: what was just written may change unseen within one tick.
    for (let tick = 0; tick < 50; tick++) files.put("/tick", "");
    return loaded.ok ? loaded.value.workspace : messages(loaded);
  };
  expect([await load(), await load(), evaluations]).toEqual(["one", "one", 1]);
  files.put("/project/catalog/common.ncl", '{ workspace = "two" }');
  expect([await load(), await load(), evaluations]).toEqual(["two", "two", 2]);
  files.put("/project/catalog/common.ncl", '{ workspace = "Three" }');
  expect(await load()).toEqual(await load());
  expect(evaluations).toBe(3);
});

test("a caller's own must be whole", async () => {
  const files = new FakeFiles({ "/ci.ncl": '{ workspace = "shop", artifact = { image = "a/b" } }' });
  expect(messages(await loadDirectivesFile("/ci.ncl", depsOf(files)))).toEqual([
    "/ci.ncl `compute_provider` is missing",
    "/ci.ncl `registry_provider` is missing",
    "/ci.ncl `cache_policy` is missing",
  ]);
  expect(messages(await loadDirectivesFile("/none.ncl", depsOf(files)))).toHaveLength(1);
  files.put(
    "/ci.ncl",
    `{ workspace = "shop", artifact = { image = "a/b" }, compute_provider = 'docker_local, registry_provider = 'zot,
      cache_policy = { actor = 'ci } }`,
  );
  const loaded = await loadDirectivesFile("/ci.ncl", depsOf(files));
  expect(loaded.ok && loaded.value.artifact.dockerfile).toBe("Dockerfile");
});
