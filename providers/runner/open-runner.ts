// The port RunnerOpener: a leased machine's BuildKit at the end of a forwarded socket, driven by buildctl on this machine. Secrets,
// agents and credentials stay here: the machine gets what a step mounts, while it mounts it. Where contexts are to go ahead of
// the build, buildctl runs there.

import type { Clock } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { Builder } from "../../engine/ports/builder.ts";
import type { Machine } from "../../engine/ports/compute.ts";
import type { Runner, RunnerAccess, RunnerFailure, RunnerOpener } from "../../engine/ports/runner.ts";
import type { Connection, Transport, TransportFailure } from "../../engine/ports/transport.ts";
import { openBuilderAt } from "../builder/connect.ts";
import type { ReadEnv } from "../builder/find-tools.ts";
import type { SecretVault } from "../secrets/vault.ts";
import { measureVitals } from "../vitals/measure.ts";
import { runHere, runThere } from "../vitals/shell.ts";
import { openRsyncBuilder } from "./rsync-builder.ts";

export interface RunnerSettings {
  /** Absolute path of the OCI layout that takes the images. */
  readonly storeDirectory: string;
  readonly env: ReadEnv;
  readonly vault?: SecretVault | undefined;
  readonly transport: Transport;
  /** How a machine gets contexts: as buildctl here sends them, or by rsync before it runs there. */
  readonly contextTransport: "session" | "rsync";
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
  { privateKey, deadlineMs, onConnected }: RunnerAccess,
  signal: AbortSignal,
): Promise<Result<Runner, RunnerFailure>> {
  const { transport, clock } = settings;
  const untilMs = clock.nowMs() + deadlineMs;
  const connected = await transport.connect(machine.endpoint, { privateKey, deadlineMs }, signal);
  if (!connected.ok) return err(explain(connected.error, "it cannot be reached"));
  onConnected?.();
  const connection = connected.value;
  const opened = await openOver(connection, settings, machine, untilMs, signal);
  if (!opened.ok) await connection.close();
  return opened;
}

async function openOver(
  connection: Connection,
  settings: RunnerSettings,
  { endpoint, type }: RemoteMachine,
  untilMs: number,
  signal: AbortSignal,
): Promise<Result<Runner, RunnerFailure>> {
  const { storeDirectory, env, vault, clock } = settings;
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
    const opened = await openBuilderAt({ storeDirectory, env, vault }, address, { describe, close }, signal);
    if (opened.ok) {
      const chosen = await chooseBuilder(settings, connection, endpoint.buildkitSocket, opened.value, signal);
      if (!chosen.ok) return err(explain(chosen.error, "it takes no contexts by rsync"));
      const builder = chosen.value;
      const measure = () => measureVitals(runThere(connection), { kind: "machine" });
      return ok({ builder, measure, lost, close: () => builder.close() });
    }
    if (signal.aborted) return err(canceled);
    if (clock.nowMs() >= untilMs) return err({ kind: "not-ready", message: `its BuildKit ${opened.error}` });
    const gone = await isOver;
    if (gone !== undefined) return err({ kind: "not-ready", message: gone.message });
  }
}

/** The one that the settings ask for; `session` is the one over the forwarded socket. */
async function chooseBuilder(
  { contextTransport, storeDirectory, env, vault }: RunnerSettings,
  connection: Connection,
  buildkitSocket: string,
  session: Builder,
  signal: AbortSignal,
): Promise<Result<Builder, TransportFailure>> {
  switch (contextTransport) {
    case "session":
      return ok(session);
    case "rsync":
      return await openRsyncBuilder(
        { connection, buildkitSocket, storeDirectory, env, vault, proofs: session },
        signal,
      );
    default:
      return unreachable(contextTransport);
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
