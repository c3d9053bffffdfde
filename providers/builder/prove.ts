// Proof of an image's promises: every tool's check runs in it, afresh and without a network, and every promised path
// is looked for. One solve tells all when all is well. A step that fails ends its siblings, so what a solve left
// undecided goes into another, until nothing is.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { Proof, ProofRequest, SolveFailure, ToolFinding } from "../../engine/ports/builder.ts";
import type { Redactor } from "../secrets/redact.ts";
import { frontendArgs, type HandedOver, imageArgs, option } from "./buildctl-args.ts";
import type { Vertex } from "./progress.ts";
import { checkedBy, proofDockerfile, type StagedChecks } from "./proof-dockerfile.ts";
import { type Daemon, runBuildctl } from "./run-buildctl.ts";
import { exitCodeIn } from "./solve-failure.ts";

const maxOutputBytes = 4096;

export interface ProofSetting {
  readonly request: ProofRequest;
  /** The name that `images` hands the image over by. */
  readonly subject: string;
  readonly images: HandedOver;
  /** A folder to write to. */
  readonly directory: string;
  readonly copyExcludes: boolean;
  /** Of what a build may have left in the image. */
  readonly redactor: Redactor;
}

/** What is known of a command: the same for every tool that is checked by it. */
type Verdict =
  | { readonly kind: "ran"; readonly output: string }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly exitCode: number | undefined; readonly output: string };

interface Verdicts {
  /** By the command's JSON. */
  readonly commands: Map<string, Verdict>;
  readonly paths: Map<string, "found" | "missing">;
}

/** Findings are data; a failure is a solve that tells nothing of the checks. */
export async function prove(
  daemon: Daemon,
  setting: ProofSetting,
  signal: AbortSignal,
): Promise<Result<Proof, SolveFailure>> {
  const { tools, artifactPaths } = setting.request;
  const verdicts: Verdicts = { commands: new Map(), paths: new Map() };
  const commands = new Set(tools.map((tool) => JSON.stringify(tool.command)));
  for (;;) {
    const open: StagedChecks = {
      commands: Array.from(commands).filter((command) => !verdicts.commands.has(command)),
      paths: Array.from(new Set(artifactPaths)).filter((path) => !verdicts.paths.has(path)),
    };
    if (open.commands.length + open.paths.length === 0) break;
    const failure = await runChecks(daemon, setting, open, verdicts, signal);
    const isDecided = open.commands.some((command) => verdicts.commands.has(command));
    if (failure?.kind === "canceled" || (!isDecided && !open.paths.some((path) => verdicts.paths.has(path))))
      return err(failure ?? { kind: "other", message: "BuildKit ran none of the checks" });
  }
  return ok({
    tools: tools.map(({ name, command }) => toFinding(name, verdicts.commands.get(JSON.stringify(command)))),
    missingArtifacts: artifactPaths.filter((path) => verdicts.paths.get(path) === "missing"),
  });
}

/** One solve over the open checks; enters what it decided into `verdicts`. */
async function runChecks(
  daemon: Daemon,
  setting: ProofSetting,
  open: StagedChecks,
  verdicts: Verdicts,
  signal: AbortSignal,
): Promise<SolveFailure | undefined> {
  const dockerfile = join(setting.directory, "Dockerfile");
  const context = join(setting.directory, "context");
  mkdirSync(context, { recursive: true });
  writeFileSync(dockerfile, proofDockerfile(setting.subject, open, setting.copyExcludes));
  const args = [
    ...frontendArgs(context, dockerfile, true),
    ...option("platform", setting.request.platform),
    ...imageArgs(setting.images),
  ];
  const outputs = new Map<string, string>();
  const { log, failure } = await runBuildctl(
    daemon,
    { args, env: {}, redactor: setting.redactor },
    (progress) => {
      if (progress.kind !== "log") return;
      const output = outputs.get(progress.stepId) ?? "";
      if (output.length < maxOutputBytes) outputs.set(progress.stepId, output + progress.text);
    },
    signal,
  );
  for (const vertex of log.vertices) {
    const checked = checkedBy(vertex.name);
    if (checked?.kind === "path") {
      const path = open.paths[checked.index];
      const verdict = judgePath(vertex);
      if (path !== undefined && verdict !== undefined) verdicts.paths.set(path, verdict);
    } else if (checked?.kind === "command") {
      const command = open.commands[checked.index];
      const verdict = judgeCommand(vertex, clip(outputs.get(vertex.id) ?? ""));
      if (command !== undefined && verdict !== undefined) verdicts.commands.set(command, verdict);
    }
  }
  return failure;
}

/** `undefined` while nothing is decided: the step did not end, or another's failure ended it. */
function judgeCommand(vertex: Vertex, output: string): Verdict | undefined {
  if (vertex.state === "completed" || vertex.state === "cached") return { kind: "ran", output };
  if (vertex.state !== "failed") return undefined;
  if (isBinaryMissing(`${vertex.error}\n${output}`)) return { kind: "missing" };
  return { kind: "failed", exitCode: exitCodeIn(vertex.error), output };
}

function judgePath(vertex: Vertex): "found" | "missing" | undefined {
  if (vertex.state === "completed" || vertex.state === "cached") return "found";
  if (vertex.state !== "failed") return undefined;
  return /not found|no such file or directory|not a directory/.test(vertex.error) ? "missing" : undefined;
}

/**
 * Whether the OCI runtime found no binary to start: runc says `exec: "x": executable file not found in $PATH` and
 * `exec: "/x": stat /x: no such file or directory`, crun the others. "exec /x: no such file or directory" is not
 * meant: there the binary exists and its interpreter does not, so the tool is broken rather than missing.
 */
function isBinaryMissing(text: string): boolean {
  return (
    /exec: ".*": (?:executable file not found in \$PATH|stat .*: no such file or directory)/.test(text) ||
    /executable file `.*` not found/.test(text)
  );
}

function clip(output: string): string {
  const bytes = Buffer.from(output);
  return bytes.byteLength <= maxOutputBytes
    ? output
    : new TextDecoder().decode(bytes.subarray(0, maxOutputBytes));
}

function toFinding(name: string, verdict: Verdict | undefined): ToolFinding {
  switch (verdict?.kind) {
    case "ran":
      return { kind: "ran", name, output: verdict.output };
    case "failed":
      return { kind: "failed", name, exitCode: verdict.exitCode, output: verdict.output };
    // Every command has its verdict by now.
    case "missing":
    case undefined:
      return { kind: "missing", name };
    default:
      return unreachable(verdict);
  }
}
