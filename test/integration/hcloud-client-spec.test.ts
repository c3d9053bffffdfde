// Whether what is asked of Hetzner Cloud is what its OpenAPI document has, and what the document has as answers is understood:
// judged by Prism, which plays the API by the document alone.

import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { z } from "zod";
import { ActionPoller } from "../../providers/compute/hcloud/action-poller.ts";
import {
  actionsAnswer,
  belonging,
  createAnswer,
  deleteAnswer,
  image,
  imageAnswer,
  pricing,
  server,
  serverAnswer,
  serverType,
} from "../../providers/compute/hcloud/answers.ts";
import { HcloudClient } from "../../providers/compute/hcloud/client.ts";
import { deleteServer } from "../../providers/compute/hcloud/delete-server.ts";
import { findNamed } from "../../providers/compute/hcloud/find-servers.ts";
import { openHcloud } from "../../providers/compute/hcloud/hcloud.ts";
import { HurriedClock } from "../fakes/hurried-clock.ts";
import { arm64, newRequest, unheard } from "../providers/compute/hcloud/project.ts";
import { startDaemon } from "../rig/daemon.ts";
import { ownDocument } from "../rig/hcloud/prism-proxy.ts";

/** A path; the provider's whole document, where one has it. */
const document = process.env["LAMINA_TEST_HCLOUD_OPENAPI"] ?? ownDocument;

interface Judged {
  /** "GET /servers?name" */
  readonly asked: string;
  readonly status: number;
  readonly violations: string;
}

const judged: Judged[] = [];
const ends: (() => Promise<unknown>)[] = [];
let endpoint: string;

beforeAll(async () => {
  const require = createRequire(import.meta.url);
  const prism = join(dirname(require.resolve("@stoplight/prism-cli/package.json")), "dist/index.js");
  const args = ["mock", "--errors", "--host", "127.0.0.1", "--port", "0", document];
  const mock = await startDaemon({
    // It tells on stdout what the rig reads of stderr.
    command: ["/bin/sh", "-c", 'exec "$@" >&2', "prism", process.execPath, prism, ...args],
    directory: join(await mkdtemp(join(tmpdir(), "lamina-prism-")), "prism"),
    readyLine: /Prism is listening on (http:\/\/127\.0\.0\.1:\d+)/,
  });
  ends.push(mock.stop);
  endpoint = await openEar(mock.told);
}, 60_000);

afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

beforeEach(() => {
  judged.length = 0;
});

/** Hears what is asked and how Prism judges it, and changes nothing. */
async function openEar(upstream: string): Promise<string> {
  const ear = createServer((request, response) => {
    void (async () => {
      const { method = "", url = "", headers } = request;
      const body = await buffer(request);
      const sent = { method, headers: new Headers({ ...flat(headers) }) };
      sent.headers.delete("connection");
      const answer = await fetch(`${upstream}${url}`, method === "POST" ? { ...sent, body } : sent);
      const { pathname, searchParams } = new URL(url, upstream);
      const names = [...new Set(searchParams.keys())].filter((name) => !name.includes("page"));
      const query = names.length === 0 ? "" : `?${names.join("&")}`;
      judged.push({
        asked: `${method} ${pathname.replace(/\d+/, "{id}")}${query}`,
        status: answer.status,
        violations: answer.headers.get("sl-violations") ?? "",
      });
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  ear.listen(0, "127.0.0.1");
  await once(ear, "listening");
  ends.push(async () => {
    ear.closeAllConnections();
    ear.close();
    await once(ear, "close");
  });
  const address = ear.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${String(address.port)}`;
}

function flat(headers: NodeJS.Dict<string | string[]>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}

function newClient(): HcloudClient {
  const waits = { clock: new HurriedClock(), random: () => 0 };
  return new HcloudClient({ endpoint, token: "t0ken", timeoutMs: 30_000, waits });
}

test("every request that is ever made is one of the document's", async () => {
  const settings = { firewalls: [38], networks: [456], placement_group: 1, ssh_keys: ["mine"] };
  const env = new Map([
    ["HCLOUD_TOKEN", "t0ken"],
    ["HCLOUD_ENDPOINT", endpoint],
  ]);
  const clock = new HurriedClock();
  const opened = openHcloud({ image: "debian-12", settings }, { env: (name) => env.get(name), clock });
  if (!opened.ok) throw new Error(opened.error.message);
  const compute = opened.value;
  await compute.survey(unheard);
  await compute.offers({ cpu: 2, memoryGb: 4 }, arm64, unheard);
  const request = newRequest();
  await compute.create(request, unheard);
  await compute.list(request.pool, unheard);
  await compute.destroy(request, unheard);
  await compute.close();
  const client = newClient();
  await deleteServer({ client, poller: new ActionPoller(client) }, 42, unheard);
  await client.call({ method: "GET", path: "/servers/42" }, serverAnswer, unheard);
  await findNamed(client, request, unheard);
  expect(judged.filter(({ status, violations }) => status >= 300 || violations !== "")).toEqual([]);
  expect(new Set(judged.map(({ asked }) => asked))).toEqual(
    new Set([
      "GET /server_types",
      "GET /pricing",
      "GET /images?name&include_deprecated",
      "GET /images",
      "GET /ssh_keys",
      "GET /firewalls",
      "GET /networks",
      "GET /placement_groups",
      "POST /servers",
      "GET /actions?id",
      "GET /servers?label_selector",
      "GET /servers?name",
      "GET /servers/{id}",
      "DELETE /servers/{id}",
    ]),
  );
});

test("a request that is not one of the document's is told by Prism", async () => {
  const body = { name: 1, labels: [] };
  await newClient().send({ method: "POST", path: "/servers", body }, createAnswer, unheard);
  expect(judged).toMatchObject([{ asked: "POST /servers", status: 422 }]);
});

const order = { name: "lamina-0123456789abcdef", server_type: "cax21", image: "debian-12" };
const understood: readonly (readonly [method: "GET" | "POST" | "DELETE", path: string, shape: z.ZodType])[] =
  [
    ["POST", "/servers", createAnswer],
    ["GET", "/servers/42", serverAnswer],
    ["DELETE", "/servers/42", deleteAnswer],
    ["GET", "/actions?id=1&id=2", actionsAnswer],
    ["GET", "/pricing", pricing],
    ["GET", "/images/42", imageAnswer],
  ];

test.each(understood)("the answer of %s %s is understood", async (method, path, shape) => {
  const body = method === "POST" ? order : undefined;
  const answer = await newClient().send({ method, path, body }, shape, unheard);
  expect(answer).toMatchObject({ ok: true });
});

test.each([
  ["/servers", "servers", server],
  ["/server_types", "server_types", serverType],
  ["/images", "images", image],
  ["/networks", "networks", belonging],
] as const)("the pages of %s are understood", async (path, key, item) => {
  const listed = await newClient().list<unknown>(path, key, item, [], unheard);
  expect(listed).toMatchObject({ ok: true });
  expect(listed.ok && listed.value.length).toBeGreaterThan(0);
});
