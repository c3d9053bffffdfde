// Reads what `buildctl --progress=rawjson` writes to stderr: one SolveStatus (BuildKit's client/graph.go) a line, with
// other lines between and after them. Lines come in; SolveProgress goes out, and what was seen stays for the summary
// and for the message of a failure.
//
// One vertex comes many times. Its last report wins: loads of local files complete, start anew and complete again.
//
//   (announced) ──started──> started ──completed──> completed │ cached
//                                    ──error──────> failed    │ canceled, where another step's failure ended it
// What was cached stays so, though it may be brought from a registry's cache later.

import { z } from "zod";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { SolveProgress } from "../../engine/ports/builder.ts";
import type { Redactor } from "../secrets/redact.ts";
import { StepLog } from "./step-log.ts";

export interface Vertex {
  readonly id: string;
  name: string;
  state: "announced" | "started" | "completed" | "cached" | "failed" | "canceled";
  /** Redacted; "" while there is none. */
  error: string;
  readonly log: StepLog;
}

const status = z.object({
  vertexes: z
    .array(
      z.object({
        digest: z.string(),
        name: z.string().default(""),
        started: z.string().optional(),
        completed: z.string().optional(),
        cached: z.boolean().default(false),
        error: z.string().default(""),
      }),
    )
    .default([]),
  logs: z
    .array(z.object({ vertex: z.string(), stream: z.number().default(1), data: z.string().nullable() }))
    .default([]),
  warnings: z.array(z.object({ short: z.string().default("") })).default([]),
});
type Report = z.infer<typeof status>["vertexes"][number];

/** Lines that are no status and are kept; an error's text with its excerpt of the Dockerfile is far shorter. */
const keptPlainLines = 200;

export class SolveLog {
  readonly #redactor: Redactor;
  readonly #vertices = new Map<string, Vertex>();
  readonly #plainLines: string[] = [];

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** In the order of their first mention. */
  get vertices(): readonly Vertex[] {
    return Array.from(this.#vertices.values());
  }

  /** The last lines that were no status, redacted: what buildctl says at its end. */
  get plainLines(): readonly string[] {
    return this.#plainLines;
  }

  /** Instructions that ran and that were found in the cache; loads, FROM and exports are none. */
  count(): { readonly run: number; readonly cached: number } {
    const instructions = this.vertices.filter((vertex) => isInstruction(vertex.name));
    return {
      run: instructions.filter((vertex) => vertex.state === "completed").length,
      cached: instructions.filter((vertex) => vertex.state === "cached").length,
    };
  }

  /** Takes a line of stderr without its end; gives what it tells, in order. */
  read(line: string): SolveProgress[] {
    const report = parseStatus(line);
    if (report === undefined) {
      // buildctl's own log ("time=… level=…") speaks of its files, not of the build.
      if (line !== "" && !line.startsWith("time=")) this.#plainLines.push(this.#redactor.redact(line));
      if (this.#plainLines.length > keptPlainLines) this.#plainLines.shift();
      return [];
    }
    const seen: SolveProgress[] = [];
    const ended: Vertex[] = [];
    for (const vertex of report.vertexes) this.#merge(vertex, seen, ended);
    for (const log of report.logs) {
      const stream = log.stream === 2 ? "stderr" : "stdout";
      const vertex = this.#vertex(log.vertex);
      for (const text of vertex.log.add(stream, log.data ?? ""))
        seen.push({ kind: "log", stepId: vertex.id, ...text });
    }
    for (const vertex of ended) this.#flush(vertex, seen);
    for (const warning of report.warnings) {
      const text = this.#redactor.redact(Buffer.from(warning.short, "base64").toString());
      if (text !== "") seen.push({ kind: "warning", text });
    }
    return seen;
  }

  /** Gives what the steps wrote last without a line end; to be called when the solve is over. */
  finish(): SolveProgress[] {
    const seen: SolveProgress[] = [];
    for (const vertex of this.#vertices.values()) this.#flush(vertex, seen);
    return seen;
  }

  #vertex(id: string): Vertex {
    const known = this.#vertices.get(id);
    if (known !== undefined) return known;
    const vertex: Vertex = { id, name: "", state: "announced", error: "", log: new StepLog(this.#redactor) };
    this.#vertices.set(id, vertex);
    return vertex;
  }

  #flush(vertex: Vertex, seen: SolveProgress[]): void {
    for (const text of vertex.log.flush()) seen.push({ kind: "log", stepId: vertex.id, ...text });
  }

  #merge(report: Report, seen: SolveProgress[], ended: Vertex[]): void {
    const vertex = this.#vertex(report.digest);
    if (report.name !== "") vertex.name = this.#redactor.redact(report.name);
    vertex.error = this.#redactor.redact(report.error);
    const state = stateOf(report);
    if (state === vertex.state) return;
    // What came out of a registry's cache is brought here when it is needed, and reported as if it ran.
    if (vertex.state === "cached" && (state === "started" || state === "completed")) return;
    const skippedStart = vertex.state === "announced" && state !== "started" && state !== "cached";
    vertex.state = state;
    if (state === "announced" || state === "canceled") return;
    if (state !== "started") ended.push(vertex);
    const cache = importing.exec(vertex.name)?.[1];
    if (cache !== undefined) seen.push({ kind: "cache", address: cache, ...importOf(state, vertex.error) });
    // A cache that is not there fails its vertex, never the build.
    if (cache !== undefined && state === "failed") return;
    const { id, name } = vertex;
    if (skippedStart) seen.push({ kind: "step", step: { id, name, state: "started" } });
    seen.push({ kind: "step", step: { id, name, state } });
  }
}

/** "[cooker 3/4] RUN …" and "[linux/arm64 2/2] COPY …" are instructions; "[1/2] FROM …" and "[internal] …" are not. */
export function isInstruction(vertexName: string): boolean {
  return /^\[(?:[^\]]* )?\d+\/\d+\] (?!FROM )/.test(vertexName);
}

const importing = /^importing cache manifest from (.+)$/;

function importOf(
  state: Exclude<Vertex["state"], "announced" | "canceled">,
  error: string,
): Pick<Extract<SolveProgress, { kind: "cache" }>, "state" | "message"> {
  switch (state) {
    case "started":
      return { state: "reading", message: "" };
    case "failed":
      return { state: "unread", message: error };
    case "completed":
    case "cached":
      return { state: "read", message: "" };
    default:
      return unreachable(state);
  }
}

function stateOf(report: Report): Vertex["state"] {
  if (report.error !== "") return /context canceled/.test(report.error) ? "canceled" : "failed";
  if (report.completed !== undefined) return report.cached ? "cached" : "completed";
  return report.started === undefined ? "announced" : "started";
}

function parseStatus(line: string): z.infer<typeof status> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const parsed = status.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
