// All repositories of a registry, where it lists them to whoever asks; else why it does not, in a phrase.

import { ok, type Result } from "../core/result.ts";
import type { RegistryMapper, RepositoryPlace } from "../plan/registry-mapper.ts";
import type { Registry, RegistryFailure } from "../ports/registry.ts";

export type ListedRepositories =
  | { readonly kind: "listed"; readonly repositories: readonly RepositoryPlace[] }
  | { readonly kind: "unlisted"; readonly why: string };

/** That it does not offer it is no failure; that it cannot be asked is. */
export async function listRepositories(
  registry: Pick<Registry, "listRepositories">,
  {
    mapper,
    base,
  }: { readonly mapper: Pick<RegistryMapper, "listsRepositories">; readonly base: RepositoryPlace },
  signal: AbortSignal,
): Promise<Result<ListedRepositories, RegistryFailure>> {
  const { registry: address } = base;
  if (!mapper.listsRepositories)
    return ok({ kind: "unlisted", why: `${address} lists no repositories to those who build` });
  const listed = await registry.listRepositories(address, signal);
  if (listed.ok)
    return ok({ kind: "listed", repositories: listed.value.map((name) => ({ registry: address, name })) });
  switch (listed.error.kind) {
    case "unsupported":
    case "unauthorized":
    case "denied":
      return ok({ kind: "unlisted", why: `${address} does not list its repositories here` });
    default:
      return listed;
  }
}
