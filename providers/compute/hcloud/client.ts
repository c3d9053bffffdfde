// Requests to Hetzner Cloud's API (docs.hetzner.cloud): paced, tried again where that is due, and their answers checked. What
// is asked comes in; what of the answer is known, or an ApiFailure, comes out.

import { z } from "zod";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import { type HttpAnswer, httpSend } from "../../host/http.ts";
import { errorAnswer, pageMeta } from "./answers.ts";
import type { ApiFailure } from "./api-failure.ts";
import { RateLimit } from "./rate-limit.ts";
import { type Waits, withRetries } from "./retries.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** "/servers" */
  readonly path: string;
  /** A name may come several times. */
  readonly query?: readonly (readonly [name: string, value: string])[] | undefined;
  readonly body?: unknown;
}

export interface ClientSettings {
  /** "https://api.hetzner.cloud/v1" */
  readonly endpoint: string;
  readonly token: string;
  readonly waits: Waits;
  /** For one answer. */
  readonly timeoutMs: number;
  /** Whether what fails for a while is tried again; true by default. */
  readonly retries?: boolean | undefined;
}

const pageSize = "50";
/** Of who asks once and wants to know now. */
const briefTimeoutMs = 5000;

export class HcloudClient {
  readonly #settings: ClientSettings;
  readonly #rateLimit: RateLimit;

  constructor(settings: ClientSettings, rateLimit: RateLimit = new RateLimit(settings.waits.clock)) {
    this.#settings = settings;
    this.#rateLimit = rateLimit;
  }

  /** "https://api.hetzner.cloud/v1" */
  get endpoint(): string {
    return this.#settings.endpoint;
  }

  /** The same client without patience: asks once, and waits some seconds for an answer. */
  get brief(): HcloudClient {
    const timeoutMs = Math.min(briefTimeoutMs, this.#settings.timeoutMs);
    return new HcloudClient({ ...this.#settings, timeoutMs, retries: false }, this.#rateLimit);
  }

  get waits(): Waits {
    return this.#settings.waits;
  }

  /** Once. */
  async send<T>(
    request: ApiRequest,
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<Result<T, ApiFailure>> {
    if (!(await this.#rateLimit.wait(signal))) return err({ kind: "canceled" });
    const { endpoint, token, timeoutMs } = this.#settings;
    const { method, path, query = [], body } = request;
    const what = `Hetzner Cloud, ${method} ${path}`;
    const search = new URLSearchParams();
    for (const [name, value] of query) search.append(name, value);
    const sent = await httpSend(
      {
        method,
        url: `${endpoint}${path}${query.length === 0 ? "" : "?"}${search.toString()}`,
        headers: {
          authorization: `Bearer ${token}`,
          "user-agent": "lamina",
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        timeoutMs,
      },
      signal,
    );
    if (!sent.ok) {
      if (sent.error.kind === "canceled") return err({ kind: "canceled" });
      return err({ kind: "unanswered", message: `${what}: ${sent.error.message}` });
    }
    const answer = sent.value;
    this.#rateLimit.observe(answer.headers);
    if (answer.status < 200 || answer.status >= 300) {
      const failure = readError(answer, what);
      // A message that repeats what it was asked must not give the token away.
      return err({ ...failure, message: failure.message.replaceAll(token, "***") });
    }
    const parsed = shape.safeParse(parseJson(answer.body));
    if (parsed.success) return ok(parsed.data);
    const [issue] = parsed.error.issues;
    const where = issue === undefined ? "" : ` at ${issue.path.join(".")}: ${issue.message}`;
    return err({ kind: "unanswered", message: `${what}: the answer is not what it should be${where}` });
  }

  /** Tried again where that is due: for requests that may take effect twice without harm. */
  async call<T>(
    request: ApiRequest,
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<Result<T, ApiFailure>> {
    const attempt = () => this.send(request, shape, signal);
    if (this.#settings.retries === false) return await attempt();
    return await withRetries(attempt, this.waits, signal);
  }

  /** All pages of a list, by the name that it has in the answer. */
  async list<T>(
    path: string,
    key: string,
    item: z.ZodType<T>,
    query: readonly (readonly [name: string, value: string])[],
    signal: AbortSignal,
  ): Promise<Result<readonly T[], ApiFailure>> {
    const items: T[] = [];
    let page: number | undefined = 1;
    while (page !== undefined) {
      const request: ApiRequest = {
        method: "GET",
        path,
        query: [...query, ["page", String(page)], ["per_page", pageSize]],
      };
      const answer: Result<Page<T>, ApiFailure> = await this.call(request, pageOf(key, item), signal);
      if (!answer.ok) return answer;
      items.push(...answer.value.items);
      const next: number | undefined = answer.value.next;
      page = next !== undefined && next > page ? next : undefined;
    }
    return ok(items);
  }
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: number | undefined;
}

function pageOf<T>(key: string, item: z.ZodType<T>): z.ZodType<Page<T>> {
  return pageMeta.transform((answer, context): Page<T> => {
    const items = z.array(item).safeParse(answer[key]);
    if (items.success) return { items: items.data, next: answer.meta?.pagination?.next_page ?? undefined };
    for (const issue of items.error.issues)
      context.issues.push({ ...issue, path: [key, ...issue.path], code: "custom", input: answer });
    return z.NEVER;
  });
}

function readError(
  { status, headers, body }: HttpAnswer,
  what: string,
): Extract<ApiFailure, { kind: "answered" }> {
  const error = errorAnswer.safeParse(parseJson(body)).data?.error;
  const correlation = headers.get("x-correlation-id");
  const notes = [
    error === undefined ? String(status) : `${String(status)} ${error.code}`,
    ...(correlation === null ? [] : [`correlation id ${correlation}`]),
  ].join(", ");
  const fields = (error?.details?.fields ?? [])
    .flatMap(({ name, messages }) => (messages ?? []).map((message) => `${name}: ${message}`))
    .join("; ");
  const said = error === undefined ? "no answer of the API's own" : error.message;
  const message = `${what}: ${said}${fields === "" ? "" : `: ${fields}`} (${notes})`;
  return { kind: "answered", status, code: error?.code ?? "", message };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
