// The last gate before anything is shown, written or sent: events without what a run's secrets hold. What builders say has been
// through the same redactor by then, piece by piece; here it goes once more, whole.

import type { Event } from "../engine/events/event.ts";
import type { EventSink } from "../engine/ports/event-sink.ts";
import type { SecretVault } from "../providers/secrets/vault.ts";
import { event as eventSchema } from "../schemas/event.ts";

/** Passes events on to `sink`. With the end of a run its secrets are forgotten. */
export function redactEvents(sink: EventSink, vault: SecretVault): EventSink {
  return {
    emit: (event) => {
      sink.emit(vault.values.length === 0 ? event : redactEvent(event, vault));
      if (event.type === "run.completed") vault.forget();
    },
    close: () => sink.close(),
  };
}

function redactEvent(event: Event, { redactor }: SecretVault): Event {
  const text = JSON.stringify(event);
  const redacted = redactor.redact(text);
  if (redacted === text) return event;
  return (
    readEvent(redacted) ?? { type: "run.note", at: event.at, text: "an event that held a secret is left out" }
  );
}

/** Undefined where what was blanked was more than a text. */
function readEvent(json: string): Event | undefined {
  try {
    const parsed = eventSchema.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
