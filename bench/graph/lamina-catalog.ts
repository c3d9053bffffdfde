// A shape as a catalog of lamina: three files a layer.

import type { Shape, ShapeNode } from "./shape.ts";

/** Text by path relative to the project. */
export type FileTree = ReadonlyMap<string, string>;

/** The external image that the lowest level stands on. */
const rootImage = "debian:trixie-slim";

export function writeCatalog(shape: Shape): FileTree {
  const files = new Map<string, string>([["catalog/build_directives.ncl", directives]]);
  for (const node of shape) {
    const folder = `catalog/${node.name}`;
    files.set(`${folder}/workflow.ncl`, workflowOf(node));
    files.set(`${folder}/Dockerfile`, dockerfileOf(node));
    files.set(`${folder}/tool.sh`, `#!/bin/sh\necho "${node.name} 1.0.0"\n`);
  }
  return files;
}

const directives = `let D = import "lamina/build_directives.ncl" in
D.make_ci_build {
  workspace = "lamina",
  artifact = { image = "lamina" },
  compute_provider = 'docker_local,
  registry_provider = 'zot,
  cache_policy = D.ci_cache_policy,
}
`;

function workflowOf({ name, base, copies }: ShapeNode): string {
  const list = copies.map((copy) => JSON.stringify(copy)).join(", ");
  return `let W = import "lamina/workflow.ncl" in
{
  name = "${name}",
  kind = 'utility,
  build_base = ${base === undefined ? `{ image = "${rootImage}" }` : JSON.stringify(base)},
  tools_provided = [{ name = "${name}", version = ">=1" }],
  artifact_paths = ["/opt/${name}/bin/${name}"],
  language = "shell",
${copies.length === 0 ? "" : `  copies_from = [${list}],\n`}} | W.Workflow
`;
}

function dockerfileOf({ name, base, copies }: ShapeNode): string {
  const copied = copies.map((copy) => `COPY --from=lamina/${copy} /opt/${copy} /opt/${copy}\n`).join("");
  return `FROM ${base === undefined ? rootImage : `lamina/${base}`}
${copied}COPY --chmod=755 tool.sh /opt/${name}/bin/${name}
RUN ln -s /opt/${name}/bin/${name} /usr/local/bin/${name}
`;
}
