// The catalog that examples and self-test change: three layers, of which nothing is to be said.

import type { SampleFiles } from "./explanation.ts";

/** Fields of a declaration as Nickel texts; undefined takes one out. */
type Fields = Readonly<Record<string, string | undefined>>;

const layers: Readonly<Record<string, Fields>> = {
  debian: {
    kind: "'utility",
    build_base: '{ image = "debian:trixie-slim" }',
    tools_provided: '["bash"]',
    artifact_paths: "[]",
    language: '"shell"',
  },
  nushell: {
    kind: "'utility",
    build_base: '"debian"',
    tools_provided: '["nu"]',
    artifact_paths: '["/usr/bin/nu"]',
    language: '"rust"',
  },
  rust: {
    kind: "'toolchain",
    build_base: '"debian"',
    tools_provided: '["rustc"]',
    artifact_paths: '["/usr/bin/rustc"]',
    language: '"rust"',
  },
};

/** The text of a layer's workflow.ncl: a layer of the sound catalog with other fields, or one with these alone. */
export function declare(name: string, fields: Fields = {}): string {
  const all = { name: `"${name}"`, ...layers[name], ...fields };
  const lines = Object.entries(all).flatMap(([field, value]) =>
    value === undefined ? [] : [`  ${field} = ${value},\n`],
  );
  return `{\n${lines.join("")}}\n`;
}

/** By paths below the project. */
export const soundCatalog: Readonly<Record<string, string>> = {
  "catalog/debian/workflow.ncl": declare("debian"),
  "catalog/debian/Dockerfile": "FROM debian:trixie-slim\n",
  "catalog/nushell/workflow.ncl": declare("nushell"),
  "catalog/nushell/Dockerfile": "FROM lamina/debian\nRUN install-nu\n",
  "catalog/rust/workflow.ncl": declare("rust"),
  "catalog/rust/Dockerfile": "FROM lamina/debian\nRUN install-rust\n",
};

/** The files of a sample's project, marks and all: its own and the sound catalog's other ones. */
export function completeSample(files: SampleFiles): Readonly<Record<string, string>> {
  const all = Object.entries({ ...soundCatalog, ...files });
  return Object.fromEntries(all.flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])));
}
