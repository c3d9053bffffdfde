// The initial environment: `std`, whose modules are parsed and evaluated when they are first asked for.

import { compileProgram } from "../eval/compile.ts";
import { librarySource } from "../eval/library.ts";
import { accessField } from "../eval/primop/access.ts";
import type { Primop } from "../eval/primop/primop.ts";
import { makeDictionary } from "../eval/record.ts";
import { delay, emptyEnv, force } from "../eval/thunk.ts";
import { FunctionValue, type Lazy } from "../eval/value.ts";
import { lowerFile } from "../lower/lower.ts";
import { parse } from "../syntax/parse.ts";
import arrayText from "./array.ncl.ts";
import contractText from "./contract.ncl.ts";
import enumText from "./enum.ncl.ts";
import functionText from "./function.ncl.ts";
import { nativeArray } from "./native-array.ts";
import { nativeContract, nativeContracts } from "./native-contract.ts";
import { nativeRecord } from "./native-record.ts";
import { nativeValue } from "./native-value.ts";
import numberText from "./number.ncl.ts";
import packageText from "./package.ncl.ts";
import recordText from "./record.ncl.ts";
import stringText from "./string.ncl.ts";
import topText from "./top.ncl.ts";

export interface Library {
  /** What every program may mention. */
  readonly globals: ReadonlySet<string>;
  global(name: string): Lazy;
  /** Told what programs trace. */
  trace(text: string): void;
}

const modules: Readonly<Record<string, string>> = {
  array: arrayText,
  contract: contractText,
  enum: enumText,
  function: functionText,
  number: numberText,
  package: packageText,
  record: recordText,
  string: stringText,
};

const topLevel =
  "is_number is_bool is_string is_enum is_function is_array is_record typeof cast seq deep_seq hash serialize deserialize to_string trace FailWith fail_with test".split(
    " ",
  );

/** One for each evaluator: it holds values. `trace` is told what programs trace. */
export function createLibrary(trace: (text: string) => void): Library {
  const visible = new Set(["std"]);
  const own = new Set(["std", "native"]);
  const std = delay(() => {
    const top = load("top", topText);
    const fields = Object.entries(modules).map(([name, text]) => [name, load(name, text)] as const);
    const functions = topLevel.map((name) => {
      const read = delay(() => force(accessField(force(top), name, undefined, undefined)), undefined);
      return [name, read] as const;
    });
    return makeDictionary([...fields, ...functions], undefined);
  }, undefined);
  const natives = delay(
    () =>
      makeDictionary(
        [
          ...Object.entries(nativeContracts),
          ...[nativeArray, nativeRecord, nativeContract, nativeValue]
            .flatMap((group) => Object.entries(group))
            .map(([name, primop]) => [name, asFunction(primop)] as const),
        ],
        undefined,
      ),
    undefined,
  );

  function global(name: string): Lazy {
    if (name === "std") return std;
    if (name === "native") return natives;
    throw new Error(`the initial environment has no ${name}`);
  }

  function load(name: string, text: string): Lazy {
    const file = librarySource(name, text);
    const span = { file, start: 0, end: text.length };
    return delay(() => {
      const { term, diagnostics } = parse(file);
      if (term === undefined) throw new Error(`std.${name}: ${diagnostics[0]?.message}`);
      const lowered = lowerFile(term, own, true);
      const [fault] = lowered.diagnostics;
      if (fault !== undefined) throw new Error(`std.${name}: ${fault.message}`);
      return compileProgram(lowered.core, { global, imported: () => std, trace })();
    }, span);
  }

  return { globals: visible, global, trace };
}

function asFunction(primop: Primop): FunctionValue {
  return new FunctionValue(
    primop.arity,
    emptyEnv,
    (_, operands) => primop.run(operands, undefined),
    undefined,
  );
}
