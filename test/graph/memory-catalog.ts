// Catalogs in memory for tests of the graph: layers named by their edges, loaded by the real parts.

import type { Catalog } from "../../engine/catalog/layer.ts";
import { loadCatalog } from "../../engine/catalog/load.ts";
import { buildGraph } from "../../engine/graph/build-graph.ts";
import { type LayerGraph } from "../../engine/graph/graph.ts";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import { type LayerName, layerName } from "../../schemas/layer-name.ts";
import { FakeFiles } from "../fakes/files.ts";

/** The first parent is the base; a layer without parents stands on an image. */
export type Parents = Readonly<Record<string, readonly string[]>>;

/** Files of catalog/ for layers that stand on one another. */
export function catalogFiles(parents: Parents): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parents).flatMap(([name, [base, ...copies]]) => [
      [
        `/project/catalog/${name}/workflow.ncl`,
        `{
  name = "${name}",
  kind = 'utility,
  build_base = ${base === undefined ? '{ image = "debian:trixie-slim" }' : `"${base}"`},
  copies_from = [${copies.map((copy) => `"${copy}"`).join(", ")}],
  tools_provided = [],
  artifact_paths = [],
  language = "none",
}
`,
      ],
      [
        `/project/catalog/${name}/Dockerfile`,
        [
          `FROM ${base === undefined ? "debian:trixie-slim" : `lamina/${base}`}`,
          ...copies.map((copy) => `COPY --from=lamina/${copy} /x /${copy}`),
          "",
        ].join("\n"),
      ],
    ]),
  );
}

/** @throws Error when the files themselves are wrong: what is wrong between layers is for `buildGraph` to tell. */
export async function load(files: FakeFiles): Promise<Catalog> {
  const evaluator = createEvaluator({ files, importPaths: [] });
  const { catalog, diagnostics } = await loadCatalog("/project", {
    files,
    evaluate: (entry) => evaluator.evaluate(entry),
  });
  if (diagnostics.length > 0) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return catalog;
}

/** @throws Error when there is no graph of it. */
export async function graphOf(files: FakeFiles): Promise<LayerGraph> {
  const graph = buildGraph(await load(files));
  if (!graph.ok) throw new Error(graph.error.map(({ message }) => message).join("\n"));
  return graph.value;
}

export function graphOfParents(parents: Parents): Promise<LayerGraph> {
  return graphOf(new FakeFiles(catalogFiles(parents)));
}

export function layer(name: string): LayerName {
  return layerName.parse(name);
}
