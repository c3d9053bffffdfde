// The workspace's name in an evaluated build_directives.ncl, and what is wrong with the rest of it.

import { buildDirectives } from "../../schemas/build-directives.ts";
import { workspace as workspaceSchema } from "../../schemas/workspace.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { type Located, toJson } from "../nickel/located.ts";
import { diagnoseIssues } from "./diagnose-issues.ts";

/** `workspace` is undefined where none is given, or a faulty one. */
export function readWorkspace(directives: Located): {
  readonly workspace: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
} {
  const json = toJson(directives);
  const issues = buildDirectives.safeParse(json).error?.issues ?? [];
  const given =
    typeof json === "object" && json !== null && "workspace" in json ? json["workspace"] : undefined;
  return {
    workspace: workspaceSchema.safeParse(given).data,
    diagnostics: diagnoseIssues(
      issues.filter(({ path }) => !isAbsent(json, path)),
      directives,
    ),
  };
}

/** Whether an issue is that a field of the outermost record is not there. */
function isAbsent(json: unknown, issuePath: readonly PropertyKey[]): boolean {
  const [key] = issuePath;
  return (
    issuePath.length === 1 &&
    typeof key === "string" &&
    typeof json === "object" &&
    json !== null &&
    !Object.hasOwn(json, key)
  );
}
