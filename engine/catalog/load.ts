// catalog/<layer>/workflow.ncl and Dockerfile, all of them, into typed layers: what is sound comes out, and so does all
// that is wrong with the rest.

import type { Diagnostic } from "../core/diagnostic.ts";
import type { Files } from "../core/host.ts";
import type { Result } from "../core/result.ts";
import type { Evaluated } from "../nickel/evaluate.ts";
import type { Catalog } from "./layer.ts";

export interface CatalogDeps {
  readonly files: Files;
  /** Evaluates a Nickel file by absolute path. */
  readonly evaluate: (entryPath: string) => Result<Evaluated, readonly Diagnostic[]>;
}

export interface LoadedCatalog {
  readonly catalog: Catalog;
  /** Sorted; warnings among them. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads every layer under `root`/catalog (`root` is absolute: see `locateProject`). Never fails: faults are diagnostics. */
export function loadCatalog(root: string, deps: CatalogDeps): LoadedCatalog {
  void root;
  void deps;
  throw new Error("not yet");
}
