// Solving with a real buildkitd: bases and parents by digest, reproducible images, parallel solves, failures.

import { randomUUID } from "node:crypto";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { z } from "zod";
import { imageDigest } from "../../engine/core/digest.ts";
import type { SolveProgress, SolveRequest, SolveResult } from "../../engine/ports/builder.ts";
import { openBuilder } from "../../providers/builder/connect.ts";
import { openImageStore, readBlob, readManifest } from "../../providers/store/oci-layout.ts";
import { startBuildkitd } from "../rig/buildkitd.ts";
import { envOf, never, openSetting, type Setting, value } from "./builder-setting.ts";

const rig = inject("rig");
let setting: Setting;

beforeAll(async () => {
  setting = await openSetting(rig, { TOKEN: "s3cr3t-token" });
});
afterAll(() => setting.close());

async function solve(request: SolveRequest): Promise<SolveResult> {
  return value(await setting.builder.solve(request, () => {}, never));
}

/** All that the steps of a solve wrote, and the images' own labels and variables. */
async function logOf(request: SolveRequest): Promise<string> {
  let log = "";
  const report = (progress: SolveProgress): void => {
    if (progress.kind === "log") log += progress.text;
  };
  value(await setting.builder.solve(request, report, never));
  return log;
}

const configSchema = z.looseObject({
  created: z.string(),
  config: z.looseObject({ Labels: z.record(z.string(), z.string()).optional() }),
});

function configOf(result: SolveResult): z.infer<typeof configSchema> {
  const config = readManifest(setting.storeDirectory, result.imageDigest)?.config?.digest ?? "";
  const bytes = readBlob(setting.storeDirectory, config) ?? new Uint8Array();
  return configSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
}

test("the daemon is named, and the steps are counted", async () => {
  expect(setting.builder.description).toMatch(
    /^buildkitd v\d+\.\d+\.\d+ at unix:\/\/.+ \(\$BUILDKIT_HOST\)$/,
  );
  const request = setting.request({ Dockerfile: "FROM busybox\nRUN echo a > /a\nRUN echo b > /b\n" });
  expect(await solve(request)).toMatchObject({ stepsRun: 2, stepsCached: 0 });
  expect(await solve(request)).toMatchObject({ stepsRun: 0, stepsCached: 2 });
});

test("two builds of the same input from nothing give one digest, whatever the clock and the files' times say", async () => {
  const files = { Dockerfile: "FROM busybox\nCOPY file /\nRUN echo made > /made\n", file: "text" };
  const first = await solve(setting.request(files, { noCache: true }));
  const second = await solve(
    setting.request(files, { noCache: true, buildArgs: new Map([["SOURCE_DATE_EPOCH", "7"]]) }),
  );
  expect(second.imageDigest).toBe(first.imageDigest);
  expect(configOf(first).created).toBe("1980-01-01T00:00:00Z");
});

test("a parent is handed over by digest from the store, under every spelling that a Dockerfile may use", async () => {
  const parent = await solve(setting.request({ Dockerfile: "FROM busybox\nRUN echo parent > /parent\n" }));
  const source = { kind: "store", digest: parent.imageDigest } as const;
  const child = await solve(
    setting.request(
      {
        Dockerfile: [
          "FROM lamina/debian AS plain",
          "FROM lamina/debian:latest AS latest",
          "FROM lamina/debian:v2",
          "COPY --from=plain /parent /plain",
          "COPY --from=latest /parent /latest",
          "COPY --from=docker.io/lamina/debian /parent /copied",
          "RUN --mount=from=lamina/debian,target=/m cat /m/parent /parent /plain /latest /copied",
          "",
        ].join("\n"),
      },
      {
        namedContexts: [
          { name: "lamina/debian", source },
          { name: "lamina/debian:latest", source },
          { name: "lamina/debian:v2", source },
        ],
      },
    ),
  );
  const layers = (result: SolveResult): string[] =>
    readManifest(setting.storeDirectory, result.imageDigest)?.layers.map((layer) => layer.digest) ?? [];
  expect(layers(child).slice(0, layers(parent).length)).toEqual(layers(parent));
  expect(openImageStore(setting.storeDirectory).holds(child.imageDigest)).toBe(true);
});

test("a base comes from a registry by digest, and its layers into the store", async () => {
  const image = await solve(
    setting.request(
      { Dockerfile: "FROM lamina-test/busybox:whatever\nRUN true\n" },
      {
        namedContexts: [
          {
            name: "lamina-test/busybox:whatever",
            source: {
              kind: "registry",
              ref: rig.busybox.reference,
              digest: imageDigest(rig.busybox.digest),
            },
          },
        ],
      },
    ),
  );
  expect(openImageStore(setting.storeDirectory).holds(image.imageDigest)).toBe(true);
});

test("the layout of a base is read and not written to", async () => {
  const directory = join(setting.directory, "a base");
  cpSync(join(rig.busybox.directory, "blobs"), join(directory, "blobs"), { recursive: true });
  const source = { kind: "layout", directory, digest: imageDigest(rig.busybox.digest) } as const;
  await solve(
    setting.request(
      { Dockerfile: "FROM other\nRUN echo layout\n" },
      { namedContexts: [{ name: "other", source }] },
    ),
  );
  expect(readdirSync(directory)).toEqual(["blobs"]);
});

test("target and build arguments arrive", async () => {
  const files = {
    Dockerfile: "FROM busybox AS one\nARG A\nLABEL stage=one a=$A\nFROM busybox\nLABEL stage=two\n",
  };
  const buildArgs = new Map([["A", `x=1, "y" $z`]]);
  expect(configOf(await solve(setting.request(files, { target: "one", buildArgs }))).config.Labels).toEqual({
    stage: "one",
    a: `x=1, "y" $z`,
  });
  expect(configOf(await solve(setting.request(files))).config.Labels).toEqual({ stage: "two" });
});

test("solves at the same time share one store, with equal blobs and different ones", async () => {
  const results = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      solve(
        setting.request(
          { Dockerfile: `FROM busybox\nRUN echo shared > /s\nRUN echo ${index % 3} > /f\n` },
          { imageName: `lamina/parallel-${index}` },
        ),
      ),
    ),
  );
  const store = openImageStore(setting.storeDirectory);
  expect(results.map((result) => store.holds(result.imageDigest))).toEqual(results.map(() => true));
  expect(new Set(results.map((result) => result.imageDigest)).size).toBe(3);
  const index = readFileSync(join(setting.storeDirectory, "index.json"), "utf8");
  for (const [at, result] of results.entries()) {
    expect(index).toContain(`"lamina/parallel-${at}"`);
    expect(index).toContain(result.imageDigest);
  }
  expect(readdirSync(join(setting.storeDirectory, "tmp"))).toEqual([]);
});

test("a long log comes whole", async () => {
  const log = await logOf(
    setting.request({ Dockerfile: "FROM busybox\nRUN seq 200000; echo last line\n" }, { noCache: true }),
  );
  expect(log.startsWith("1\n2\n3\n")).toBe(true);
  expect(log.endsWith("200000\nlast line\n")).toBe(true);
});

test("secrets arrive from variables and files", async () => {
  const path = join(setting.directory, "a, b");
  writeFileSync(path, "from-a-file");
  const dockerfile = [
    "FROM busybox",
    "RUN --mount=type=secret,id=env --mount=type=secret,id=file wc -c /run/secrets/env /run/secrets/file | cut -c 1-10",
    "",
  ].join("\n");
  const log = await logOf(
    setting.request(
      { Dockerfile: dockerfile },
      {
        noCache: true,
        secrets: [
          { id: "env", from: "env", variable: "TOKEN" },
          { id: "file", from: "file", path },
        ],
      },
    ),
  );
  expect(log.match(/\d+/g)).toEqual(["12", "11", "23"]);
});

test.each([
  ["a variable that is not set", { id: "creds", from: "env", variable: "NO_SUCH_VARIABLE" } as const],
  ["a file that is not there", { id: "creds", from: "file", path: "/no/such/file" } as const],
])("a secret from %s is missing before anything runs", async (_what, secret) => {
  const seen: SolveProgress[] = [];
  const request = setting.request({ Dockerfile: "FROM busybox\n" }, { secrets: [secret] });
  const result = await setting.builder.solve(request, (progress) => seen.push(progress), never);
  expect(result).toEqual({ ok: false, error: { kind: "secret-missing", id: "creds" } });
  expect(seen).toEqual([]);
});

test("a secret that the Dockerfile needs and the request has not", async () => {
  const dockerfile = "FROM busybox\nRUN --mount=type=secret,id=tok,required=true true\n";
  expect(await setting.builder.solve(setting.request({ Dockerfile: dockerfile }), () => {}, never)).toEqual({
    ok: false,
    error: { kind: "secret-missing", id: "tok" },
  });
});

test("a store that cannot be written fails the solve and the proof, with the reason", async () => {
  const storeDirectory = join(setting.directory, "file/store");
  writeFileSync(join(setting.directory, "file"), "");
  const builder = value(await openBuilder({ storeDirectory, env: envOf(rig) }, never));
  const message = expect.stringContaining(
    `cannot work in the store ${storeDirectory}: ENOTDIR: not a directory`,
  );
  const request = setting.request({ Dockerfile: "FROM busybox\n" });
  expect(await builder.solve(request, () => {}, never)).toEqual({
    ok: false,
    error: { kind: "other", message },
  });
  const proof = {
    image: setting.base.source,
    platform: request.platform,
    tools: [],
    artifactPaths: ["/bin"],
  };
  expect(await builder.prove(proof, never)).toEqual({ ok: false, error: { kind: "other", message } });
  await builder.close();
});

test("a step that fails tells its command, its exit code and its last lines", async () => {
  const dockerfile = "FROM busybox AS cooker\nRUN seq 100; echo cause >&2; exit 9\nFROM cooker\nRUN true\n";
  const result = await setting.builder.solve(setting.request({ Dockerfile: dockerfile }), () => {}, never);
  expect(result).toMatchObject({
    ok: false,
    error: {
      kind: "step-failed",
      step: expect.stringMatching(/^\[cooker \d\/\d\] RUN seq 100; echo cause >&2; exit 9$/),
      exitCode: 9,
      message:
        'process "/bin/sh -c seq 100; echo cause >&2; exit 9" did not complete successfully: exit code: 9',
    },
  });
  const tail = !result.ok && result.error.kind === "step-failed" ? result.error.logTail : [];
  expect(tail).toHaveLength(20);
  expect(tail).toContain("cause");
  expect(tail).toContain("100");
});

test("a file that is not in the context", async () => {
  const request = setting.request({ Dockerfile: "FROM busybox\nCOPY nope.txt /\n" });
  const result = await setting.builder.solve(request, () => {}, never);
  expect(result).toEqual({
    ok: false,
    error: {
      kind: "step-failed",
      step: expect.stringMatching(/^\[\d\/\d\] COPY nope.txt \/$/),
      exitCode: undefined,
      message: '"/nope.txt": not found',
      logTail: [],
    },
  });
});

test("a Dockerfile that BuildKit refuses", async () => {
  const request = setting.request({ Dockerfile: "FROM busybox\nRUNN true\n" });
  expect(await setting.builder.solve(request, () => {}, never)).toEqual({
    ok: false,
    error: {
      kind: "dockerfile-refused",
      message: "dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)",
    },
  });
});

test("a stage that bears its image's name is refused, since BuildKit would drop its instructions", async () => {
  const request = setting.request({ Dockerfile: "FROM busybox AS BusyBox\nRUN exit 1\n" });
  expect(await setting.builder.solve(request, () => {}, never)).toEqual({
    ok: false,
    error: {
      kind: "dockerfile-refused",
      message:
        'stage "busybox" has the name of the image "busybox", which BuildKit would take in its place: rename the stage',
    },
  });
});

test("a parent that the store does not hold", async () => {
  const digest = imageDigest(`sha256:${"0".repeat(64)}`);
  const request = setting.request(
    { Dockerfile: "FROM lamina/gone\n" },
    { namedContexts: [{ name: "lamina/gone", source: { kind: "store", digest } }] },
  );
  const result = await setting.builder.solve(request, () => {}, never);
  expect(result).toMatchObject({ ok: false, error: { kind: "source-missing" } });
  expect(JSON.stringify(result)).toContain(digest);
});

test("an image of a registry that does not answer", async () => {
  const request = setting.request({ Dockerfile: "FROM 127.0.0.1:1/foo:bar\n" });
  expect(await setting.builder.solve(request, () => {}, never)).toMatchObject({
    ok: false,
    error: { kind: "source-missing", message: expect.stringContaining("connection refused") },
  });
});

test("a cache that is not there is told, one that was written holds every step, also of stages that are not in the image", async () => {
  const cache = { address: `${rig.registry.address}/cache/test:main`, isPlainHttp: false };
  const Dockerfile = `FROM busybox AS one\nRUN echo ${randomUUID()} > /cached\nFROM busybox\nCOPY --from=one /cached /cached\n`;
  const request = setting.request({ Dockerfile }, { cacheFrom: [cache] });
  const seen: SolveProgress[] = [];
  const first = value(await setting.builder.solve(request, (progress) => seen.push(progress), never));
  expect(first).toMatchObject({ stepsRun: 2, stepsCached: 0 });
  expect(seen.filter((one) => one.kind === "cache")).toEqual([
    { kind: "cache", address: cache.address, state: "reading", message: "" },
    {
      kind: "cache",
      address: cache.address,
      state: "unread",
      message: expect.stringMatching(/cache\/test:main: not found$/),
    },
  ]);
  const to = { ...cache, options: { "image-manifest": "true", "oci-mediatypes": "true" } };
  const digest = value(await setting.builder.exportCache(request, to, never));
  const fresh = await startBuildkitd(rig.buildkit.buildkitd, join(setting.directory, "fresh"));
  try {
    const env = envOf(rig, { BUILDKIT_HOST: fresh.told });
    const storeDirectory = join(setting.directory, "fresh-store");
    const other = value(await openBuilder({ storeDirectory, env }, never));
    const again = value(await other.solve(request, () => {}, never));
    expect(again).toMatchObject({ imageDigest: first.imageDigest, stepsRun: 0, stepsCached: 2 });
    const response = await fetch(`http://${rig.registry.address}/v2/cache/test/manifests/main`, {
      headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
    });
    expect(response.headers.get("docker-content-digest")).toBe(digest);
    await other.close();
  } finally {
    await fresh.stop();
  }
});

test("a cache that cannot be written is a failure with its cause, and none of the build", async () => {
  const request = setting.request({ Dockerfile: "FROM busybox\nRUN echo unwritten > /x\n" });
  value(await setting.builder.solve(request, () => {}, never));
  const to = { address: "127.0.0.1:1/cache/x:main", isPlainHttp: false, options: {} };
  expect(await setting.builder.exportCache(request, to, never)).toEqual({
    ok: false,
    error: { kind: "other", message: expect.stringContaining("connection refused") },
  });
});
