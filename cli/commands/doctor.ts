// `lamina doctor`: the requirements of schemas/requirements.ncl, checked on this machine.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toJson } from "../../engine/nickel/located.ts";
import { runProcess } from "../../providers/host/process.ts";
import { type Requirement, requirements } from "../../schemas/requirements.ts";
import { defineCommand, noOperands } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { openEvaluator } from "../open-evaluator.ts";
import { flag } from "../option.ts";
import { schemaFolder } from "../package-root.ts";
import { count } from "../report/format.ts";
import { type CheckResult, type Finding, renderFindings } from "../report/requirements.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost, openBuilder } from "../wire.ts";

const patienceMs = 20_000;

export const command = defineCommand({
  name: "doctor",
  operands: noOperands,
  description:
    "Checks what this machine has of what lamina needs (hard) and can use (soft), with versions,\n" +
    "and says how to get what is missing. Exits with 3 if something hard is missing.",
  options: { json: flag("as JSON") },
  examples: [
    { command: "lamina doctor", does: "" },
    { command: "lamina doctor --json | jq '.findings[] | select(.met | not)'", does: "what is missing" },
  ],
  run: async ({ options, directory, output, quiet }) => {
    const host = createHost();
    const evaluated = openEvaluator(host).evaluate(join(schemaFolder(), "requirements.ncl"));
    if (!evaluated.ok) {
      tellDiagnostics(output, directory, evaluated.error);
      return exitCode.failed;
    }
    const list = requirements.parse(toJson(evaluated.value.value)).requirements;
    const findings = await Promise.all(list.map(examine));
    const lacking = findings.filter(({ isMet, requirement }) => !isMet && requirement.need === "Hard");
    if (options.json) output.result(`${JSON.stringify(findingsToJson(findings), null, 2)}\n`);
    else {
      output.result(renderFindings(findings, output.stdout.color));
      if (!quiet)
        output.remark(
          lacking.length === 0
            ? "nothing needed is missing\n"
            : `${count(lacking.length, "requirement")} missing\n`,
        );
    }
    return lacking.length === 0 ? exitCode.done : exitCode.environment;
  },
});

function examine(requirement: Requirement): Promise<Finding> {
  const { check_cmd: command } = requirement;
  return command === "Builder" ? examineBuilder(requirement) : examineProgram(requirement, command);
}

async function examineProgram(requirement: Requirement, command: readonly string[]): Promise<Finding> {
  const checked = await check(requirement, command);
  return { requirement, isMet: checked.kind === "met", checks: [checked] };
}

async function examineBuilder(requirement: Requirement): Promise<Finding> {
  const scratch = mkdtempSync(join(tmpdir(), "lamina-doctor-"));
  try {
    const opened = await openBuilder(scratch, AbortSignal.timeout(patienceMs));
    if (!opened.ok) {
      const checks = opened.error.attempts.map(
        ({ way, reason }): CheckResult => ({ kind: "failed", name: way, message: reason }),
      );
      return { requirement, isMet: false, checks };
    }
    const { description } = opened.value;
    await opened.value.close();
    return { requirement, isMet: true, checks: [{ kind: "met", name: description, version: undefined }] };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function check(
  { name, version_min: versionMin }: Requirement,
  [program = "", ...args]: readonly string[],
): Promise<CheckResult> {
  const ran = await runProcess({ program, args }, AbortSignal.timeout(patienceMs));
  if (!ran.ok) {
    if (ran.error.kind === "not-started") return { kind: "missing", name };
    const message =
      ran.error.kind === "exited"
        ? (ran.error.stderr.split("\n")[0] ?? "")
        : `no answer within ${patienceMs / 1000} s`;
    return { kind: "failed", name, message };
  }
  const version = /\d+(\.\d+)+/.exec(`${ran.value.stdout}\n${ran.value.stderr}`)?.[0];
  if (versionMin === undefined) return { kind: "met", name, version };
  if (version === undefined) return { kind: "unversioned", name, versionMin };
  return isAtLeast(version, versionMin)
    ? { kind: "met", name, version }
    : { kind: "too-old", name, version, versionMin };
}

/** Compares numbers part by part; parts that are left out count as 0. */
function isAtLeast(version: string, minimum: string): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, least] of minimum.split(".").map(Number).entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

function findingsToJson(findings: readonly Finding[]) {
  return {
    version: 1,
    ok: findings.every(({ isMet, requirement }) => isMet || requirement.need === "Soft"),
    findings: findings.map(({ requirement, isMet, checks }) => ({
      name: requirement.name,
      need: requirement.need,
      met: isMet,
      checks,
      ...(requirement.version_min === undefined ? {} : { versionMin: requirement.version_min }),
      purpose: requirement.purpose,
      installHint: requirement.install_hint,
    })),
  };
}
