// What a registry lists: tags and repositories, page by page (OCI distribution spec, "Listing Tags"; _catalog is distribution's own).

import { z } from "zod";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { Registry, RegistryFailure } from "../../engine/ports/registry.ts";
import { parseImageTag } from "../../schemas/image-tag.ts";
import type { RegistryAddress } from "../../schemas/registry-address.ts";
import { parseRepositoryName } from "../../schemas/repository-name.ts";
import type { HttpAnswer } from "../host/http.ts";
import { parseJson } from "../store/oci-layout.ts";
import { answerFailure } from "./answer-failure.ts";
import type { RegistryApi } from "./api.ts";
import { pullScope } from "./scopes.ts";

const tagsPage = z.looseObject({ tags: z.array(z.string()).nullish() });
const repositoriesPage = z.looseObject({ repositories: z.array(z.string()).nullish() });
/** Registries give fewer where they want. */
const perPage = 1000;

export function openLists(api: RegistryApi): Pick<Registry, "listTags" | "listRepositories"> {
  return {
    async listTags({ registry, name }, signal) {
      const listed = await readPages(
        api,
        { registry, first: `/v2/${name}/tags/list?n=${perPage}`, scope: pullScope(name) },
        (page) => tagsPage.safeParse(page).data?.tags ?? [],
        signal,
      );
      if (!listed.ok) return listed.error.kind === "not-found" ? ok([]) : listed;
      return ok(listed.value.flatMap((text) => parseImageTag(text) ?? []));
    },
    async listRepositories(registry, signal) {
      const listed = await readPages(
        api,
        { registry, first: `/v2/_catalog?n=${perPage}`, scope: "registry:catalog:*" },
        (page) => repositoriesPage.safeParse(page).data?.repositories ?? [],
        signal,
      );
      if (listed.ok) return ok(listed.value.flatMap((text) => parseRepositoryName(text) ?? []));
      const { error } = listed;
      return error.kind === "not-found" ? err({ ...error, kind: "unsupported" }) : listed;
    },
  };
}

interface List {
  readonly registry: RegistryAddress;
  readonly first: string;
  readonly scope: string;
}

/** All entries of all pages, each once, in order of their code units. */
async function readPages(
  api: RegistryApi,
  { registry, first, scope }: List,
  readPage: (page: unknown) => readonly string[],
  signal: AbortSignal,
): Promise<Result<readonly string[], RegistryFailure>> {
  const entries = new Set<string>();
  const seen = new Set<string>();
  for (let target: string | undefined = first; target !== undefined && !seen.has(target); ) {
    seen.add(target);
    const request = { registry, method: "GET", target, scopes: [scope], isRepeatable: true } as const;
    const answer: Result<HttpAnswer, RegistryFailure> = await api.ask(request, signal);
    if (!answer.ok) return answer;
    if (answer.value.status !== 200) return err(answerFailure(registry, answer.value));
    for (const entry of readPage(parseJson(answer.value.body))) entries.add(entry);
    target = nextPage(api, registry, target, answer.value);
  }
  return ok(Array.from(entries).sort());
}

/** As the Link header says (RFC 8288), relative to the page it came with. */
function nextPage(
  api: RegistryApi,
  registry: RegistryAddress,
  page: string,
  answer: HttpAnswer,
): string | undefined {
  const link = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(answer.headers.get("link") ?? "")?.[1];
  const from = api.locate(registry, page)?.href;
  return link === undefined || from === undefined || !URL.canParse(link, from)
    ? undefined
    : new URL(link, from).href;
}
