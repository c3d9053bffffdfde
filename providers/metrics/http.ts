// What builds used of their machines, kept by a pool for all who build with it: the API of `lamina pool serve`.

import { z } from "zod";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { MetricsFailure, MetricsStore } from "../../engine/ports/metrics.ts";
import { metricsList, p95List, poolError } from "../../schemas/pool.ts";
import { httpSend } from "../host/http.ts";
import { fromWire, percentileFromWire, toWire } from "./wire.ts";

/** A pool that does not answer until then is done without. */
const answerWithinMs = 10_000;

export interface HttpMetricsOptions {
  /** Of the pool, with or without a path: "https://pool.example:8443". */
  readonly url: string;
  /** Sent with each request, and told to nobody else. */
  readonly token: string | undefined;
  /** How long an answer is waited for. */
  readonly patienceMs?: number | undefined;
}

export function openHttpMetrics({
  url,
  token,
  patienceMs = answerWithinMs,
}: HttpMetricsOptions): MetricsStore {
  const closing = new AbortController();

  async function ask<T>(
    method: "GET" | "POST",
    path: string,
    answer: z.ZodType<T>,
    body?: unknown,
  ): Promise<Result<T, MetricsFailure>> {
    const sent = await httpSend(
      {
        method,
        url: `${url.replace(/\/+$/, "")}/api/v1/${path}`,
        headers: {
          accept: "application/json",
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        timeoutMs: patienceMs,
      },
      closing.signal,
    );
    if (!sent.ok) return err({ kind: "unreachable", message: `${url}: ${sent.error.message}` });
    const { status, body: bytes } = sent.value;
    if (status >= 300) return err(explainStatus(url, status, readJson(bytes)));
    const read = answer.safeParse(readJson(bytes));
    if (read.success) return ok(read.data);
    return err({ kind: "refused", message: `${url} does not answer as a pool does` });
  }

  return {
    record: async (metrics) => {
      if (metrics.place !== "leased")
        return err({ kind: "refused", message: `${url} keeps builds on leased machines only` });
      const recorded = await ask("POST", "metrics", z.unknown(), toWire(metrics));
      return recorded.ok ? ok(undefined) : recorded;
    },
    p95: async (workspace) => {
      const answer = await ask("GET", `p95?${query({ workspace })}`, p95List);
      return answer.ok ? ok(answer.value.p95.map(percentileFromWire)) : answer;
    },
    builds: async (workspace, limit) => {
      const answer = await ask("GET", `metrics?${query({ workspace, limit: String(limit) })}`, metricsList);
      return answer.ok ? ok(answer.value.builds.map(fromWire)) : answer;
    },
    close: () => {
      closing.abort();
      return Promise.resolve();
    },
  };
}

function query(values: Readonly<Record<string, string>>): string {
  return new URLSearchParams(values).toString();
}

/** The pool's own words, where it has any. */
function explainStatus(url: string, status: number, body: unknown): MetricsFailure {
  const told = poolError.safeParse(body);
  const words = told.success ? told.data.error.message : `answered with status ${status}`;
  // Too many requests pass, as does what the pool itself fails in; any other complaint is about what was asked.
  const kind = status >= 500 || status === 429 ? "unreachable" : "refused";
  const help = status === 401 && !told.success ? " (is LAMINA_POOL_TOKEN right?)" : "";
  return { kind, message: `${url}: ${words}${help}` };
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
