// The port RunnerOpener: a leased machine's BuildKit at the end of a forwarded socket, driven by buildctl on this machine. Secrets,
// agents and credentials stay here: the machine gets what a step mounts, while it mounts it.

import type { Clock } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { Machine } from "../../engine/ports/compute.ts";
import type { Runner, RunnerAccess, RunnerFailure, RunnerOpener } from "../../engine/ports/runner.ts";
import type { Connection, Transport, TransportFailure } from "../../engine/ports/transport.ts";
import { openBuilderAt } from "../builder/connect.ts";
import type { ReadEnv } from "../builder/find-tools.ts";
import { measureVitals } from "../vitals/measure.ts";
import { runHere, runThere } from "../vitals/shell.ts";

export interface RunnerSettings {
  /** Absolute path of the OCI layout that takes the images. */
  readonly storeDirectory: string;
  readonly env: ReadEnv;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Opens this machine's own builder, for a machine that is this one. */
  readonly openLocal: (signal: AbortSignal) => Promise<Result<Runner["builder"], string>>;
}

/** Before buildkitd is asked again, while the machine boots. */
const askAgainMs = 500;

export function runnerOpener(settings: RunnerSettings): RunnerOpener {
  return {
    open: (machine, access, signal) =>
      machine.endpoint.kind === "local"
        ? openLocalRunner(settings, signal)
        : openRemoteRunner(settings, { ...machine, endpoint: machine.endpoint }, access, signal),
  };
}

async function openLocalRunner(
  { openLocal }: RunnerSettings,
  signal: AbortSignal,
): Promise<Result<Runner, RunnerFailure>> {
  const opened = await openLocal(signal);
  if (!opened.ok) return err(signal.aborted ? canceled : { kind: "not-ready", message: opened.error });
  const builder = opened.value;
  return ok({
    builder,
    measure: () => measureVitals(runHere, { kind: "cgroup", path: "/buildkit" }),
    lost: new Promise(() => {}),
    close: () => builder.close(),
  });
}

type RemoteMachine = Machine & { readonly endpoint: Extract<Machine["endpoint"], { kind: "ssh" }> };

async function openRemoteRunner(
  settings: RunnerSettings,
  machine: RemoteMachine,
  { privateKey, deadlineMs }: RunnerAccess,
  signal: AbortSignal,
): Promise<Result<Runner, RunnerFailure>> {
  const { transport, clock } = settings;
  const untilMs = clock.nowMs() + deadlineMs;
  const connected = await transport.connect(machine.endpoint, { privateKey, deadlineMs }, signal);
  if (!connected.ok) return err(explain(connected.error, "it cannot be reached"));
  const connection = connected.value;
  const opened = await openOver(connection, settings, machine, untilMs, signal);
  if (!opened.ok) await connection.close();
  return opened;
}

async function openOver(
  connection: Connection,
  { storeDirectory, env, clock }: RunnerSettings,
  { endpoint, type }: RemoteMachine,
  untilMs: number,
  signal: AbortSignal,
): Promise<Result<Runner, RunnerFailure>> {
  const forwarded = await connection.forwardSocket(endpoint.buildkitSocket);
  if (!forwarded.ok) return err(explain(forwarded.error, "its BuildKit cannot be reached"));
  const address = `unix://${forwarded.value.path}`;
  const describe = (version: string) => `buildkitd ${version} on a ${type} at ${endpoint.host}`;
  const lost = connection.lost.then((failure) => ({ message: messageOf(failure) }));
  for (;;) {
    const isOver = Promise.race([
      lost,
      new Promise<undefined>((resolve) => clock.after(askAgainMs, () => resolve(undefined))),
    ]);
    const close = () => connection.close();
    const opened = await openBuilderAt({ storeDirectory, env }, address, { describe, close }, signal);
    if (opened.ok) {
      const measure = () => measureVitals(runThere(connection), { kind: "machine" });
      return ok({ builder: opened.value, measure, lost, close });
    }
    if (signal.aborted) return err(canceled);
    if (clock.nowMs() >= untilMs) return err({ kind: "not-ready", message: `its BuildKit ${opened.error}` });
    const gone = await isOver;
    if (gone !== undefined) return err({ kind: "not-ready", message: gone.message });
  }
}

const canceled: RunnerFailure = { kind: "canceled" };

function explain(failure: TransportFailure, what: string): RunnerFailure {
  switch (failure.kind) {
    case "canceled":
      return canceled;
    case "host-key-mismatch":
    case "refused":
      return { kind: "refused", message: failure.message };
    default:
      return { kind: "not-ready", message: `${what}: ${failure.message}` };
  }
}

function messageOf(failure: TransportFailure): string {
  return failure.kind === "canceled" ? "canceled" : failure.message;
}
