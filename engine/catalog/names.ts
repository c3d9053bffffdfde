// A layer goes by the name of its folder; two layers cannot go by one name.

import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { nearest } from "../nickel/located.ts";
import type { Declaration } from "./declaration.ts";
import { catalogDiagnostics } from "./diagnostics.ts";

/** One diagnostic for each declaration whose name is not its folder's: as a duplicate where another layer has that name. */
export function checkNames(declarations: readonly Declaration[]): ReadonlyMap<Declaration, Diagnostic> {
  const owners = new Map<string, Declaration>();
  const rightfulFirst = [...declarations].sort((a, b) => Number(isMisnamed(a)) - Number(isMisnamed(b)));
  for (const declaration of rightfulFirst)
    if (!owners.has(declaration.workflow.name)) owners.set(declaration.workflow.name, declaration);

  const found = new Map<Declaration, Diagnostic>();
  for (const declaration of declarations) {
    if (!isMisnamed(declaration)) continue;
    const { folder, workflow } = declaration;
    const params = { name: workflow.name, folder: folder.name };
    const owner = owners.get(workflow.name);
    const span = namePlace(declaration);
    found.set(
      declaration,
      owner === declaration || owner === undefined
        ? diagnose(catalogDiagnostics.nameNotFolder, params, { span })
        : diagnose(catalogDiagnostics.duplicateName, params, {
            span,
            notes: [{ message: `the other "${workflow.name}" is here`, span: namePlace(owner) }],
          }),
    );
  }
  return found;
}

function isMisnamed({ folder, workflow }: Declaration): boolean {
  return workflow.name !== folder.name;
}

function namePlace({ located }: Declaration) {
  return nearest(located, ["name"]).value.span;
}
