// External images by name: the port's laws in a real registry and in layouts, and what is particular to each.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { z } from "zod";
import { sha256 } from "../../engine/core/digest.ts";
import type { Registry } from "../../engine/ports/registry.ts";
import { openRegistry } from "../../providers/registry/open-registry.ts";
import { openImageResolver } from "../../providers/registry/resolve.ts";
import { readBlob } from "../../providers/store/oci-layout.ts";
import { type Platform, platform } from "../../schemas/platform.ts";
import { HurriedClock } from "../fakes/hurried-clock.ts";
import { describeImageResolver } from "../ports/images.ts";

const { registry, busybox } = inject("rig");
const never = new AbortController().signal;
const own = platform.parse(`linux/${process.arch === "x64" ? "amd64" : process.arch}`);
const strange = platform.parse("plan9/mips");
const repository = `http://${registry.address}/v2/lamina-test/busybox`;
const anonymous = openImageResolver(registryWith(() => undefined));
const indexType = "application/vnd.oci.image.index.v1+json";
const manifestType = "application/vnd.oci.image.manifest.v1+json";

function registryWith(env: (name: string) => string | undefined): Registry {
  return openRegistry({ env, clock: new HurriedClock(), random: () => 1, plainHttp: new Set() });
}

let directory: string;
/** A digest of an index over the base for this machine, with an attestation beside it. */
let index: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "lamina-resolve-"));
  const size = readBlob(busybox.directory, busybox.digest)?.byteLength;
  const [os, architecture] = own.split("/");
  const base = { mediaType: manifestType, digest: busybox.digest, size };
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: indexType,
    manifests: [
      { ...base, platform: { os, architecture } },
      { ...base, platform: { os: "unknown", architecture: "unknown" } },
    ],
  });
  index = sha256(text);
  const stored = await fetch(`${repository}/manifests/index`, {
    method: "PUT",
    headers: { "content-type": indexType },
    body: text,
  });
  if (stored.status !== 201) throw new Error(`the registry answered with ${stored.status}`);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

describeImageResolver("a registry", () =>
  Promise.resolve({
    resolver: anonymous,
    platform: own,
    strangePlatform: strange,
    known: [
      [busybox.reference, busybox.digest],
      [`${registry.address}/lamina-test/busybox:index`, busybox.digest],
      [`${registry.address}/lamina-test/busybox@${busybox.digest}`, busybox.digest],
      [`${registry.address}/lamina-test/busybox:1@${index}`, busybox.digest],
    ],
    unknown: [
      `${registry.address}/lamina-test/busybox:2`,
      `${registry.address}/no/such/image`,
      `${registry.address}/lamina-test/busybox@sha256:${"0".repeat(64)}`,
    ],
  }),
);

describeImageResolver("a layout", () =>
  Promise.resolve({
    resolver: anonymous,
    platform: own,
    strangePlatform: strange,
    known: [
      [`oci-layout:${busybox.directory}`, busybox.digest],
      [`oci-layout:${busybox.directory}@${busybox.digest}`, busybox.digest],
    ],
    unknown: [
      `oci-layout:${join(directory, "nothing")}`,
      `oci-layout:${busybox.directory}@sha256:${"0".repeat(64)}`,
    ],
  }),
);

test("an index in a layout is followed to the platform's manifest", async () => {
  const layout = join(directory, "with index");
  cpSync(join(busybox.directory, "blobs"), join(layout, "blobs"), { recursive: true });
  const answer = await fetch(`${repository}/manifests/${index}`, { headers: { accept: indexType } });
  const text = await answer.text();
  writeFileSync(join(layout, "blobs", index.replace(":", "/")), text);
  const entry = { mediaType: indexType, digest: index, size: text.length };
  writeFileSync(join(layout, "index.json"), JSON.stringify({ manifests: [entry, entry] }));
  expect(await anonymous.resolve(`oci-layout:${layout}`, own, never)).toEqual({
    ok: true,
    value: busybox.digest,
  });
  expect(await anonymous.resolve(`oci-layout:${layout}@${index}`, own, never)).toEqual({
    ok: true,
    value: busybox.digest,
  });
});

test("of several images in a layout one has to be named", async () => {
  const layout = join(directory, "several");
  cpSync(join(busybox.directory, "blobs"), join(layout, "blobs"), { recursive: true });
  const manifest = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(readFileSync(join(layout, "blobs", busybox.digest.replace(":", "/")), "utf8")));
  const other = JSON.stringify({ ...manifest, annotations: { other: "yes" } });
  const digest = sha256(other);
  writeFileSync(join(layout, "blobs", digest.replace(":", "/")), other);
  const manifests = [busybox.digest, digest].map((one) => ({
    mediaType: manifestType,
    digest: one,
    size: 1,
  }));
  writeFileSync(join(layout, "index.json"), JSON.stringify({ manifests }));
  const image = `oci-layout:${layout}`;
  expect(await anonymous.resolve(image, own, never)).toEqual({
    ok: false,
    error: {
      kind: "unreachable",
      image,
      message: `it holds 2 images for ${own}: say which one with @sha256:…`,
    },
  });
  expect(await anonymous.resolve(`${image}@${digest}`, own, never)).toEqual({ ok: true, value: digest });
});

test.each([
  ["127.0.0.1:2/no/body:there", "connect ECONNREFUSED 127.0.0.1:2"],
  ["Not A Reference", "it is no image reference"],
  ["oci-layout:relative/path", "it names no absolute directory"],
])("%s cannot be asked", async (image, message) => {
  expect(await anonymous.resolve(image, own, never)).toEqual({
    ok: false,
    error: { kind: "unreachable", image, message },
  });
});

/** Answers requests as told, on this machine, while `use` runs; with the address as "127.0.0.1:2234". */
async function withServer(
  answer: (request: IncomingMessage, response: ServerResponse, address: string) => void,
  use: (address: string) => Promise<void>,
): Promise<void> {
  let address = "";
  const server = createServer((request, response) => answer(request, response, address));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = z.custom<AddressInfo>().parse(server.address());
  address = `127.0.0.1:${port}`;
  try {
    await use(address);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  }
}

/** Passes a request on to the rig's registry. */
async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await fetch(`http://${registry.address}${request.url ?? ""}`, {
    headers: { accept: request.headers.accept ?? "" },
  });
  response.writeHead(answer.status).end(new Uint8Array(await answer.arrayBuffer()));
}

function resolverWith(auths: object): ReturnType<typeof openImageResolver> {
  const config = mkdtempSync(join(directory, "docker-"));
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, "config.json"), JSON.stringify({ auths }));
  return openImageResolver(registryWith((name) => (name === "DOCKER_CONFIG" ? config : undefined)));
}

test("a registry that wants a token gets one, anonymous or with the credentials of docker login", async () => {
  const asked: string[] = [];
  const credentials = Buffer.from("user:pass").toString("base64");
  await withServer(
    (request, response, address) => {
      const authorization = request.headers.authorization ?? "none";
      if (request.url?.startsWith("/token") === true) {
        asked.push(`${request.url} ${authorization}`);
        response.end(JSON.stringify({ token: authorization === "none" ? "weak" : "strong" }));
      } else if (authorization === "Bearer strong") void passOn(request, response);
      else {
        const challenge = `Bearer realm="http://${address}/token",service="s",scope="repository:lamina-test/busybox:pull"`;
        response.writeHead(401, { "www-authenticate": challenge }).end();
      }
    },
    async (address) => {
      const image = `${address}/lamina-test/busybox:1`;
      expect(await anonymous.resolve(image, own, never)).toEqual({
        ok: false,
        error: { kind: "unauthorized", image },
      });
      const resolver = resolverWith({ [address]: { auth: credentials } });
      expect(await resolver.resolve(image, own, never)).toEqual({ ok: true, value: busybox.digest });
    },
  );
  const token = "/token?service=s&scope=repository%3Alamina-test%2Fbusybox%3Apull";
  expect(asked).toEqual([`${token} none`, `${token} Basic ${credentials}`]);
});

test("a registry that wants a password gets it", async () => {
  const credentials = Buffer.from("user:pass").toString("base64");
  await withServer(
    (request, response) => {
      if (request.headers.authorization === `Basic ${credentials}`) void passOn(request, response);
      else response.writeHead(401, { "www-authenticate": 'Basic realm="r"' }).end();
    },
    async (address) => {
      const image = `${address}/lamina-test/busybox:1`;
      const resolver = resolverWith({ [`https://${address}`]: { auth: credentials } });
      expect(await resolver.resolve(image, own, never)).toEqual({ ok: true, value: busybox.digest });
      expect(await resolverWith({}).resolve(image, own, never)).toMatchObject({
        error: { kind: "unauthorized" },
      });
    },
  );
});

async function messageFor(image: string): Promise<unknown> {
  const result = await anonymous.resolve(image, own, never);
  return !result.ok && result.error.kind === "unreachable" ? result.error.message : result;
}

test("a registry that sends something else is not believed", async () => {
  const answers: Record<string, [status: number, body: string]> = {
    "/v2/a/manifests/busy": [503, ""],
    "/v2/a/manifests/text": [200, "hello"],
    [`/v2/a/manifests/${busybox.digest}`]: [200, "{}"],
  };
  await withServer(
    (request, response) => {
      const [status, body] = answers[request.url ?? ""] ?? [404, ""];
      response.writeHead(status).end(body);
    },
    async (address) => {
      expect(await messageFor(`${address}/a:busy`)).toBe(`${address} answered with HTTP 503`);
      expect(await messageFor(`${address}/a:text`)).toBe("the registry sent no image manifest");
      expect(await messageFor(`${address}/a@${busybox.digest}`)).toBe(
        `${address} sent ${sha256("{}")} in place of ${busybox.digest}`,
      );
    },
  );
});

test("a question that is canceled is answered at once", async () => {
  const canceller = new AbortController();
  await withServer(
    () => canceller.abort(),
    async (address) => {
      const image = `${address}/never:answers`;
      expect(await anonymous.resolve(image, own, canceller.signal)).toEqual({
        ok: false,
        error: { kind: "unreachable", image, message: "canceled" },
      });
    },
  );
});

test("variants that every machine of an architecture has make no difference", async () => {
  const layout = join(directory, "arm");
  const config = JSON.stringify({ os: "linux", architecture: "arm64", variant: "v8" });
  const manifest = JSON.stringify({ config: { digest: sha256(config), size: config.length } });
  const blobs = join(layout, "blobs", "sha256");
  mkdirSync(blobs, { recursive: true });
  for (const text of [config, manifest]) writeFileSync(join(blobs, sha256(text).slice(7)), text);
  writeFileSync(
    join(layout, "index.json"),
    JSON.stringify({ manifests: [{ digest: sha256(manifest), size: 1 }] }),
  );
  const ask = (wanted: Platform) => anonymous.resolve(`oci-layout:${layout}`, wanted, never);
  expect(await ask(platform.parse("linux/arm64"))).toMatchObject({ ok: true });
  expect(await ask(platform.parse("linux/arm64/v8"))).toMatchObject({ ok: true });
  expect(await ask(platform.parse("linux/arm/v7"))).toMatchObject({
    error: { kind: "platform-missing", offered: ["linux/arm64"] },
  });
});
