// The initial environment: `std`, whose modules are parsed and evaluated when they are first asked for.

import { compileProgram } from "../eval/compile.ts";
import { librarySource } from "../eval/library.ts";
import { makeDictionary } from "../eval/record.ts";
import { delay } from "../eval/thunk.ts";
import type { Lazy } from "../eval/value.ts";
import { lowerFile } from "../lower/lower.ts";
import { parse } from "../syntax/parse.ts";

export interface Library {
  /** What every program may mention. */
  readonly globals: ReadonlySet<string>;
  global(name: string): Lazy;
}

const modules: Readonly<Record<string, string>> = {};

/** One for each evaluator: it holds values. */
export function createLibrary(): Library {
  const own = new Set(["std", "native"]);
  const std = delay(
    () =>
      makeDictionary(
        Object.entries(modules).map(([name, text]) => [name, loadModule(name, text)]),
        undefined,
      ),
    undefined,
  );
  const global = (name: string): Lazy => {
    if (name === "std") return std;
    throw new Error(`the initial environment has no ${name}`);
  };

  function loadModule(name: string, text: string): Lazy {
    const file = librarySource(name, text);
    const span = { file, start: 0, end: text.length };
    return delay(() => {
      const { term, diagnostics } = parse(file);
      if (term === undefined) throw new Error(`std.${name}: ${diagnostics[0]?.message}`);
      const lowered = lowerFile(term, own, true);
      const [fault] = lowered.diagnostics;
      if (fault !== undefined) throw new Error(`std.${name}: ${fault.message}`);
      return compileProgram(lowered.core, { global, imported: () => std })();
    }, span);
  }

  return { globals: new Set(["std"]), global };
}
