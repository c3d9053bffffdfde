// What reading a catalog needs: files, and the evaluation of Nickel ones.

import type { Diagnostic } from "../core/diagnostic.ts";
import type { Files } from "../core/host.ts";
import type { Result } from "../core/result.ts";
import type { Memory } from "../memory/memory.ts";
import type { Evaluated } from "../nickel/evaluate.ts";

export type Evaluation = Result<Evaluated, readonly Diagnostic[]>;

export interface CatalogDeps {
  readonly files: Files;
  /** Evaluates a Nickel file by absolute path. */
  readonly evaluate: (entryPath: string) => Evaluation | Promise<Evaluation>;
  /** What was read before, of these very files; absent: all is read anew. */
  readonly memory?: Memory | undefined;
}
