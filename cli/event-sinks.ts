// Where the events of a command go beside what it shows: always into a file under .lamina/events, and to NATS where the catalog's
// directives say so.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalSecret } from "../engine/catalog/local-settings.ts";
import type { Host } from "../engine/core/host.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import type { EventSink } from "../engine/ports/event-sink.ts";
import type { BuildDirectives } from "../schemas/build-directives.ts";

/** What of a project is asked here. */
export interface EventSource {
  /** Absolute. */
  readonly root: string;
  readonly workspace: string;
  /** By id, as in .lamina/local.json. */
  readonly secrets: ReadonlyMap<string, LocalSecret>;
}

export interface EventSinkSettings {
  /** Of the run, or of what watches over several. */
  readonly runId: string;
  readonly host: Pick<Host, "clock" | "env">;
  /** What goes wrong with events, each kind once: it makes no build fail. */
  readonly tell: (text: string) => void;
}

/** Opens them. Nothing waits for NATS but the end, and that no longer than two seconds. */
export async function openEventSinks(
  { root, workspace, secrets }: EventSource,
  { nats_events: nats }: Pick<Partial<BuildDirectives>, "nats_events">,
  { runId, host, tell }: EventSinkSettings,
): Promise<EventSink> {
  const { clock } = host;
  const folder = join(root, ".lamina/events");
  const { openJsonlSink } = await import("../providers/sink/jsonl.ts");
  const file = openJsonlSink({ folder, runId, clock, tell });
  if (nats === undefined) return file;
  const [{ openNatsSink }, { teeSinks }] = await Promise.all([
    import("../providers/sink/nats.ts"),
    import("../providers/sink/tee.ts"),
  ]);
  const { servers, prefix, logs, credentials } = nats;
  const readCredentials =
    credentials === undefined ? undefined : () => readSecret(credentials, secrets.get(credentials), host);
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
      return dialNats({ servers, readCredentials }, clock);
    },
    tell,
  });
  return teeSinks([file, messages]);
}

/** What is wrong is said without a word of what the secret holds. */
function readSecret(
  id: string,
  source: LocalSecret | undefined,
  { env }: Pick<Host, "env">,
): Result<string, string> {
  if (source === undefined)
    return err(`the secret "${id}" has no source under \`secrets\` in .lamina/local.json`);
  if (source.from === "env") {
    const value = env(source.variable);
    return value === undefined || value === ""
      ? err(`the secret "${id}" is not there: ${source.variable} is not set`)
      : ok(value);
  }
  try {
    return ok(readFileSync(source.path, "utf8"));
  } catch {
    return err(`the secret "${id}" is not there: ${source.path} cannot be read`);
  }
}
