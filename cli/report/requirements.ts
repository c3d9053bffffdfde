// What `lamina doctor` found, as a table for people.

import pc from "picocolors";
import type { Requirement } from "../../schemas/requirements.ts";
import { pad } from "./text-width.ts";

/** One check of a requirement, or one way to meet it. */
export type CheckResult =
  | { readonly kind: "met"; readonly name: string; readonly version: string | undefined }
  | { readonly kind: "too-old"; readonly name: string; readonly version: string; readonly versionMin: string }
  | { readonly kind: "unversioned"; readonly name: string; readonly versionMin: string }
  | { readonly kind: "failed"; readonly name: string; readonly message: string }
  | { readonly kind: "missing"; readonly name: string };

export interface Finding {
  readonly requirement: Requirement;
  readonly isMet: boolean;
  /** One; several where each way to a builder that was tried did not do. */
  readonly checks: readonly CheckResult[];
}

/** A line each with ✓, ✗ (hard) or – (soft), and under what is missing how to get it; with line ends. */
export function renderFindings(findings: readonly Finding[], color: boolean): string {
  const colors = pc.createColors(color);
  const nameWidth = Math.max(0, ...findings.map(({ requirement }) => requirement.name.length));
  const rows = findings.map((finding) => ({ ...finding, found: describeFound(finding) }));
  const foundWidth = Math.max(0, ...rows.map(({ found }) => found.length));
  return rows
    .map(({ requirement, isMet, checks, found }) => {
      const isHard = requirement.need === "Hard";
      const mark = isMet ? colors.green("✓") : isHard ? colors.red("✗") : colors.yellow("–");
      const line = `${mark} ${pad(requirement.name, nameWidth)}  ${pad(found, foundWidth)}  ${colors.dim(requirement.purpose)}`;
      if (isMet) return `${line}\n`;
      const tried = checks.flatMap((check) =>
        check.kind === "failed" ? [`    ${check.name}: ${check.message}\n`] : [],
      );
      return `${line}\n${tried.join("")}    ${requirement.install_hint}\n`;
    })
    .join("");
}

function describeFound({ requirement, isMet, checks }: Finding): string {
  const met = checks.find(({ kind }) => kind === "met");
  const demanded = requirement.version_min === undefined ? "" : ` (${requirement.version_min} or later)`;
  if (met?.kind === "met") {
    const version = met.version ?? "here";
    return met.name === requirement.name
      ? `${version}${demanded}`
      : `${met.name} ${met.version ?? ""}`.trimEnd();
  }
  const own = checks[0];
  const lack = requirement.need === "Hard" ? "missing" : "not here";
  if (isMet || own === undefined || own.kind === "missing") return `${lack}${demanded}`;
  if (own.kind === "too-old") return `${own.version} is too old${demanded}`;
  if (own.kind === "unversioned") return `says no version${demanded}`;
  return "does not work";
}
