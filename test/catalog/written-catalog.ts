// A catalog written to a temporary folder, judged by the real parts, and told as a person would read it.

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { renderDiagnostic } from "../../cli/report/diagnostic.ts";
import { loadCatalog } from "../../engine/catalog/load.ts";
import { compareDiagnostics } from "../../engine/core/diagnostic.ts";
import { buildGraph } from "../../engine/graph/build-graph.ts";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import { systemFiles } from "../../providers/host/files.ts";

/** Paths below catalog/ to texts; undefined takes a file of the sound catalog out. */
type CatalogFiles = Readonly<Record<string, string | undefined>>;

/** Three layers in a row, and one that is copied from. */
const soundCatalog: CatalogFiles = {
  "debian/workflow.ncl": `{
  name = "debian",
  kind = 'utility,
  build_base = { image = "debian:trixie-slim" },
  tools_provided = ["bash"],
  artifact_paths = [],
  language = "none",
}
`,
  "debian/Dockerfile": `FROM debian:trixie-slim
RUN --mount=type=bind,source=packages,target=/packages apt-get install -y $(cat /packages)
`,
  "debian/packages": "ca-certificates\n",
  "nushell/workflow.ncl": `{
  name = "nushell",
  kind = 'utility,
  build_base = "debian",
  tools_provided = ["nu"],
  artifact_paths = ["/usr/local/bin/nu"],
  language = "rust",
}
`,
  "nushell/Dockerfile": `FROM lamina/debian
RUN fetch-nu
`,
  "rust/workflow.ncl": `{
  name = "rust",
  kind = 'toolchain,
  build_base = "debian",
  tools_provided = ["rustc", { name = "cargo", version = ">=1.80" }],
  artifact_paths = ["/usr/bin/cargo"],
  language = "rust",
  secrets = ["sccache_creds"],
}
`,
  "rust/Dockerfile": `FROM lamina/debian
RUN --mount=type=secret,id=sccache_creds install-rust
`,
  "rust-deps/workflow.ncl": `{
  name = "rust-deps",
  kind = 'deps,
  build_base = "rust",
  copies_from = ["nushell"],
  tools_provided = ["cook"],
  tools_required = ["cargo"],
  artifact_paths = ["/deps"],
  language = "rust",
  args = { PROFILE = "release" },
  target = "final",
}
`,
  "rust-deps/Dockerfile": `FROM lamina/rust AS cooker
ARG PROFILE=dev
COPY Cargo.toml .
RUN cargo chef cook --profile $PROFILE

FROM lamina/rust AS final
COPY --from=cooker /deps /deps
COPY --from=lamina/nushell /usr/local/bin/nu /usr/local/bin/nu
`,
  "rust-deps/Cargo.toml": "[package]\n",
};

/** All that is wrong with the sound catalog after these changes, as text; "" where nothing is. */
export async function judgeCatalog(changes: CatalogFiles): Promise<string> {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "lamina-catalog-")));
  try {
    for (const [name, text] of Object.entries({ ...soundCatalog, ...changes })) {
      if (text === undefined) continue;
      const file = path.join(root, "catalog", name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const evaluator = createEvaluator({ files: systemFiles, importPaths: [] });
    const { catalog, diagnostics } = await loadCatalog(root, {
      files: systemFiles,
      evaluate: (entry) => evaluator.evaluate(entry),
    });
    const graph = buildGraph(catalog);
    return [...diagnostics, ...(graph.ok ? graph.warnings : graph.error)]
      .sort(compareDiagnostics)
      .map((diagnostic) => renderDiagnostic(diagnostic, { root, color: false }))
      .join("\n\n");
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** A file of the sound catalog with one text in place of another, which must be there. */
export function edit(
  file: string,
  ...replacements: readonly (readonly [from: string, to: string])[]
): CatalogFiles {
  let text = soundCatalog[file] ?? "";
  for (const [from, to] of replacements) {
    if (!text.includes(from)) throw new Error(`${file} holds no ${from}`);
    text = text.replace(from, () => to);
  }
  return { [file]: text };
}
