// The workspace's name in an evaluated build_directives.ncl, and what is wrong with the rest of it.

import { catalogDirectives } from "../../schemas/build-directives.ts";
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
  const issues = catalogDirectives.safeParse(json).error?.issues ?? [];
  const given =
    typeof json === "object" && json !== null && "workspace" in json ? json["workspace"] : undefined;
  return {
    workspace: workspaceSchema.safeParse(given).data,
    diagnostics: diagnoseIssues(issues, directives),
  };
}
