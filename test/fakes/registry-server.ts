// A registry over real HTTP with the ways of registries that cannot run here: it keeps everything in memory, checks what a registry
// checks, and differs where `ways` say so. Whoever makes it names the source of each way.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import { sha256 } from "../../engine/core/digest.ts";
import { parseRegistryAddress, type RegistryAddress } from "../../schemas/registry-address.ts";

export interface RegistryWays {
  /** Who may come in; absent: everybody. Anonymous users may pull, with a token, where `anonymousPull` says so. */
  readonly login?:
    | {
        readonly kind: "basic" | "bearer";
        readonly username: string;
        readonly password: string;
        readonly anonymousPull?: boolean;
        /** As the token's answer says; absent: it says nothing. */
        readonly expiresInS?: number;
        readonly tokenField?: "token" | "access_token";
      }
    | undefined;
  /** A token for several repositories is for the last one alone. */
  readonly lastScopeOnly?: boolean;
  readonly headLacksDigest?: boolean;
  /** A mount is answered as if nothing could be mounted. */
  readonly neverMounts?: boolean;
  /** A larger PATCH is refused with a 416. */
  readonly maxPieceBytes?: number;
  /** What deleting does: a tag alone; nothing but manifests by digest (with the status and code for tags); nothing at all. */
  readonly deletes?: "tags" | { readonly status: number; readonly code: string } | "nothing";
  readonly catalog?: "listed" | "unauthorized" | "missing";
  /** Blobs are given out elsewhere, where a password must not go. */
  readonly redirectsBlobs?: boolean;
  readonly perPage?: number;
}

export interface LoggedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly authorization: string | undefined;
}

type Interruption = (request: LoggedRequest, response: ServerResponse) => boolean;

interface Upload {
  readonly repository: string;
  bytes: Buffer;
}

const indexShape = z.looseObject({
  config: z.looseObject({ digest: z.string() }).optional(),
  layers: z.array(z.looseObject({ digest: z.string() })).default([]),
  manifests: z.array(z.looseObject({ digest: z.string() })).default([]),
});

export class RegistryServer {
  readonly #ways: RegistryWays;
  readonly #server: Server;
  readonly #blobs = new Map<string, Buffer>();
  readonly #manifests = new Map<string, { readonly type: string; readonly bytes: Buffer }>();
  readonly #tags = new Map<string, Map<string, string>>();
  readonly #uploads = new Map<string, Upload>();
  readonly #tokens = new Map<string, { readonly scopes: readonly string[]; readonly isUser: boolean }>();
  #made = 0;
  readonly requests: LoggedRequest[] = [];
  /** Answers in the registry's place where it returns true. */
  interrupt: Interruption = () => false;

  constructor(ways: RegistryWays) {
    this.#ways = ways;
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  async start(): Promise<RegistryAddress> {
    await new Promise<void>((resolve) => void this.#server.listen(0, "127.0.0.1", resolve));
    const address = parseRegistryAddress(this.#host);
    if (address === undefined) throw new Error(`${this.#host} is no address`);
    return address;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  /** Takes all tokens back that were given out. */
  revoke(): void {
    this.#tokens.clear();
  }

  /** Puts other bytes in a blob's place. */
  spoil(repository: string, digest: string, bytes: Buffer): void {
    this.#blobs.set(`${repository}@${digest}`, bytes);
  }

  /** "GET /token?…" and the like, in order. */
  get lines(): readonly string[] {
    return this.requests.map(({ method, url }) => `${method} ${url}`);
  }

  get #host(): string {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? `127.0.0.1:${address.port}` : "";
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: target = "", headers } = request;
    const logged = { method, url: target, authorization: headers.authorization };
    this.requests.push(logged);
    if (this.interrupt(logged, response)) return;
    const url = new URL(target, `http://${this.#host}`);
    if (url.pathname === "/token" && method === "GET")
      return this.#giveToken(url.searchParams.getAll("scope"), headers.authorization, response);
    if (url.pathname.startsWith("/elsewhere/")) {
      const bytes = this.#blobs.get(decodeURIComponent(url.pathname.slice("/elsewhere/".length)));
      return void response.writeHead(headers.authorization === undefined ? 200 : 400).end(bytes);
    }
    const body = await readBody(request).catch(() => undefined);
    if (body === undefined) return;
    // With an identity token, which is the password here (distribution, docs/spec/auth/oauth.md).
    if (url.pathname === "/token") {
      const form = new URLSearchParams(body.toString());
      const token = form.get("grant_type") === "refresh_token" ? (form.get("refresh_token") ?? "") : "";
      return this.#giveToken((form.get("scope") ?? "").split(" "), this.#basic(token), response);
    }
    const [, repository = "", kind = "", rest = ""] =
      /^\/v2\/(.+?)\/(manifests|blobs|tags|upload)\/(.*)$/.exec(url.pathname) ?? [];
    const from = url.searchParams.get("from");
    const mayMount = from === null || this.#mayCome(from, "GET", headers.authorization);
    if (!mayMount || !this.#mayCome(repository, method, headers.authorization))
      return this.#challenge(repository, method, response);
    if (url.pathname === "/v2/_catalog") return this.#listRepositories(url, response);
    if (kind === "tags") return this.#listTags(repository, url, response);
    if (kind === "manifests")
      return this.#manifest(method, repository, rest, headers["content-type"], body, response);
    if (kind === "blobs" && rest === "uploads/") return this.#openUpload(repository, url, response);
    if (kind === "blobs") return this.#blob(method, repository, rest, headers.range, response);
    if (kind === "upload") return this.#upload(method, rest, url, headers["content-range"], body, response);
    refuse(response, 404, "UNSUPPORTED");
  }

  #mayCome(repository: string, method: string, authorization: string | undefined): boolean {
    const { login } = this.#ways;
    if (login === undefined) return true;
    if (login.kind === "basic") return authorization === this.#basic();
    const token = this.#tokens.get((authorization ?? "").replace(/^Bearer /, ""));
    if (token === undefined) return false;
    const action = method === "GET" || method === "HEAD" ? "pull" : method === "DELETE" ? "delete" : "push";
    if (repository === "") return token.isUser;
    return token.scopes.some(
      (scope) => scope.startsWith(`repository:${repository}:`) && scope.includes(action),
    );
  }

  #challenge(repository: string, method: string, response: ServerResponse): void {
    const action =
      method === "GET" || method === "HEAD" ? "pull" : method === "DELETE" ? "delete" : "pull,push";
    const scope = repository === "" ? "registry:catalog:*" : `repository:${repository}:${action}`;
    const bearer = `Bearer realm="http://${this.#host}/token",service="registry.test",scope="${scope}"`;
    response.setHeader("www-authenticate", this.#ways.login?.kind === "basic" ? 'Basic realm="r"' : bearer);
    refuse(response, 401, "UNAUTHORIZED", "authentication required");
  }

  #basic(password = this.#ways.login?.password): string {
    return `Basic ${Buffer.from(`${this.#ways.login?.username}:${password}`).toString("base64")}`;
  }

  #giveToken(asked: readonly string[], authorization: string | undefined, response: ServerResponse): void {
    const { login, lastScopeOnly = false } = this.#ways;
    const isUser = authorization === this.#basic();
    if (!isUser && (authorization !== undefined || login?.anonymousPull !== true))
      return refuse(response, 401, "UNAUTHORIZED", "incorrect username or password");
    const given = asked
      .slice(lastScopeOnly ? -1 : 0)
      .map((scope) => (isUser ? scope : scope.replace(/:[^:]*$/, ":pull")));
    this.#made += 1;
    const token = `token-${this.#made}-of-the-registry`;
    this.#tokens.set(token, { scopes: given, isUser });
    const life = login?.expiresInS === undefined ? {} : { expires_in: login.expiresInS };
    response.end(JSON.stringify({ [login?.tokenField ?? "token"]: token, ...life }));
  }

  #listRepositories(url: URL, response: ServerResponse): void {
    const { catalog = "listed" } = this.#ways;
    if (catalog === "unauthorized")
      return refuse(response, 401, "UNAUTHORIZED", "unauthorized to list catalog");
    if (catalog === "missing") return refuse(response, 404, "NOT_FOUND");
    this.#givePage("repositories", Array.from(this.#tags.keys()).sort(), url, response);
  }

  #listTags(repository: string, url: URL, response: ServerResponse): void {
    const tags = this.#tags.get(repository);
    if (tags === undefined) return refuse(response, 404, "NAME_UNKNOWN");
    this.#givePage("tags", Array.from(tags.keys()).sort(), url, response);
  }

  #givePage(what: "tags" | "repositories", all: readonly string[], url: URL, response: ServerResponse): void {
    const { perPage = 100 } = this.#ways;
    const last = url.searchParams.get("last") ?? "";
    const rest = all.filter((name) => name > last);
    const page = rest.slice(0, perPage);
    // Relative, as distribution gives it.
    if (rest.length > perPage)
      response.setHeader("link", `<${url.pathname}?n=${perPage}&last=${page.at(-1) ?? ""}>; rel="next"`);
    response.end(JSON.stringify({ name: "x", [what]: page.length === 0 ? null : page }));
  }

  #manifest(
    method: string,
    repository: string,
    version: string,
    type: string | undefined,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const tags = this.#tags.get(repository) ?? new Map<string, string>();
    const digest = version.includes(":") ? version : (tags.get(version) ?? "");
    const kept = this.#manifests.get(`${repository}@${digest}`);
    if (method === "PUT") {
      const spoken = indexShape.parse(JSON.parse(body.toString()));
      const blobs = [...(spoken.config === undefined ? [] : [spoken.config]), ...spoken.layers];
      const isThere =
        blobs.every((blob) => this.#blobs.has(`${repository}@${blob.digest}`)) &&
        spoken.manifests.every((child) => this.#manifests.has(`${repository}@${child.digest}`));
      if (!isThere) return refuse(response, 404, "MANIFEST_BLOB_UNKNOWN");
      const own = sha256(body);
      this.#manifests.set(`${repository}@${own}`, { type: type ?? "", bytes: body });
      if (!version.includes(":")) tags.set(version, own);
      this.#tags.set(repository, tags);
      response.writeHead(201, { "docker-content-digest": own }).end();
    } else if (method === "DELETE") {
      const { deletes = "tags" } = this.#ways;
      if (deletes === "nothing") return refuse(response, 405, "UNSUPPORTED", "The operation is unsupported.");
      if (!version.includes(":") && deletes !== "tags") return refuse(response, deletes.status, deletes.code);
      if (kept === undefined) return refuse(response, 404, "MANIFEST_UNKNOWN");
      if (version.includes(":")) this.#manifests.delete(`${repository}@${version}`);
      for (const [tag, target] of tags) if (tag === version || target === version) tags.delete(tag);
      response.writeHead(202).end();
    } else {
      if (kept === undefined) return refuse(response, 404, "MANIFEST_UNKNOWN");
      const told = this.#ways.headLacksDigest === true ? {} : { "docker-content-digest": digest };
      const length = { "content-length": String(kept.bytes.byteLength) };
      response.writeHead(200, { "content-type": kept.type, ...told, ...length });
      response.end(method === "HEAD" ? undefined : kept.bytes);
    }
  }

  #blob(
    method: string,
    repository: string,
    digest: string,
    range: string | undefined,
    response: ServerResponse,
  ): void {
    const key = `${repository}@${digest}`;
    const bytes = this.#blobs.get(key);
    if (bytes === undefined) return refuse(response, 404, "BLOB_UNKNOWN");
    if (this.#ways.redirectsBlobs === true && method === "GET") {
      // Another host to a client, though it leads here.
      const elsewhere = `http://localhost:${this.#host.split(":")[1] ?? ""}/elsewhere/${encodeURIComponent(key)}`;
      return void response.writeHead(307, { location: elsewhere }).end();
    }
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? "0");
    const part = { "content-range": `bytes ${start}-${bytes.byteLength - 1}/${bytes.byteLength}` };
    const length = { "content-length": String(bytes.byteLength - start) };
    response.writeHead(start > 0 ? 206 : 200, { ...length, ...(start > 0 ? part : {}) });
    response.end(method === "HEAD" ? undefined : bytes.subarray(start));
  }

  #openUpload(repository: string, url: URL, response: ServerResponse): void {
    const mounted = url.searchParams.get("mount");
    const blob = this.#blobs.get(`${url.searchParams.get("from") ?? ""}@${mounted ?? ""}`);
    if (mounted !== null && blob !== undefined && this.#ways.neverMounts !== true) {
      this.#blobs.set(`${repository}@${mounted}`, blob);
      return void response.writeHead(201).end();
    }
    this.#made += 1;
    const id = `u${this.#made}`;
    this.#uploads.set(id, { repository, bytes: Buffer.alloc(0) });
    response.writeHead(202, { location: `/v2/${repository}/upload/${id}?state=kept` }).end();
  }

  #upload(
    method: string,
    id: string,
    url: URL,
    range: string | undefined,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const upload = this.#uploads.get(id);
    if (upload === undefined || url.searchParams.get("state") !== "kept")
      return refuse(response, 404, "BLOB_UPLOAD_UNKNOWN");
    const stands = (status: number): void =>
      void response
        .writeHead(status, {
          location: url.pathname + url.search,
          range: `0-${Math.max(upload.bytes.byteLength - 1, 0)}`,
        })
        .end();
    if (method === "GET") return stands(204);
    if (method === "DELETE") {
      this.#uploads.delete(id);
      return void response.writeHead(204).end();
    }
    if (method === "PATCH") {
      const tooLarge = body.byteLength > (this.#ways.maxPieceBytes ?? Number.POSITIVE_INFINITY);
      if (tooLarge || Number(range?.split("-")[0]) !== upload.bytes.byteLength)
        return refuse(response, 416, "REQUESTED_RANGE_NOT_SATISFIABLE");
      upload.bytes = Buffer.concat([upload.bytes, body]);
      return stands(202);
    }
    const whole = Buffer.concat([upload.bytes, body]);
    const digest = url.searchParams.get("digest") ?? "";
    this.#uploads.delete(id);
    if (sha256(whole) !== digest) return refuse(response, 400, "DIGEST_INVALID");
    this.#blobs.set(`${upload.repository}@${digest}`, whole);
    response.writeHead(201, { "docker-content-digest": digest }).end();
  }

  /** Uploads that were begun, and neither ended nor abandoned. */
  get openUploads(): number {
    return this.#uploads.size;
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of request) if (piece instanceof Uint8Array) pieces.push(piece);
  return Buffer.concat(pieces);
}

function refuse(response: ServerResponse, status: number, code: string, message = ""): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ errors: [{ code, message }] }));
}
