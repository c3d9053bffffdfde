// What a token must allow for a repository (distribution's docs/spec/auth/scope.md).

import type { RepositoryName } from "../../schemas/repository-name.ts";

export function pullScope(name: RepositoryName): string {
  return `repository:${name}:pull`;
}

export function pushScope(name: RepositoryName): string {
  return `repository:${name}:pull,push`;
}
