// Proof of an image: every promised tool ran in it, in a version that was demanded, and every artifact is there.

import type { Tool } from "../../schemas/workflow.ts";
import type { Layer } from "../catalog/layer.ts";
import { err, ok, type Result } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import type { Proof, ToolFinding } from "../ports/builder.ts";
import type { LayerFailure } from "./layer-failure.ts";
import { findVersion, fulfils } from "./tool-version.ts";

/** Versions by tool ("" where a check prints none), or every broken promise in one failure of the gravest kind. */
export function judgeProof(layer: Layer, proof: Proof): Result<ReadonlyMap<string, string>, LayerFailure> {
  const versions = new Map<string, string>();
  const broken: BrokenPromise[] = [];
  const findings = new Map(proof.tools.map((finding) => [finding.name, finding]));
  for (const tool of layer.workflow.tools_provided) {
    const finding = findings.get(tool.name);
    if (finding === undefined) throw new Error(`the builder did not say what it found of ${tool.name}`);
    const judged = judgeTool(tool, finding);
    if (judged.ok) versions.set(tool.name, judged.value);
    else broken.push(judged.error);
  }
  for (const path of proof.missingArtifacts) {
    broken.push({ kind: "artifact-missing", message: `${path} is not in the image`, output: "" });
  }
  if (broken.length === 0) return ok(versions);
  const kind = gravest.find((each) => broken.some((promise) => promise.kind === each)) ?? "tool-failed";
  return err({
    kind,
    message: broken.map(({ message }) => message).join("; "),
    help: helps[kind],
    logTail: broken.flatMap(({ output }) => (output === "" ? [] : output.trimEnd().split("\n"))),
  });
}

type PromiseKind = "tool-missing" | "tool-failed" | "tool-version" | "artifact-missing";

interface BrokenPromise {
  readonly kind: PromiseKind;
  readonly message: string;
  readonly output: string;
}

const gravest: readonly PromiseKind[] = ["tool-missing", "tool-failed", "tool-version", "artifact-missing"];

const helps: Readonly<Record<PromiseKind, string>> = {
  "tool-missing": "install it in the Dockerfile, or take it out of tools_provided",
  "tool-failed": "mend the tool, or give it another check in tools_provided",
  "tool-version": "install a version that fits, or ask for another in tools_provided",
  "artifact-missing": "make it in the Dockerfile, or take it out of artifact_paths",
};

function judgeTool(tool: Tool, finding: ToolFinding): Result<string, BrokenPromise> {
  switch (finding.kind) {
    case "missing":
      return err({ kind: "tool-missing", message: `the tool ${tool.name} is not in the image`, output: "" });
    case "failed": {
      const code = finding.exitCode === undefined ? "" : ` with exit code ${finding.exitCode}`;
      const message = `the check of ${tool.name} failed${code}: ${tool.check.join(" ")}`;
      return err({ kind: "tool-failed", message, output: finding.output });
    }
    case "ran": {
      const version = findVersion(finding.output);
      if (tool.version === undefined || fulfils(version, tool.version)) return ok(version);
      const seen = version === "" ? "its check prints no version" : `the image has ${version}`;
      const message = `${tool.name} must be ${tool.version}, and ${seen}`;
      return err({ kind: "tool-version", message, output: version === "" ? finding.output : "" });
    }
    default:
      return unreachable(finding);
  }
}
