// Contexts by rsync on a real host: the same images as by a session, what goes over the wire and what does not, secrets.

import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { connect, createServer as createSocketServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { imageDigest } from "../../engine/core/digest.ts";
import type { SolveProgress, SolveRequest, SolveResult } from "../../engine/ports/builder.ts";
import { openRsyncBuilder } from "../../providers/runner/rsync-builder.ts";
import { blobPath, openImageStore, readManifest } from "../../providers/store/oci-layout.ts";
import { envOf, never, value } from "./builder-setting.ts";
import { openRsyncSetting, type RsyncSetting } from "./rsync-setting.ts";

const rig = inject("rig");
const token = "s3cr3t-token-of-a-variable";
/** Every byte that a variable can hold, and line ends at the end. */
const allBytes = Buffer.from([...Array.from({ length: 255 }, (_, index) => index + 1), 10, 10]);
let setting: RsyncSetting;
let root: string;

beforeAll(async () => {
  setting = await openRsyncSetting(rig, { TOKEN: token });
  const [name = ""] = setting.run("ls -d /var/tmp/lamina-*").split("\n");
  root = setting.onHost(name);
});
afterAll(() => setting.close());

async function solve(request: SolveRequest): Promise<SolveResult> {
  return value(await setting.builder.solve(request, () => {}, never));
}

async function logOf(request: SolveRequest): Promise<string> {
  let log = "";
  const report = (progress: SolveProgress): void => {
    if (progress.kind === "log") log += progress.text;
  };
  value(await setting.builder.solve(request, report, never));
  return log;
}

function layersOf(storeDirectory: string, { imageDigest }: SolveResult): readonly string[] {
  return readManifest(storeDirectory, imageDigest)?.layers.map(({ digest }) => digest) ?? [];
}

/** Inodes on the host by name: a file that is sent again is another one. */
function inodesIn(folder: string): ReadonlyMap<string, number> {
  return new Map(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).ino]));
}

test("it says what it is, and its folder is nobody else's", () => {
  expect(statSync(root).mode & 0o777).toBe(0o700);
  expect(setting.builder.description).toMatch(/^buildkitd v\d+\.\d+\.\d+ on a host, contexts by rsync$/);
  expect(setting.builder.platforms).toEqual(setting.session.platforms);
});

test("the image is the one that a session makes", async () => {
  const request = setting.request(
    {
      Dockerfile: 'FROM busybox\nARG A\nCOPY --link . /context/\nRUN echo "$A" > /a\n',
      "a file": "text",
      script: "#!/bin/sh\n",
    },
    { noCache: true, buildArgs: new Map([["A", `x=1, "y" 'z' $HOME \\n`]]) },
  );
  const at = (name: string): string => join(request.contextDirectory, name);
  chmodSync(at("script"), 0o755);
  mkdirSync(at("folder/empty"), { recursive: true });
  symlinkSync("../a file", at("folder/link"));
  const there = await solve(request);
  const here = value(await setting.session.solve(request, () => {}, never));
  expect(there).toEqual(here);
  expect(openImageStore(setting.storeDirectory).holds(there.imageDigest)).toBe(true);
  expect(readFileSync(join(setting.storeDirectory, "index.json"), "utf8")).toBe(
    readFileSync(join(setting.sessionStore, "index.json"), "utf8"),
  );
});

test("only what changed of a context is sent again, and what was removed goes", async () => {
  const files = { Dockerfile: "FROM busybox\nCOPY . /\n", same: "same", other: "one", gone: "gone" };
  const request = setting.request(files);
  const known = new Set(readdirSync(join(root, "contexts")));
  await solve(request);
  const name = readdirSync(join(root, "contexts")).find((folder) => !known.has(folder)) ?? "";
  const folder = join(root, "contexts", name);
  const before = inodesIn(folder);
  expect(Array.from(before.keys()).sort()).toEqual(["Dockerfile", "gone", "other", "same"]);
  writeFileSync(join(request.contextDirectory, "other"), "two");
  // Touched, and the same.
  writeFileSync(join(request.contextDirectory, "same"), "same");
  unlinkSync(join(request.contextDirectory, "gone"));
  await solve(request);
  const after = inodesIn(folder);
  expect(Array.from(after.keys()).sort()).toEqual(["Dockerfile", "other", "same"]);
  expect(after.get("same")).toBe(before.get("same"));
  expect(after.get("other")).not.toBe(before.get("other"));
  expect(readFileSync(join(folder, "other"), "utf8")).toBe("two");
});

test("what the ignore file keeps out stays here, also where the Dockerfile is among it", async () => {
  const request = setting.request({
    Dockerfile: "FROM busybox\nCOPY . /context/\nRUN find /context -type f | sort\n",
    ".dockerignore": "Dockerfile\n*.key\nbuild/*\n!build/kept\n",
    "secret.key": "never",
    "[a]*.key": "never",
    seen: "seen",
  });
  const build = join(request.contextDirectory, "build");
  mkdirSync(join(build, "deep"), { recursive: true });
  for (const name of ["kept", "left", "deep/left"]) writeFileSync(join(build, name), name);
  expect(await logOf(request)).toBe("/context/.dockerignore\n/context/build/kept\n/context/seen\n");
  const sent = setting.run('find /var/tmp/lamina-*/contexts -name seen -execdir find . -type f ";" | sort');
  expect(sent).toBe("./.dockerignore\n./build/kept\n./seen\n");
});

test("a Dockerfile outside of its context brings its own ignore file", async () => {
  const request = setting.request({ a: "a", b: "b" });
  const dockerfilePath = join(setting.directory, "Other.Dockerfile");
  writeFileSync(dockerfilePath, "FROM busybox\nCOPY . /context/\nRUN ls /context\n");
  writeFileSync(`${dockerfilePath}.dockerignore`, "b\n");
  expect(await logOf({ ...request, dockerfilePath })).toBe("a\n");
});

test("parents are handed over by digest, from layouts and the store, and no blob is sent twice", async () => {
  const parent = value(
    await setting.session.solve(
      setting.request({ Dockerfile: "FROM busybox\nRUN echo parent > /parent\n" }),
      () => {},
      never,
    ),
  );
  const layout = {
    kind: "layout",
    directory: setting.sessionStore,
    digest: parent.imageDigest,
  } as const;
  const child = await solve(
    setting.request(
      { Dockerfile: "FROM lamina/parent\nRUN cat /parent; echo child > /child\n" },
      { namedContexts: [{ name: "lamina/parent", source: layout }] },
    ),
  );
  const blobs = join(root, "store/blobs/sha256");
  const before = inodesIn(blobs);
  const grandchild = await solve(
    setting.request(
      {
        Dockerfile:
          "FROM lamina/child:latest\nCOPY --from=lamina/parent /parent /copied\nRUN cat /child /copied > /both\n",
      },
      {
        namedContexts: [
          { name: "lamina/child:latest", source: { kind: "store", digest: child.imageDigest } },
          { name: "lamina/child", source: { kind: "store", digest: child.imageDigest } },
          { name: "lamina/parent", source: layout },
        ],
      },
    ),
  );
  const after = inodesIn(blobs);
  for (const [name, inode] of before) expect(after.get(name)).toBe(inode);
  const layers = layersOf(setting.storeDirectory, grandchild);
  expect(layers.slice(0, 3)).toEqual(layersOf(setting.storeDirectory, child));
  expect(layers.slice(0, 2)).toEqual(layersOf(setting.sessionStore, parent));
  expect(openImageStore(setting.storeDirectory).holds(grandchild.imageDigest)).toBe(true);
});

test("a parent that is not here", async () => {
  const digest = imageDigest(`sha256:${"0".repeat(64)}`);
  const request = setting.request(
    { Dockerfile: "FROM lamina/gone\n" },
    { namedContexts: [{ name: "lamina/gone", source: { kind: "store", digest } }] },
  );
  const result = await setting.builder.solve(request, () => {}, never);
  expect(result).toMatchObject({ ok: false, error: { kind: "source-missing" } });
  expect(JSON.stringify(result)).toContain(digest);
});

test("a blob that is not what its name says does not come into the store", async () => {
  const request = setting.request({ Dockerfile: "FROM busybox\nRUN echo taken > /taken\n" });
  const image = await solve(request);
  const layer = layersOf(setting.storeDirectory, image).at(-1) ?? "";
  const path = blobPath(setting.storeDirectory, layer);
  const there = blobPath(join(root, "store"), layer);
  const whole = readFileSync(path);
  unlinkSync(path);
  rmSync(there);
  writeFileSync(there, Buffer.alloc(whole.length));
  expect(await setting.builder.solve(request, () => {}, never)).toEqual({
    ok: false,
    error: { kind: "other", message: "BuildKit finished, but the image is not whole in the store" },
  });
  expect(openImageStore(setting.storeDirectory).holds(image.imageDigest)).toBe(false);
  writeFileSync(there, whole);
  expect((await solve(request)).imageDigest).toBe(image.imageDigest);
  expect(openImageStore(setting.storeDirectory).holds(image.imageDigest)).toBe(true);
});

test("solves at the same time share blobs, and have a context each", async () => {
  const shared = setting.request({ Dockerfile: "FROM busybox\nCOPY . /\n", file: "text" });
  const results = await Promise.all([
    solve(shared),
    solve(shared),
    ...Array.from({ length: 4 }, (_, index) =>
      solve(
        setting.request({
          Dockerfile: `FROM busybox\nRUN echo shared > /s\nRUN echo ${index % 2} > /f\n`,
        }),
      ),
    ),
  ]);
  const store = openImageStore(setting.storeDirectory);
  expect(results.map(({ imageDigest }) => store.holds(imageDigest))).toEqual(results.map(() => true));
  expect(new Set(results.map(({ imageDigest }) => imageDigest)).size).toBe(3);
  const contexts = readdirSync(join(root, "contexts"));
  expect(contexts.filter((name) => name.endsWith("-1"))).toHaveLength(1);
  expect(readdirSync(join(setting.storeDirectory, "tmp"))).toEqual([]);
});

test("secrets arrive byte by byte, from variables and files", async () => {
  const path = join(setting.directory, "a, b");
  writeFileSync(path, allBytes);
  const longest = Buffer.alloc(131_055, "long");
  const longPath = join(setting.directory, "long");
  writeFileSync(longPath, longest);
  const log = await logOf(
    setting.request(
      {
        Dockerfile: [
          "FROM busybox",
          "RUN --mount=type=secret,id=a --mount=type=secret,id=b --mount=type=secret,id=c sha256sum /run/secrets/*",
          "",
        ].join("\n"),
      },
      {
        noCache: true,
        secrets: [
          { id: "c", from: "file", path: longPath },
          { id: "a", from: "env", variable: "TOKEN" },
          { id: "b", from: "file", path },
        ],
      },
    ),
  );
  expect(log.match(/[0-9a-f]{64}/g)).toEqual(
    [token, allBytes, longest].map((bytes) => createHash("sha256").update(bytes).digest("hex")),
  );
});

test("a secret is in no file of the machine and in no argument, while it is used and afterwards", async () => {
  const path = join(setting.directory, "a-file");
  writeFileSync(path, "s3cr3t-token-of-a-file\n");
  // A pattern that does not match itself: the search does not find its own arguments.
  const find = (word: string): string => {
    const pattern = word.replace(/^./, "[$&]");
    const files = `find /var /tmp /root /run /dev/shm -xdev -type f -exec grep -la -e '${pattern}' {} +`;
    const argv = `cat /proc/[0-9]*/cmdline | tr '\\0' '\\n' | grep -a -e '${pattern}'`;
    return setting.run(`${files}; ${argv}; true`);
  };
  const found: Record<string, string> = {};
  const canceller = new AbortController();
  const result = await setting.builder.solve(
    setting.request(
      {
        Dockerfile: [
          "# a-word-of-the-dockerfile",
          "FROM busybox",
          "RUN --mount=type=secret,id=one --mount=type=secret,id=two wc -c /run/secrets/*; sleep 1000000",
          "",
        ].join("\n"),
      },
      {
        noCache: true,
        secrets: [
          { id: "one", from: "env", variable: "TOKEN" },
          { id: "two", from: "file", path },
        ],
      },
    ),
    (progress) => {
      if (progress.kind !== "log" || !progress.text.includes("total")) return;
      found["secrets"] = find("s3cr3t-token-of-a");
      found["control"] = find("a-word-of-the-dockerfile");
      canceller.abort();
    },
    canceller.signal,
  );
  expect(result).toEqual({ ok: false, error: { kind: "canceled" } });
  expect(found).toEqual({ secrets: "", control: expect.stringMatching(/\/work\/.+\/Dockerfile\n/) });
  expect(find("s3cr3t-token-of-a")).toBe("");
});

test.each([
  ["an SSH agent", { ssh: true }, "contexts go by rsync, which leaves the SSH agent here"],
  [
    "a secret that no variable can hold",
    { secrets: [{ id: "nul", from: "file", path: "/proc/self/cmdline" }] },
    "contexts go by rsync, secrets in variables, and the secret nul holds a NUL",
  ],
] as const)("%s is refused with the way out", async (_what, otherwise, message) => {
  const request = setting.request({ Dockerfile: "FROM busybox\n" }, otherwise);
  expect(await setting.builder.solve(request, () => {}, never)).toEqual({
    ok: false,
    error: { kind: "other", message: `${message}: runners.transport = 'session hands it over` },
  });
});

test("a registry is shown the login that is kept here for it", async () => {
  const seen = new Set<string | undefined>();
  const registry = createServer((request, response) => {
    seen.add(request.headers.authorization);
    response.writeHead(401, { "www-authenticate": 'Basic realm="tests"' }).end();
  });
  registry.listen(0, setting.host.address.replace(/\d+$/, "1"));
  await once(registry, "listening");
  const bound = registry.address();
  const address = typeof bound === "object" ? `${bound?.address ?? ""}:${String(bound?.port)}` : "";
  const auth = Buffer.from("me:pass-word-of-a-registry").toString("base64");
  const config = JSON.stringify({
    auths: { [address]: { auth }, "other.example": { auth: "b3RoZXI6Cg==" } },
  });
  writeFileSync(join(setting.directory, "config.json"), config);
  const env = envOf(rig, { PATH: process.env["PATH"] ?? "", DOCKER_CONFIG: setting.directory });
  const { connection, storeDirectory, host, session } = setting;
  const proofs = { ...session, close: () => Promise.resolve() };
  const builder = value(
    await openRsyncBuilder(
      { connection, storeDirectory, env, proofs, buildkitSocket: host.buildkitSocket },
      never,
    ),
  );
  const request = setting.request({ Dockerfile: "FROM busybox\nRUN true\n" });
  value(await builder.solve(request, () => {}, never));
  const cache = { address: `${address}/cache/x:1`, isPlainHttp: true, options: {} };
  const result = await builder.exportCache(request, cache, never);
  await builder.close();
  registry.closeAllConnections();
  registry.close();
  expect(result.ok).toBe(false);
  expect(Array.from(seen)).toEqual([undefined, `Basic ${auth}`]);
});

test("caches go between the machine and a registry that speaks no TLS, whichever way contexts go", async () => {
  const [name = "", port = ""] = rig.registry.address.split(":");
  const door = createSocketServer((socket) => {
    const behind = connect(Number(port), name);
    socket.on("error", () => behind.destroy()).on("close", () => behind.destroy());
    behind.on("error", () => socket.destroy());
    socket.pipe(behind).pipe(socket);
  });
  door.listen(0, setting.host.address.replace(/\d+$/, "1"));
  await once(door, "listening");
  const bound = door.address();
  const at = typeof bound === "object" ? `${bound?.address ?? ""}:${String(bound?.port)}` : "";
  for (const builder of [setting.builder, setting.session]) {
    const word = randomUUID();
    const cache = { address: `${at}/cache/${word}:1`, isPlainHttp: true };
    const request = setting.request(
      { Dockerfile: `FROM busybox\nCOPY word /\nRUN echo ${word} > /x\n`, word },
      { cacheFrom: [cache] },
    );
    value(await builder.solve(request, () => {}, never));
    const written = value(await builder.exportCache(request, { ...cache, options: {} }, never));
    const response = await fetch(`http://${rig.registry.address}/v2/cache/${word}/manifests/1`, {
      headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
    });
    expect(response.headers.get("docker-content-digest")).toBe(written);
    const told: SolveProgress[] = [];
    value(await builder.solve(request, (progress) => told.push(progress), never));
    expect(told.flatMap((one) => (one.kind === "cache" ? [one.state] : []))).toEqual(["reading", "read"]);
  }
  door.close();
});

test("what is not installed is named before anything is built", async () => {
  const { connection, storeDirectory, host, session } = setting;
  const open = (here: string, there: string) =>
    openRsyncBuilder(
      {
        connection: {
          ...connection,
          exec: (command, signal) =>
            connection.exec({ ...command, argv: ["env", `PATH=${there}`, ...command.argv] }, signal),
        },
        storeDirectory,
        buildkitSocket: host.buildkitSocket,
        env: (name) => (name === "PATH" ? here : undefined),
        proofs: session,
      },
      never,
    );
  const path = process.env["PATH"] ?? "";
  for (const [here, there, message] of [
    ["/nowhere", path, "rsync is not installed here"],
    [path, "/nowhere", "buildctl is not installed on the machine"],
    [path, "/usr/local/bin", "rsync is not installed on the machine"],
  ] as const)
    expect(await open(here, there)).toEqual({ ok: false, error: { kind: "failed", message } });
});

test("what a solve had there is gone with it, and everything with the builder", async () => {
  expect(readdirSync(join(root, "work"))).toEqual([]);
  expect(readdirSync(join(root, "incoming"))).toEqual([]);
  await setting.builder.close();
  expect(readdirSync(setting.onHost("/var/tmp"))).toEqual([]);
});
