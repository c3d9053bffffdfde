// The laws of RegistryMapper (engine/plan/registry-mapper.ts), to be run on every body.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Result } from "../../engine/core/result.ts";
import type {
  CacheName,
  RegistryMapper,
  RepositoryPlace,
  TagPlace,
} from "../../engine/plan/registry-mapper.ts";
import type { CacheNamespace } from "../../schemas/cache-namespace.ts";
import { parseImageTag } from "../../schemas/image-tag.ts";
import { layerName } from "../../schemas/layer-name.ts";
import { platform } from "../../schemas/platform.ts";
import { parseRegistryAddress } from "../../schemas/registry-address.ts";
import { parseRepositoryName } from "../../schemas/repository-name.ts";
import { actorId, workspace } from "../../schemas/workspace.ts";

const words = fc.stringMatching(/^[a-c1]{1,2}$/);
const joinedBy = (...separators: readonly string[]) =>
  fc
    .tuple(words, fc.array(fc.tuple(fc.constantFrom(...separators), words), { maxLength: 3 }))
    .map(([first, rest]) => first + rest.flat().join(""));

// Few letters and the words that names of caches are made of, so that what could meet is drawn.
const layers = fc
  .oneof(joinedBy(".", "_", "-"), fc.constantFrom("cache", "ci", "dev", "linux-amd64"))
  .map(parseLayer);
const workspaces = fc
  .oneof(joinedBy("_", "-"), fc.constantFrom("cache", "ci", "dev"))
  .map((text) => workspace.parse(text));
const actors = fc
  .oneof(joinedBy("_"), fc.constantFrom("cache", "ci", "dev"))
  .map((text) => actorId.parse(text));
const platforms = fc
  .constantFrom("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/arm/v6", "linux/amd64/v2")
  .map((text) => platform.parse(text));
const namespaces: fc.Arbitrary<CacheNamespace> = fc.oneof(
  workspaces.map((one) => ({ kind: "ci", workspace: one }) as const),
  fc.tuple(actors, workspaces).map(([id, one]) => ({ kind: "dev", actorId: id, workspace: one }) as const),
);
const caches: fc.Arbitrary<CacheName> = fc.record({
  namespace: namespaces,
  layer: layers,
  platform: platforms,
});

function parseLayer(text: string) {
  return layerName.parse(text);
}

export function placeNamed(text: string): RepositoryPlace {
  const [host = "", ...path] = text.split("/");
  const [registry, name] = [parseRegistryAddress(host), parseRepositoryName(path.join("/"))];
  if (registry === undefined || name === undefined) throw new Error(`${text} is no repository`);
  return { registry, name };
}

/** `bases` are what `artifact.image` may be there; `tooDeep` are those that the registry has no room for. */
export function describeRegistryMapper(
  mapper: RegistryMapper,
  {
    bases,
    tooDeep,
  }: {
    readonly bases: readonly string[];
    readonly tooDeep: readonly (readonly [base: string, error: string])[];
  },
): void {
  describe(`RegistryMapper: ${mapper.name}`, () => {
    const base = fc.constantFrom(...bases).map(placeNamed);

    test("a cache's place tells whose cache it is", () => {
      fc.assert(
        fc.property(base, caches, (at, cache) => {
          expect(mapper.readCache(at, cacheOf(mapper, at, cache))).toEqual(cache);
        }),
      );
    });

    test("what comes out is a name that the registry takes, of its own address", () => {
      fc.assert(
        fc.property(base, caches, (at, cache) => {
          for (const place of [cacheOf(mapper, at, cache), imagesOf(mapper, at, cache.layer)]) {
            expect(parseRepositoryName(place.name)).toBe(place.name);
            expect(place.registry).toBe(at.registry);
          }
          const { tag } = cacheOf(mapper, at, cache);
          expect(parseImageTag(`${tag}.NEXT567`)).toBe(`${tag.toLowerCase()}.NEXT567`);
        }),
      );
    });

    test("distinct layers have distinct places, and none where caches are", () => {
      fc.assert(
        fc.property(base, layers, layers, caches, (at, one, other, cache) => {
          const places = [one, other].map((layer) => imagesOf(mapper, at, layer).name);
          expect(places[0] === places[1]).toBe(one === other);
          expect(places).not.toContain(cacheOf(mapper, at, cache).name);
        }),
      );
    });

    test("a place that is no cache's is none", () => {
      fc.assert(
        fc.property(base, layers, platforms, (at, layer, its) => {
          const { tag } = cacheOf(mapper, at, {
            namespace: { kind: "ci", workspace: workspace.parse("w") },
            layer,
            platform: its,
          });
          expect(mapper.readCache(at, { ...imagesOf(mapper, at, layer), tag })).toBeUndefined();
        }),
      );
    });

    test("caches are asked for as an image of OCI's types", () => {
      expect(mapper.cacheOptions).toEqual({ "image-manifest": "true", "oci-mediatypes": "true" });
    });

    test("what there is no room for is told", () => {
      const long = layerName.parse("l".repeat(254));
      const at = placeNamed(bases[0] ?? "");
      const name = `${at.name} has no room for the name of ${long}`;
      expect(mapper.imagesOf(at, long)).toEqual({ ok: false, error: name });
      const ci = { kind: "ci", workspace: workspace.parse("w") } as const;
      expect(mapper.cacheOf(at, ci, long, platform.parse("linux/amd64"))).toEqual({ ok: false, error: name });
      for (const [deep, error] of tooDeep)
        expect(mapper.imagesOf(placeNamed(deep), parseLayer("rust"))).toEqual({ ok: false, error });
    });
  });
}

function cacheOf(
  mapper: RegistryMapper,
  base: RepositoryPlace,
  { namespace, layer, platform: its }: CacheName,
): TagPlace {
  return expectOk(mapper.cacheOf(base, namespace, layer, its));
}

function imagesOf(mapper: RegistryMapper, base: RepositoryPlace, layer: CacheName["layer"]): RepositoryPlace {
  return expectOk(mapper.imagesOf(base, layer));
}

function expectOk<T>(result: Result<T, string>): T {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}
