// Hetzner Cloud's body keeps the port's laws, on a server that speaks its API.

import { type ComputeFault, type ComputeRig, describeCompute } from "../../../ports/compute.ts";
import { type Fault, fieldFaults, type RequestKind } from "../../../rig/hcloud/faults.ts";
import type { HcloudServer } from "../../../rig/hcloud/open-hcloud-server.ts";
import { arm64, openProject, token } from "./project.ts";

describeCompute("hcloud", openRig);

async function openRig(): Promise<ComputeRig> {
  const project = await openProject();
  const { compute, server } = project;
  return {
    compute,
    size: { cpu: 4, memoryGb: 8 },
    platform: arm64,
    credential: token,
    machineIds: () => Promise.resolve(server.servers().map(({ id }) => String(id))),
    plant: ({ leaseId, pool }) => plant(server, leaseId, pool),
    arrange: (fault) => ({ reached: arrange(server, fault) }),
    close: () => project.close(),
  };
}

async function plant(server: HcloudServer, leaseId: string, pool: string | undefined): Promise<string> {
  const answer = await fetch(`${server.endpoint}/servers`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({
      name: `lamina-${leaseId}`,
      server_type: "cax11",
      image: "debian-12",
      labels: pool === undefined ? {} : { "lamina-pool": pool, "lamina-lease": leaseId },
    }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return String(server.servers().at(-1)?.id);
}

function onCreate(struck: Fault): (on: RequestKind) => Fault | undefined {
  return (on) => (on === "POST /servers" ? struck : undefined);
}

/** Resolves when a call that the fault affects is with the server. */
function arrange({ faults }: HcloudServer, fault: ComputeFault): Promise<void> {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { promise: booted, resolve: boot } = Promise.withResolvers<void>();
  const decisions: Readonly<Record<Exclude<ComputeFault, "lost-answer">, typeof faults.decide>> = {
    stalled: () => ({ kind: "silence" }),
    slow: (on) => {
      // While its actions run, a server is locked: deleting it has to wait.
      if (on === "DELETE /servers/{id}") boot();
      return on === "POST /servers" ? { kind: "slow-boot", until: booted } : undefined;
    },
    "no-capacity": onCreate(fieldFaults.unavailable),
    "limit-reached": onCreate(fieldFaults.limitReached),
    refused: () => ({ kind: "error", status: 401, code: "unauthorized", message: `no such token: ${token}` }),
    down: () => ({ kind: "reset" }),
    broken: onCreate({ kind: "action-error", code: "unknown_error", message: "unknown error" }),
  };
  if (fault === "lost-answer") {
    faults.add("POST /servers", { kind: "reset", after: true });
    reach();
    return reached;
  }
  const decide = decisions[fault];
  faults.decide = (on) => {
    // Of a server in the making the first sign is that its action is asked for.
    if (fault !== "slow" || on === "GET /actions") reach();
    return decide?.(on);
  };
  return reached;
}
