// The API of Proxmox VE over HTTPS, of one node in memory: what lamina asks of it, as the real one answers, and what goes wrong on
// the way.

import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { text } from "node:stream/consumers";
import { makeCertificate, type TestCertificate } from "./certificate.ts";
import { ApiFault, TestNode } from "./node.ts";

export interface ProxmoxServer {
  readonly url: string;
  readonly tls: TestCertificate;
  readonly node: TestNode;
  /** "user@realm!id=secret" */
  readonly token: string;
  /** Every request with the right token: "POST /nodes/pve/qemu/100/clone". */
  readonly requests: readonly string[];
  /** Connections on which somebody sent something at all. */
  readonly talked: () => number;
  /** From now on. "next-clone-lost": the next clone is begun, and nobody is told. */
  fault: "none" | "silent" | "unreachable-node" | "next-clone-lost" | "token-revoked";
  /** Whether rights come from the resource pool: what is not in it any more is forbidden, not missing. */
  isConfined: boolean;
  /** Paths that the token may not see. */
  hidden: RegExp | undefined;
  /** Resolves when a request has come in. */
  reached(): Promise<void>;
  close(): Promise<void>;
}

const token = "lamina@pve!test=01234567-89ab-cdef-0123-456789abcdef";

export async function openProxmoxServer(): Promise<ProxmoxServer> {
  const tls = makeCertificate();
  const node = new TestNode();
  const requests: string[] = [];
  let reach: (() => void) | undefined;
  let talked = 0;
  const server = createServer({ cert: tls.certificate, key: tls.key }, (request, response) => {
    talked += 1;
    reach?.();
    void answer(request, response);
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    if (rig.fault === "silent") return;
    if (rig.fault === "unreachable-node") {
      refuse(
        response,
        new ApiFault(595, "Errors during connection establishment, proxy handshake: Connection refused"),
      );
      return;
    }
    if (rig.fault === "token-revoked" || request.headers.authorization !== `PVEAPIToken=${token}`) {
      refuse(response, new ApiFault(401, "no such user ('lamina@pve')"));
      return;
    }
    const url = new URL(request.url ?? "/", "https://pve");
    const method = request.method ?? "";
    const path = decodeURIComponent(url.pathname.replace(/^\/api2\/json/, ""));
    requests.push(`${method} ${path}`);
    node.step();
    const parameters = new Map(
      new URLSearchParams(method === "POST" || method === "PUT" ? body : url.search),
    );
    const isLost = rig.fault === "next-clone-lost" && path.endsWith("/clone");
    if (isLost) rig.fault = "none";
    try {
      if (rig.hidden?.test(path) === true) throw new ApiFault(403, `Permission check failed (${path})`);
      const data = serve(node, method, path, parameters) ?? null;
      if (isLost) response.destroy();
      else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ data }));
    } catch (error) {
      const fault = error instanceof ApiFault ? error : new ApiFault(500, String(error));
      const isHidden = rig.isConfined && fault.message.endsWith("does not exist");
      refuse(response, isHidden ? new ApiFault(403, "Permission check failed (/vms, VM.Audit)") : fault);
    }
  };

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const rig: ProxmoxServer = {
    url: `https://127.0.0.1:${address.port}`,
    tls,
    node,
    token,
    requests,
    talked: () => talked,
    fault: "none",
    isConfined: false,
    hidden: undefined,
    reached: () =>
      new Promise((resolve) => {
        reach = resolve;
      }),
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return rig;
}

function serve(
  node: TestNode,
  method: string,
  path: string,
  parameters: ReadonlyMap<string, string>,
): unknown {
  if (method === "GET" && path === "/cluster/resources") return node.resources();
  if (method === "GET" && path === "/nodes") return [{ node: node.name, status: "online", type: "node" }];
  const base = `/nodes/${node.name}`;
  if (method === "GET" && path === `${base}/storage`) return node.storages.map((storage) => ({ storage }));
  if (method === "GET" && path === `${base}/network`)
    return node.bridges.map((iface) => ({ iface, type: "bridge" }));
  if (method === "GET" && path === `${base}/status`) return node.status();
  const task = new RegExp(`^${base}/tasks/([^/]+)/status$`).exec(path);
  if (method === "GET" && task !== null) return node.taskStatus(task[1] ?? "");
  const [, number = "", rest = ""] = new RegExp(`^${base}/qemu/(\\d+)(/.*)?$`).exec(path) ?? [];
  const vmid = Number(number);
  switch (`${method} ${rest}`) {
    case "POST /clone":
      return node.clone(vmid, parameters);
    case "GET /config": {
      const { config, lock } = node.machine(vmid);
      return { ...Object.fromEntries(config), ...(lock === undefined ? {} : { lock }) };
    }
    case "PUT /config":
      return node.configure(vmid, parameters);
    case "GET /status/current": {
      const { status } = node.machine(vmid);
      return { status, qmpstatus: status };
    }
    case "POST /status/start":
      return node.start(vmid);
    case "POST /status/stop":
      return node.stop(vmid);
    case "DELETE ":
      return node.destroy(vmid);
    case "GET /agent/network-get-interfaces":
    case "GET /agent/file-read":
      return node.guest(vmid, rest.replace("/agent/", ""), parameters);
    default:
      throw new ApiFault(501, `Method '${method} ${path}' not implemented`);
  }
}

/** The words stand in the status line. */
function refuse(response: ServerResponse, { status, message, errors }: ApiFault): void {
  response
    .writeHead(status, message, { "content-type": "application/json" })
    .end(JSON.stringify(errors === undefined ? { data: null } : { data: null, errors }));
}
