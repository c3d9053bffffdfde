// A real container registry (distribution) on a free port of 127.0.0.1, and the way to put an image layout into it.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type RunningDaemon, startDaemon } from "./daemon.ts";

/** `told` of the result is the address, "127.0.0.1:40123". Images lie under `directory`, which the end removes. */
export async function startRegistry(program: string, directory: string): Promise<RunningDaemon> {
  await mkdir(directory, { recursive: true });
  const config = join(directory, "config.yml");
  await writeFile(
    config,
    `version: 0.1
log: { level: info }
storage:
  filesystem: { rootdirectory: ${join(directory, "images")} }
  delete: { enabled: true }
http: { addr: "127.0.0.1:0" }
`,
  );
  return await startDaemon({
    command: [program, "serve", config],
    directory,
    readyLine: /listening on (127\.0\.0\.1:\d+)/,
  });
}

const descriptor = z.looseObject({ mediaType: z.string(), digest: z.string() });
const indexShape = z.looseObject({ manifests: z.tuple([descriptor]) });
const manifestShape = z.looseObject({ config: descriptor, layers: z.array(descriptor) });

/** Puts the one image of a layout into a registry, by the distribution API; returns its reference. */
export async function pushLayout(
  directory: string,
  registry: string,
  name: string,
  tag: string,
): Promise<string> {
  const blob = async (digest: string): Promise<Buffer> =>
    await readFile(join(directory, "blobs", digest.replace(":", "/")));
  const repository = `http://${registry}/v2/${name}`;
  const index = indexShape.parse(JSON.parse(await readFile(join(directory, "index.json"), "utf8")));
  const [{ mediaType, digest }] = index.manifests;
  const manifest = await blob(digest);
  const { config, layers } = manifestShape.parse(JSON.parse(manifest.toString()));
  for (const part of [config, ...layers]) {
    const opened = await send("POST", `${repository}/blobs/uploads/`);
    const upload = new URL(opened.headers.get("location") ?? "", repository);
    upload.searchParams.set("digest", part.digest);
    await send("PUT", upload.href, await blob(part.digest), "application/octet-stream");
  }
  await send("PUT", `${repository}/manifests/${tag}`, manifest, mediaType);
  return `${registry}/${name}:${tag}`;
}

async function send(method: string, url: string, body?: Buffer, type?: string): Promise<Response> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    ...(type === undefined ? {} : { headers: { "content-type": type } }),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${String(response.status)} ${await response.text()}`);
  return response;
}
