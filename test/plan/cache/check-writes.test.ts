// The gate before every solve: what a plan may not write is named, with who may; and what each disposition wires.

import { describe, expect, test } from "vitest";
import type { Actor } from "../../../engine/plan/cache/actor.ts";
import type { CacheRef } from "../../../engine/plan/cache/cache-ref.ts";
import { checkCaches } from "../../../engine/plan/cache/check-writes.ts";
import { type CacheSettings, wireCaches } from "../../../engine/plan/cache/wire-caches.ts";
import { dockerhub } from "../../../providers/registry/dockerhub.ts";
import { harbor } from "../../../providers/registry/harbor.ts";
import { actorId, workspace } from "../../../schemas/workspace.ts";
import { amd64, arm64, layer } from "../../lock/samples.ts";
import { placeNamed } from "../../ports/registry-mapper.ts";
import { cachesOf, ci, jpl, lamina } from "../cache-settings.ts";
import { planOf, stepOf } from "../steps.ts";

const aux = (...layers: readonly string[]): Actor => ({
  kind: "ci_aux",
  writes: layers.map((name) => ({ workspace: lamina, layer: name === "*" ? ("all" as const) : layer(name) })),
});

/** What is wrong with building these layers. */
function check(settings: CacheSettings, ...layers: readonly string[]) {
  const steps = layers.map((name) =>
    stepOf(name, { cache: wireCaches(settings, layer(name), amd64, [layer("debian")]) }),
  );
  return checkCaches(planOf(steps), settings);
}

/** A plan by somebody who did not ask what may be written. */
function checkForged(actor: Actor, namespace: CacheRef["namespace"], action: "build" | "reuse" = "build") {
  const wide = cachesOf(namespace.kind === "ci" ? ci : { kind: "human", id: namespace.actorId }, {
    workspace: namespace.workspace,
  });
  const { to } = wireCaches(wide, layer("rust"), amd64, []);
  return checkCaches(planOf([stepOf("rust", { action, cache: { from: [], to } })]), cachesOf(actor));
}

describe("the gate", () => {
  test("lets everybody write what is theirs", () => {
    for (const actor of [ci, jpl, aux("*"), aux("rust", "debian"), aux()])
      expect(check(cachesOf(actor), "debian", "rust")).toBeUndefined();
  });

  test("names what an auxiliary is not listed for", () => {
    expect(check(cachesOf(aux("rust")), "debian", "rust", "leptos")).toEqual({
      message: "ci_aux may not write ci/lamina/debian, ci/lamina/leptos: cache_policy lists ci/lamina/rust",
      help: "build those layers as ci first, list them in writes of cache_policy, or write nothing: disposition = 'discard",
    });
    expect(check(cachesOf(aux("rust"), { disposition: "discard" }), "debian")).toBeUndefined();
  });

  test("refuses what anybody else's plan would write, and says whose it is", () => {
    expect(checkForged(jpl, { kind: "ci", workspace: lamina })).toEqual({
      message: "human jpl may not write ci/lamina/rust: it writes dev/jpl-lamina/* alone",
      help: "ci/lamina/* is written by ci in that workspace, and by ci_aux where its policy lists it",
    });
    const ann = actorId.parse("ann");
    expect(checkForged(jpl, { kind: "dev", actorId: ann, workspace: lamina })).toEqual({
      message: "human jpl may not write dev/ann-lamina/rust: it writes dev/jpl-lamina/* alone",
      help: "dev/ann-lamina/* is written by ann in that workspace",
    });
    expect(checkForged(ci, { kind: "dev", actorId: ann, workspace: lamina })?.message).toBe(
      "ci may not write dev/ann-lamina/rust: it writes ci/lamina/* alone",
    );
    expect(checkForged(ci, { kind: "ci", workspace: workspace.parse("other") })?.message).toBe(
      "ci may not write ci/other/rust: it writes ci/lamina/* alone",
    );
  });

  test("has nothing against what is not built", () => {
    expect(checkForged(jpl, { kind: "ci", workspace: lamina }, "reuse")).toBeUndefined();
  });

  test("names a layer that the registry has no room for", () => {
    const settings = cachesOf(ci, { base: placeNamed(`registry.example/${"a/".repeat(100)}lamina`) });
    expect(check(settings, "rust".repeat(20))?.message).toMatch(
      /^there is no place for caches of (rust)+ beside registry\.example\/\S+: the repository \S+ has no room for the name of (rust)+$/,
    );
  });
});

const addresses = (settings: CacheSettings) => {
  const { from, to } = wireCaches(settings, layer("rust"), arm64, [layer("debian")]);
  return { from: from.map(({ address }) => address), to: to.map(({ address }) => address) };
};

const at = (path: string) => `registry.example/cache/${path}:linux-arm64`;

const staged = (settings: CacheSettings) => wireCaches(settings, layer("rust"), arm64, []).to[0]?.staged;

describe("what is wired", () => {
  test("by CI: its own, the nearest first", () => {
    expect(addresses(cachesOf(ci))).toEqual({
      from: [at("ci/lamina/rust"), at("ci/lamina/debian")],
      to: [at("ci/lamina/rust")],
    });
  });

  test("in a session: of each layer its own before CI's, and it writes its own", () => {
    expect(addresses(cachesOf(jpl))).toEqual({
      from: [
        at("dev/jpl-lamina/rust"),
        at("ci/lamina/rust"),
        at("dev/jpl-lamina/debian"),
        at("ci/lamina/debian"),
      ],
      to: [at("dev/jpl-lamina/rust")],
    });
  });

  test("discard writes nothing, and reads as before; so does an auxiliary that lists nothing", () => {
    expect(addresses(cachesOf(jpl, { disposition: "discard" }))).toEqual({
      ...addresses(cachesOf(jpl)),
      to: [],
    });
    expect(addresses(cachesOf(aux()))).toEqual({ ...addresses(cachesOf(ci)), to: [] });
  });

  test("rollback writes beside the cache first; the tag is removed only where only the tag goes", () => {
    expect(staged(cachesOf(ci))).toBeUndefined();
    expect(staged(cachesOf(ci, { disposition: "rollback" }))).toEqual({
      tag: "linux-arm64.NEXT",
      isRemovable: true,
    });
    for (const mapper of [harbor, dockerhub]) {
      const base = placeNamed("registry.example/acme/lamina");
      const settings = cachesOf(ci, { disposition: "rollback", mapper, base });
      expect(staged(settings)?.isRemovable).toBe(mapper.tagDeletion === "tag");
    }
  });

  test("what the registry wants of an export goes along, and that it speaks no TLS", () => {
    const plainHttp = new Set([placeNamed("registry.example/x").registry]);
    const { from, to } = wireCaches(cachesOf(ci, { plainHttp }), layer("rust"), amd64, []);
    expect(from[0]?.isPlainHttp).toBe(true);
    expect(to[0]).toMatchObject({
      isPlainHttp: true,
      options: { "image-manifest": "true", "oci-mediatypes": "true" },
    });
  });
});
