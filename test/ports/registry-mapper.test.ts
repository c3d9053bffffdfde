// The laws of the port on every mapper, and what names look like at each.

import { expect, test } from "vitest";
import { mapperOf } from "../../providers/registry/mappers.ts";
import { layerName } from "../../schemas/layer-name.ts";
import { platform } from "../../schemas/platform.ts";
import { registryProviders } from "../../schemas/registry-providers.ts";
import { actorId, workspace } from "../../schemas/workspace.ts";
import { describeRegistryMapper, placeNamed } from "./registry-mapper.ts";

const nested = ["r.example/lamina", "r.example/cache", "r.example/team/lamina", "r.example/team/cache/ci"];
describeRegistryMapper(mapperOf("zot"), { bases: nested, tooDeep: [] });
describeRegistryMapper(mapperOf("harbor"), { bases: nested, tooDeep: [] });
describeRegistryMapper(mapperOf("ghcr"), { bases: nested, tooDeep: [] });
describeRegistryMapper(mapperOf("dockerhub"), {
  bases: ["docker.io/acme", "docker.io/acme/lamina", "docker.io/acme/cache", "docker.io/acme/a--cache__ci"],
  tooDeep: [
    [
      "docker.io/acme/lamina/images",
      "acme/lamina/images has more than an owner and a name, which is all that Docker Hub has",
    ],
  ],
});

test("each kind of registry that directives name has its mapper", () => {
  expect(registryProviders.map((name) => mapperOf(name).name)).toEqual(registryProviders);
});

test.each([
  ["zot", "r.example/lamina", "lamina/rust.deps", "cache/dev/jpl-lamina/rust.deps:linux-arm-v7"],
  [
    "zot",
    "r.example/team/lamina",
    "team/lamina/rust.deps",
    "team/cache/dev/jpl-lamina/rust.deps:linux-arm-v7",
  ],
  ["harbor", "r.example/project", "project/rust.deps", "project/cache/dev/jpl-lamina/rust.deps:linux-arm-v7"],
  [
    "ghcr",
    "ghcr.io/owner/lamina",
    "owner/lamina/rust.deps",
    "owner/cache/dev/jpl-lamina/rust.deps:linux-arm-v7",
  ],
  ["dockerhub", "docker.io/acme", "acme/rust---deps", "acme/cache__dev__jpl__lamina:rust.deps__linux-arm-v7"],
  [
    "dockerhub",
    "docker.io/acme/lamina",
    "acme/lamina--rust---deps",
    "acme/lamina--cache__dev__jpl__lamina:rust.deps__linux-arm-v7",
  ],
] as const)("%s has the images of %s at %s and their caches at %s", (name, base, images, cache) => {
  const mapper = mapperOf(name);
  const at = placeNamed(base);
  const layer = layerName.parse("rust.deps");
  const namespace = {
    kind: "dev",
    actorId: actorId.parse("jpl"),
    workspace: workspace.parse("lamina"),
  } as const;
  expect(mapper.imagesOf(at, layer)).toEqual({ ok: true, value: { registry: at.registry, name: images } });
  const [cacheName, tag] = cache.split(":");
  expect(mapper.cacheOf(at, namespace, layer, platform.parse("linux/arm/v7"))).toEqual({
    ok: true,
    value: { registry: at.registry, name: cacheName, tag },
  });
});

test("a place that only looks like a cache's is none", () => {
  const zot = mapperOf("zot");
  const at = placeNamed("r.example/lamina");
  const layer = layerName.parse("rust");
  const ci = { kind: "ci", workspace: workspace.parse("w") } as const;
  const place = zot.cacheOf(at, ci, layer, platform.parse("linux/amd64"));
  if (!place.ok) throw new Error(place.error);
  for (const path of [
    "cache/ci/w/rust/more",
    "cache/dev/w/rust",
    "cache/eu/w/rust",
    "cache/ci/w",
    "ci/w/rust",
  ]) {
    const parsed = placeNamed(`r.example/${path}`);
    expect(zot.readCache(at, { ...parsed, tag: place.value.tag })).toBeUndefined();
  }
  expect(
    zot.readCache(at, { ...place.value, ...placeNamed("other.example/cache/ci/w/rust") }),
  ).toBeUndefined();
});
