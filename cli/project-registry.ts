// The registries that a project's directives name, for layers' images. What asking them takes is loaded only when there is something
// to ask.

import type { Actor } from "../engine/plan/cache/actor.ts";
import type { RegistryFailure } from "../engine/ports/registry.ts";
import type { Project } from "../engine/project.ts";
import { findRegistries } from "./registry-base.ts";
import type { RegistryHere } from "./registry-here.ts";

export interface ProjectRegistry {
  open(): Promise<RegistryHere>;
}

/** Undefined where the directives name none. A catalog's layers each have a repository, a project is one image. `tell` gets what goes wrong with looking things up, once: no build fails by it. */
export function findProjectRegistry(
  project: Pick<Project, "graph" | "directives">,
  actor: Actor | undefined,
  kind: "catalog" | "project",
  tell: (text: string) => void,
): ProjectRegistry | undefined {
  const registries = findRegistries(project.directives, actor);
  if (registries.length === 0) return undefined;
  let opened: Promise<RegistryHere> | undefined;
  return {
    open: () => {
      opened ??= import("./registry-here.ts").then(({ openRegistryHere }) =>
        openRegistryHere(project, registries, kind, tell),
      );
      return opened;
    },
  };
}

/** What it means for a build that a registry could not be asked. */
export function describeSilence({ message }: Extract<RegistryFailure, { message: string }>): string {
  return `what others have published is not looked for: ${message}`;
}
