// Machines leased for a run of a project: the provider, the keys, the journal, and the wire to each machine.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Host } from "../engine/core/host.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import type { Compute } from "../engine/ports/compute.ts";
import type { EventSink } from "../engine/ports/event-sink.ts";
import type { Project } from "../engine/project.ts";
import { Fleet } from "../engine/run/fleet.ts";
import { LeaseJournal } from "../engine/run/lease-journal.ts";
import { tellSilence } from "../engine/run/tell-silence.ts";
import { processTable } from "../providers/host/process-identity.ts";
import { findLacking } from "../providers/runner/find-lacking.ts";
import { runnerOpener } from "../providers/runner/open-runner.ts";
import type { SecretVault } from "../providers/secrets/vault.ts";
import { makeKeyPair } from "../providers/transport/keys.ts";
import { sshTransport } from "../providers/transport/ssh.ts";
import { runners as runnersSchema } from "../schemas/build-directives.ts";
import { isLeaseId, type LeaseId } from "../schemas/lease-id.ts";
import { type ComputeRefusal, type LeasingProvider, openCompute } from "./open-compute.ts";
import { poolName } from "./pool-name.ts";
import { openBuilder } from "./wire.ts";

export interface OpenedProvider {
  readonly compute: Compute;
  readonly createFleet: (sink: EventSink, runId: string) => Fleet;
}

/** Opens the provider; nothing is leased yet. Its Compute is to be closed after every fleet was. */
export async function openProvider(
  provider: LeasingProvider,
  { graph, directives }: Pick<Project, "graph" | "directives">,
  host: Host,
  vault: SecretVault,
): Promise<Result<OpenedProvider, ComputeRefusal>> {
  const env = (name: string) => host.env(name);
  const runners = runnersSchema.parse(directives.runners ?? {});
  const lacking = findLacking(runners.transport, env);
  if (lacking !== undefined) return err({ kind: "environment", ...lacking });
  const opened = await openCompute(provider, directives.runners, host);
  if (!opened.ok) return err(opened.error);
  const compute = opened.value;
  const { root } = graph;
  const { clock, files } = host;
  const opener = runnerOpener({
    storeDirectory: join(root, ".lamina/store"),
    env,
    vault,
    transport: sshTransport(),
    contextTransport: runners.transport,
    clock,
    openLocal: async (signal) => {
      const builder = await openBuilder(root, signal, vault);
      return builder.ok
        ? builder
        : err(builder.error.attempts.map(({ way, reason }) => `${way}: ${reason}`).join("; "));
    },
  });
  return ok({
    compute,
    createFleet: (sink, runId) =>
      new Fleet({
        compute: tellSilence(compute, { clock, sink }),
        opener,
        journal: new LeaseJournal(files, join(root, ".lamina/leases")),
        sink,
        clock,
        pool: poolName(graph.workspace),
        runId,
        owner: processTable.self,
        loginKey: makeKeyPair(),
        makeKeyPair,
        makeLeaseId,
        expiresMs: runners.expires_min * 60_000,
        readyTimeoutMs: runners.ready_timeout_s * 1000,
        policy: {
          reuse: runners.reuse,
          maxMachines: runners.max_machines,
          maxEurPerHour: runners.max_eur_per_hour,
          maxCreatesPerHour: runners.max_creates_per_hour,
        },
      }),
  });
}

const letters = "abcdefghijklmnopqrstuvwxyz234567";

function makeLeaseId(): LeaseId {
  const id = Array.from(randomBytes(16), (byte) => letters[byte % letters.length]).join("");
  if (!isLeaseId(id)) throw new Error(`${id} is no lease id`);
  return id;
}
