// The registry that a project's directives name, for what others have published. What asking it takes is loaded only when there is
// something to ask.

import type { Project } from "../engine/project.ts";
import { findRegistryBase } from "./registry-base.ts";
import type { RegistryHere } from "./registry-here.ts";

export interface ProjectRegistry {
  /** "registry.example/lamina". */
  readonly name: string;
  open(): Promise<RegistryHere>;
}

/** Undefined where the directives name none. `tell` gets what goes wrong with looking things up, once: no build fails by it. */
export function findProjectRegistry(
  project: Pick<Project, "graph" | "directives">,
  tell: (text: string) => void,
): ProjectRegistry | undefined {
  const base = findRegistryBase(project.directives);
  if (base === undefined) return undefined;
  let opened: Promise<RegistryHere> | undefined;
  return {
    name: `${base.registry}/${base.name}`,
    open: () => {
      opened ??= import("./registry-here.ts").then(({ openRegistryHere }) =>
        openRegistryHere(project, base, tell),
      );
      return opened;
    },
  };
}
