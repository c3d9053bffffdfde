// Who may read and write which caches: the whole table, and that nobody reaches into another's.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mayRead, mayWrite, ownNamespace } from "../../../engine/plan/cache/access.ts";
import { type Actor, actorOf } from "../../../engine/plan/cache/actor.ts";
import { addressOf, type CacheRef } from "../../../engine/plan/cache/cache-ref.ts";
import { placeCache, wireCaches } from "../../../engine/plan/cache/wire-caches.ts";
import { mapperOf } from "../../../providers/registry/mappers.ts";
import { type CachePolicy, cachePolicy } from "../../../schemas/cache-policy.ts";
import { isActorId, isWorkspace } from "../../../schemas/is-workspace.ts";
import { layerName } from "../../../schemas/layer-name.ts";
import { platform } from "../../../schemas/platform.ts";
import { actorId, workspace } from "../../../schemas/workspace.ts";
import { amd64, layer } from "../../lock/samples.ts";
import { placeNamed } from "../../ports/registry-mapper.ts";
import { cachesOf } from "../cache-settings.ts";

const lamina = workspace.parse("lamina");
const other = workspace.parse("other");
const [jpl, ann] = [actorId.parse("jpl"), actorId.parse("ann")];

const actors = {
  ci: { kind: "ci" },
  "human jpl": { kind: "human", id: jpl },
  "agent jpl": { kind: "agent", id: jpl },
  "human ann": { kind: "human", id: ann },
  "ci_aux of rust": { kind: "ci_aux", writes: [{ workspace: lamina, layer: layer("rust") }] },
  "ci_aux of all": { kind: "ci_aux", writes: [{ workspace: lamina, layer: "all" }] },
  "ci_aux of other": { kind: "ci_aux", writes: [{ workspace: other, layer: "all" }] },
  "ci_aux of nothing": { kind: "ci_aux", writes: [] },
} as const satisfies Readonly<Record<string, Actor>>;

const namespaces = {
  "ci/lamina": { kind: "ci", workspace: lamina },
  "ci/other": { kind: "ci", workspace: other },
  "dev/jpl-lamina": { kind: "dev", actorId: jpl, workspace: lamina },
  "dev/jpl-other": { kind: "dev", actorId: jpl, workspace: other },
  "dev/ann-lamina": { kind: "dev", actorId: ann, workspace: lamina },
} as const satisfies Readonly<Record<string, CacheRef["namespace"]>>;

/** "rw" and the like for each actor that builds in the workspace lamina, of a layer's caches in each namespace. */
function tableOf(name: string): Record<string, Record<string, string>> {
  const rightsOf = (actor: Actor) =>
    Object.fromEntries(
      Object.entries(namespaces).map(([spelled, namespace]) => {
        const ref = { namespace, layer: layer(name), platform: amd64 };
        return [
          spelled,
          `${mayRead(actor, lamina, ref) ? "r" : "-"}${mayWrite(actor, lamina, ref) ? "w" : "-"}`,
        ];
      }),
    );
  return Object.fromEntries(Object.entries(actors).map(([spelled, actor]) => [spelled, rightsOf(actor)]));
}

const [CI, OTHER, JPL, JPL_OTHER, ANN] = Object.keys(namespaces);

function row(ciLamina: string, ciOther: string, devJpl: string, devJplOther: string, devAnn: string) {
  return {
    [CI ?? ""]: ciLamina,
    [OTHER ?? ""]: ciOther,
    [JPL ?? ""]: devJpl,
    [JPL_OTHER ?? ""]: devJplOther,
    [ANN ?? ""]: devAnn,
  };
}

describe("the table", () => {
  test("of a layer that an auxiliary's policy lists", () => {
    expect(tableOf("rust")).toEqual({
      ci: row("rw", "--", "--", "--", "--"),
      "human jpl": row("r-", "r-", "rw", "--", "--"),
      "agent jpl": row("r-", "r-", "rw", "--", "--"),
      "human ann": row("r-", "r-", "--", "--", "rw"),
      "ci_aux of rust": row("rw", "r-", "--", "--", "--"),
      "ci_aux of all": row("rw", "r-", "--", "--", "--"),
      "ci_aux of other": row("r-", "rw", "--", "--", "--"),
      "ci_aux of nothing": row("r-", "r-", "--", "--", "--"),
    });
  });

  test("of a layer that it does not list", () => {
    expect(tableOf("debian")["ci_aux of rust"]).toEqual(row("r-", "r-", "--", "--", "--"));
    expect(tableOf("debian")["ci_aux of all"]).toEqual(row("rw", "r-", "--", "--", "--"));
  });
});

const parse = (policy: object) => actorOf(cachePolicy.parse(policy));

test("an actor comes of a policy that was parsed, and of no other", () => {
  expect(parse({ actor: "ci" })).toEqual({ kind: "ci" });
  expect(parse({ actor: "agent", actor_id: "a_1" })).toEqual({ kind: "agent", id: "a_1" });
  expect(parse({ actor: "ci_aux", writes: ["ci/lamina/rust.1", "ci/o_ther-x/*"] })).toEqual({
    kind: "ci_aux",
    writes: [
      { workspace: "lamina", layer: "rust.1" },
      { workspace: "o_ther-x", layer: "all" },
    ],
  });
  const forged: CachePolicy = { actor: "ci_aux", disposition: "export", writes: ["dev/jpl-lamina/rust"] };
  expect(() => actorOf(forged)).toThrow("dev/jpl-lamina/rust is no canonical cache");
});

const spelled = (id: string, where: string) => {
  const namespace = ownNamespace({ kind: "human", id: actorId.parse(id) }, workspace.parse(where));
  const placed = placeCache(cachesOf({ kind: "ci" }), { namespace, layer: layer("x"), platform: amd64 });
  return placed.ok ? addressOf(placed.value.place) : "";
};

describe("nobody reaches into another's caches", () => {
  const nasty = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 12 }),
    fc.stringMatching(/^[a-cA-C._/\-*:@ é]{0,8}$/),
    fc.stringMatching(/^[a-b](_[a-b])*(-[a-b])*$/),
    fc.constantFrom(
      "",
      "a-b",
      "a_b",
      "a__b",
      "..",
      "../ci",
      "ci/x",
      "JPL",
      "jplé",
      "ﬁ",
      "x".repeat(400),
      "a\n",
      "*",
    ),
  );

  test("what is no plain word is no id, workspace or layer", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(!isActorId(text) || /^[a-z0-9_]+$/.test(text)).toBe(true);
        expect(!isWorkspace(text) || /^[a-z0-9_-]+$/.test(text)).toBe(true);
        expect(!layerName.safeParse(text).success || /^[a-z0-9._-]+$/.test(text)).toBe(true);
      }),
      { numRuns: 2000 },
    );
    const refused = ["", "a-b", "a/b", "a.b", "A", "é", "a_", "_a", "a__b", "a\n", " a", "ci/x", ".."];
    expect(refused.filter((text) => isActorId(text))).toEqual([]);
    expect(
      ["", "a/b", "a.b", "A", "é", "a_", "-a", "a--b", "a\n", ".."].filter((text) => isWorkspace(text)),
    ).toEqual([]);
  });

  const words = fc.stringMatching(/^[ab1]{1,2}$/);
  const joined = (...separators: readonly string[]) =>
    fc
      .tuple(words, fc.array(fc.tuple(fc.constantFrom(...separators), words), { maxLength: 2 }))
      .map(([first, rest]) => first + rest.flat().join(""));
  const ids = joined("_").map((text) => actorId.parse(text));
  const workspaces = joined("_", "-").map((text) => workspace.parse(text));
  const layers = joined(".", "_", "-").map((text) => layerName.parse(text));
  const platforms = fc
    .constantFrom("linux/amd64", "linux/arm64", "linux/arm/v7", "sha256/abc")
    .map((text) => platform.parse(text));
  /** Whose caches they would be: ids are one set, and `ci` stands for whoever writes the canonical ones. */
  const writers = fc.record({
    actor: fc.oneof(
      fc.constant<Actor>({ kind: "ci" }),
      fc
        .tuple(fc.constantFrom("human" as const, "agent" as const), ids)
        .map(([kind, id]): Actor => ({ kind, id })),
    ),
    in: workspaces,
    layer: layers,
    platform: platforms,
  });
  const identityOf = ({
    actor,
    in: where,
    layer: name,
    platform: on,
  }: typeof writers extends fc.Arbitrary<infer W> ? W : never) =>
    JSON.stringify(["id" in actor ? actor.id : null, where, name, on]);

  test.each(["zot", "harbor", "ghcr", "dockerhub"] as const)(
    "two who are not the same never write the same ref: %s",
    (provider) => {
      const mapper = mapperOf(provider);
      const base = placeNamed("registry.example/acme/lamina");
      fc.assert(
        fc.property(writers, writers, (one, two) => {
          const [first, second] = [one, two].map(({ actor, in: where, layer: name, platform: on }) => {
            const settings = cachesOf(actor, { workspace: where, mapper, base });
            return wireCaches(settings, name, on, []).to.map(({ address }) => address);
          });
          if (first?.length === 0 || second?.length === 0) return;
          expect(first?.[0] === second?.[0]).toBe(identityOf(one) === identityOf(two));
        }),
        { numRuns: 2000 },
      );
    },
  );

  test("nothing is wired that may not be used, and no tag is one of referrers", () => {
    const aux = fc
      .array(fc.record({ workspace: workspaces, layer: fc.oneof(layers, fc.constant("all" as const)) }), {
        maxLength: 3,
      })
      .map((writes): Actor => ({ kind: "ci_aux", writes }));
    const anybody = fc.oneof(
      writers.map(({ actor }) => actor),
      aux,
    );
    fc.assert(
      fc.property(
        anybody,
        workspaces,
        layers,
        platforms,
        fc.array(layers, { maxLength: 3 }),
        (actor, where, name, on, ancestors) => {
          const wired = wireCaches(cachesOf(actor, { workspace: where }), name, on, ancestors);
          for (const { ref, place } of [...wired.from, ...wired.to]) {
            expect(ref.namespace.workspace).toBe(where);
            expect(place.tag).not.toMatch(/^sha256-/);
          }
          for (const { ref } of wired.from) expect(mayRead(actor, where, ref)).toBe(true);
          // What an auxiliary is not listed for stays in, to be refused before anything is built.
          for (const { ref } of wired.to)
            expect(actor.kind === "ci_aux" || mayWrite(actor, where, ref)).toBe(true);
          const kinds = [...wired.from, ...wired.to].map(({ ref }) => ref.namespace.kind);
          expect(!kinds.includes("dev") || actor.kind === "human" || actor.kind === "agent").toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("a-b in c is not a in b-c, however it would be spelled", () => {
    expect(isActorId("a-b")).toBe(false);
    const all = [
      ["a", "b-c"],
      ["a_b", "c"],
      ["a", "b_c"],
      ["ab", "c"],
    ].map(([id = "", where = ""]) => spelled(id, where));
    expect(all).toEqual([
      "registry.example/cache/dev/a-b-c/x:linux-amd64",
      "registry.example/cache/dev/a_b-c/x:linux-amd64",
      "registry.example/cache/dev/a-b_c/x:linux-amd64",
      "registry.example/cache/dev/ab-c/x:linux-amd64",
    ]);
  });
});
