// What ships is sound by its own schemas: the declarations of the catalog, its directives, the requirements.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toJson } from "../../engine/nickel/located.ts";
import { buildDirectives } from "../../schemas/build-directives.ts";
import { requirements } from "../../schemas/requirements.ts";
import { workflow } from "../../schemas/workflow.ts";
import { openTwinEvaluator } from "./evaluator.ts";

const catalog = join(import.meta.dirname, "../../catalog");
const layers = readdirSync(catalog, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

function evaluateFile(path: string): unknown {
  const own = path.startsWith(catalog) ? [[path, readFileSync(path, "utf8")] as const] : [];
  const result = openTwinEvaluator(new Map(own)).evaluate(path);
  if (!result.ok) throw new Error(result.error.map(({ message }) => message).join("\n"));
  return toJson(result.value.value);
}

test("the catalog has its six layers", () => {
  expect(layers).toEqual(["debian", "leptos", "nushell", "ontoref", "rust", "rust-deps"]);
});

test.each(layers)("catalog/%s/workflow.ncl is sound, and named as its folder", (name) => {
  const parsed = workflow.safeParse(evaluateFile(join(catalog, name, "workflow.ncl")));
  expect(parsed.error).toBeUndefined();
  expect(parsed.data?.name).toBe(name);
});

test("the layers stand on one another and on one external image", () => {
  const bases = layers.map((name) => {
    const { build_base: base, copies_from: copies } = workflow.parse(
      evaluateFile(join(catalog, name, "workflow.ncl")),
    );
    return [name, base, copies];
  });
  expect(bases).toEqual([
    ["debian", { image: "debian:trixie-slim" }, []],
    ["leptos", "rust", []],
    ["nushell", "debian", ["rust"]],
    ["ontoref", "nushell", ["rust"]],
    ["rust", "debian", []],
    ["rust-deps", "rust", []],
  ]);
});

test("the catalog's directives are sound", () => {
  const parsed = buildDirectives.safeParse(evaluateFile(join(catalog, "build_directives.ncl")));
  expect(parsed.error).toBeUndefined();
  expect(parsed.data?.workspace).toBe("lamina");
});

test("the requirements are sound, and name what a build and a registry need", () => {
  const parsed = requirements.safeParse(evaluateFile("/library/lamina/requirements.ncl"));
  expect(parsed.error).toBeUndefined();
  expect(
    parsed.data?.requirements.map(({ need, name, version_min: version }) =>
      [need, name, version ?? ""].join(" ").trim(),
    ),
  ).toEqual([
    "Hard node 24",
    "Hard git",
    "Hard buildkit",
    "Soft docker",
    "Soft rsync",
    "Soft ssh",
    "Soft oras 1.2.0",
    "Soft cosign 2.0.0",
    "Soft sops 3.9.0",
    "Soft age 1.1.0",
  ]);
});
