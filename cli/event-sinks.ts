// Where the events of a command go beside what it shows: always into a file under .lamina/events, and to NATS where the catalog's
// directives say so.

import { join } from "node:path";
import type { Clock } from "../engine/core/host.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import type { SecretSource } from "../engine/core/secret-source.ts";
import type { EventSink } from "../engine/ports/event-sink.ts";
import { explainMissingSecret } from "../engine/run/layer-failure.ts";
import type { SecretVault } from "../providers/secrets/vault.ts";
import type { BuildDirectives } from "../schemas/build-directives.ts";

/** What of a project is asked here. */
export interface EventSource {
  /** Absolute. */
  readonly root: string;
  readonly workspace: string;
  /** By id. */
  readonly secrets: ReadonlyMap<string, SecretSource>;
}

export interface EventSinkSettings {
  /** Of the run, or of what watches over several. */
  readonly runId: string;
  readonly clock: Clock;
  readonly vault: SecretVault;
  /** What goes wrong with events, each kind once: it makes no build fail. */
  readonly tell: (text: string) => void;
}

/** For a command that somebody has to confirm. */
const credentialsMs = 60_000;

/** Opens them. Nothing waits for NATS but the end, and that no longer than two seconds. */
export async function openEventSinks(
  { root, workspace, secrets }: EventSource,
  { nats_events: nats }: Pick<Partial<BuildDirectives>, "nats_events">,
  { runId, clock, vault, tell }: EventSinkSettings,
): Promise<EventSink> {
  const folder = join(root, ".lamina/events");
  const { openJsonlSink } = await import("../providers/sink/jsonl.ts");
  const file = openJsonlSink({ folder, runId, clock, tell });
  if (nats === undefined) return file;
  const [{ openNatsSink }, { teeSinks }] = await Promise.all([
    import("../providers/sink/nats.ts"),
    import("../providers/sink/tee.ts"),
  ]);
  const { servers, prefix, logs, credentials } = nats;
  const messages = openNatsSink({
    prefix,
    workspace,
    session: runId,
    logs,
    folder: join(folder, "spool"),
    clock,
    dial: async () => {
      // The client is loaded beside what the command does, not before it.
      const { dialNats } = await import("../providers/sink/nats-wire.ts");
      const read =
        credentials === undefined
          ? undefined
          : await readSecret(credentials, secrets.get(credentials), vault);
      const readCredentials = read === undefined ? undefined : () => read;
      return dialNats({ servers, readCredentials }, clock);
    },
    tell,
  });
  return teeSinks([file, messages]);
}

/** What is wrong is said without a word of what the secret holds. */
async function readSecret(
  id: string,
  source: SecretSource | undefined,
  vault: SecretVault,
): Promise<Result<string, string>> {
  if (source === undefined)
    return err(`the secret "${id}" has no source: name one under \`secrets\` in .lamina/local.json`);
  const read = await vault.read(source, AbortSignal.timeout(credentialsMs));
  if (read.ok && read.value.length > 0) return ok(read.value.toString());
  const failure = read.ok ? ({ kind: "absent" } as const) : read.error;
  return err(
    failure.kind === "canceled"
      ? `the secret "${id}" was not there within ${credentialsMs / 1000} s`
      : explainMissingSecret(id, source, failure).message,
  );
}
