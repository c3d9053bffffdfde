// Requests to the API of Proxmox VE (pve.proxmox.com/pve-docs/api-viewer): what is asked comes in; what of the answer is known,
// or an ApiFailure, comes out. Tried again where that is due. No failure holds the token.

import { z } from "zod";
import type { Clock } from "../../../engine/core/host.ts";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import { sleep } from "../../../engine/core/sleep.ts";
import type { PinnedAnswer, PinnedHttps } from "../../host/pinned-https.ts";
import { type ApiFailure, readFailure } from "./api-failure.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below /api2/json: "/cluster/resources". */
  readonly path: string;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
}

export interface ClientSettings {
  /** Without a slash at its end: "https://pve.example:8006". */
  readonly endpoint: string;
  /** "user@realm!id=secret" */
  readonly token: string;
  readonly https: PinnedHttps;
  readonly clock: Clock;
  /** For one answer. */
  readonly timeoutMs: number;
  /** Whether what fails for a while is tried again; true by default. */
  readonly retries?: boolean | undefined;
}

const maxUnanswered = 5;
/** About five minutes: others' clones and backups take that long. */
const maxLocked = 60;
const firstWaitMs = 1000;
const maxWaitMs = 5000;
const taskPollMs = 1000;
/** Of who asks once and wants to know now. */
const briefTimeoutMs = 5000;

const taskStatus = z.looseObject({ status: z.string(), exitstatus: z.string().optional() });
const taskId = z.string().startsWith("UPID:");

export class ProxmoxClient {
  readonly #settings: ClientSettings;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  get clock(): Clock {
    return this.#settings.clock;
  }

  /** The same client without patience: asks once, and waits some seconds for an answer. */
  get brief(): ProxmoxClient {
    const timeoutMs = Math.min(briefTimeoutMs, this.#settings.timeoutMs);
    return new ProxmoxClient({ ...this.#settings, timeoutMs, retries: false });
  }

  /** Once. */
  async send<T>(
    { method, path, parameters }: ApiRequest,
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<Result<T, ApiFailure>> {
    if (signal.aborted) return err({ kind: "canceled" });
    const { endpoint, token, https, timeoutMs } = this.#settings;
    const form = new URLSearchParams(parameters).toString();
    const inBody = method === "POST" || method === "PUT";
    const sent = await https.send(
      {
        method,
        url: `${endpoint}/api2/json${path}${inBody || form === "" ? "" : `?${form}`}`,
        headers: {
          authorization: `PVEAPIToken=${token}`,
          accept: "application/json",
          ...(inBody ? { "content-type": "application/x-www-form-urlencoded" } : {}),
        },
        body: inBody ? form : undefined,
        timeoutMs,
      },
      signal,
    );
    const what = `Proxmox VE, ${method} ${path}`;
    if (!sent.ok) {
      const { kind, message } = sent.error;
      if (kind === "canceled") return err({ kind });
      return err({ kind: kind === "untrusted" ? kind : "unanswered", message: `${what}: ${message}` });
    }
    const { status, body } = sent.value;
    if (status < 200 || status >= 300) {
      // A message that repeats what it was asked must not give the token away.
      return err(readFailure(status, what, wordsOf(sent.value).replaceAll(secretOf(token), "***")));
    }
    const parsed = z.looseObject({ data: shape }).safeParse(parseJson(body));
    if (parsed.success) return ok(parsed.data.data);
    const [issue] = parsed.error.issues;
    const where = issue === undefined ? "" : ` at ${issue.path.join(".")}: ${issue.message}`;
    return err({ kind: "unanswered", message: `${what}: the answer is not what it should be${where}` });
  }

  /** Tried again while it is not answered or something is locked: for requests that may take effect twice without harm. */
  call<T>(request: ApiRequest, shape: z.ZodType<T>, signal: AbortSignal): Promise<Result<T, ApiFailure>> {
    return this.retry(() => this.send(request, shape, signal), signal);
  }

  /** A request that starts a task, and the task to its end. Tried again as `call` does. */
  run(request: ApiRequest, signal: AbortSignal): Promise<Result<void, ApiFailure>> {
    return this.retry(() => this.runOnce(request, signal), signal);
  }

  /** The same, without another try of the request. */
  async runOnce(request: ApiRequest, signal: AbortSignal): Promise<Result<void, ApiFailure>> {
    const started = await this.send(request, taskId, signal);
    return started.ok
      ? this.#waitForTask(started.value, `${request.method} ${request.path}`, signal)
      : started;
  }

  async retry<T>(
    attempt: () => Promise<Result<T, ApiFailure>>,
    signal: AbortSignal,
  ): Promise<Result<T, ApiFailure>> {
    const spent = { unanswered: 0, locked: 0 };
    for (;;) {
      const result = await attempt();
      if (result.ok || this.#settings.retries === false) return result;
      const { kind } = result.error;
      if (kind !== "unanswered" && kind !== "locked") return result;
      if (spent[kind] === (kind === "locked" ? maxLocked : maxUnanswered)) return result;
      const waitMs = Math.min(firstWaitMs * 2 ** spent[kind], maxWaitMs);
      spent[kind] += 1;
      if (!(await this.sleep(waitMs, signal))) return err({ kind: "canceled" });
    }
  }

  /** Resolves after the time, to false where `signal` aborted before. */
  sleep(ms: number, signal: AbortSignal): Promise<boolean> {
    return sleep(this.#settings.clock, ms, signal);
  }

  async #waitForTask(upid: string, what: string, signal: AbortSignal): Promise<Result<void, ApiFailure>> {
    // UPID:node:pid:pstart:starttime:type:id:user@realm:
    const node = upid.split(":")[1] ?? "";
    for (;;) {
      const path = `/nodes/${node}/tasks/${encodeURIComponent(upid)}/status`;
      const polled = await this.call({ method: "GET", path }, taskStatus, signal);
      if (!polled.ok) return polled;
      const { status, exitstatus = "" } = polled.value;
      if (status === "stopped") {
        if (exitstatus === "OK" || exitstatus.startsWith("WARNINGS")) return ok(undefined);
        return err(readFailure(500, `Proxmox VE, ${what}`, `the task ended with: ${exitstatus}`));
      }
      if (!(await this.sleep(taskPollMs, signal))) return err({ kind: "canceled" });
    }
  }
}

const errorBody = z.looseObject({
  message: z.string().optional(),
  errors: z.record(z.string(), z.string()).optional(),
});

/** Complaints stand in the status line, newer versions' also in the body; those about parameters by their names. */
function wordsOf({ status, reason, body }: PinnedAnswer): string {
  const parsed = errorBody.safeParse(parseJson(body)).data;
  const fields = Object.entries(parsed?.errors ?? {}).map(([name, message]) => `${name}: ${message.trim()}`);
  const said = parsed?.message?.trim() ?? "";
  const words = [said === "" ? reason : said, ...fields].filter((part) => part !== "");
  return `${words.join("; ")} (${status})`;
}

/** Of "user@realm!id=secret". */
function secretOf(token: string): string {
  return token.slice(token.indexOf("=") + 1);
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
