// Why a solve failed, told from what buildctl left behind: the merged vertices and its last words. buildctl ends with
// 1 for everything, so only the texts tell. They come in redacted.

import type { SolveFailure } from "../../engine/ports/builder.ts";
import { isInstruction, type SolveLog, type Vertex } from "./progress.ts";

/** Names what went wrong in a solve that ended badly without anybody having canceled it here. */
export function explainFailure(log: SolveLog): SolveFailure {
  const message = lastWords(log.plainLines);
  const secret = /(?:^|: )secret (.+): not found$/.exec(message);
  if (secret?.[1] !== undefined) return { kind: "secret-missing", id: secret[1] };
  if (daemonLost.test(message)) return { kind: "daemon-lost", message };
  if (message.endsWith("Canceled: context canceled")) return { kind: "canceled" };
  const failed = log.vertices.filter((vertex) => vertex.state === "failed" && vertex.error !== "");
  const culprit = failed.find((vertex) => message.includes(vertex.error));
  if (culprit !== undefined && isInstruction(culprit.name)) return stepFailed(culprit);
  if (culprit !== undefined || /failed to resolve source metadata/.test(message))
    return { kind: "source-missing", message: tidy(message) };
  if (dockerfileRefused.test(message) || log.plainLines.some((line) => /^-{20}$/.test(line)))
    return { kind: "dockerfile-refused", message };
  return { kind: "other", message: message === "" ? "buildctl failed and did not say why" : tidy(message) };
}

/** The exit code in a step's error: `… did not complete successfully: exit code: 7`; Docker 20.10 says it otherwise. */
export function exitCodeIn(error: string): number | undefined {
  const found = /exit code: (\d+)/.exec(error)?.[1];
  // 4294967295 is -1: the process never began.
  return found === undefined || Number(found) > 255 ? undefined : Number(found);
}

function stepFailed(vertex: Vertex): SolveFailure {
  return {
    kind: "step-failed",
    step: vertex.name,
    exitCode: exitCodeIn(vertex.error),
    message: tidy(vertex.error),
    logTail: [...vertex.log.tail],
  };
}

// buildctl hears of a lost daemon on two streams, the status and the solve, and tells the error of whichever ends first.
const daemonLost =
  /rpc error: code = Unavailable|^Unavailable: (?:error reading from server|connection error)|failed to receive status|listing workers|failed to list workers/;

const dockerfileRefused =
  /^(?:dockerfile parse error|target stage |failed to read dockerfile|the Dockerfile cannot be empty|failed to parse|circular dependency)/;

/** What follows "error: " at the end, which may be several lines, without its opening words. */
function lastWords(plainLines: readonly string[]): string {
  const at = plainLines.findLastIndex((line) => /^error: /i.test(line));
  const words = at === -1 ? (plainLines.at(-1) ?? "") : plainLines.slice(at).join("\n");
  return words.replace(/^error: /i, "").replace(/^failed to solve: /, "");
}

/** Without BuildKit's inner references, which mean nothing to a reader. */
function tidy(message: string): string {
  return message
    .replace("failed to compute cache key: ", "")
    .replace(/failed to calculate checksum of ref \S+: /, "");
}
