// The initial environment: `std`, whose modules are parsed and evaluated when they are first asked for.

import { compileProgram } from "../eval/compile.ts";
import { accessField } from "../eval/primop/access.ts";
import type { Primop } from "../eval/primop/primop.ts";
import { makeDictionary } from "../eval/record.ts";
import { delay, emptyEnv, force } from "../eval/thunk.ts";
import { FunctionValue, type Lazy } from "../eval/value.ts";
import type { Core } from "../lower/core.ts";
import { lowerFile } from "../lower/lower.ts";
import { type FindPrepared, unpackText } from "../lower/prepared.ts";
import { type ModuleName, moduleNames, moduleSource, parseModule, topLevelNames } from "./module.ts";
import { nativeArray } from "./native-array.ts";
import { nativeContract, nativeContracts } from "./native-contract.ts";
import { nativeRecord } from "./native-record.ts";
import { nativeString } from "./native-string.ts";

export interface Library {
  /** What every program may mention. */
  readonly globals: ReadonlySet<string>;
  global(name: string): Lazy;
  /** Told what programs trace. */
  trace(text: string): void;
  /** The modules that have been asked for so far, in that order. */
  loaded(): readonly ModuleName[];
}

/** What programs may mention, and what the library's own texts may. */
const visible = new Set(["std"]);
const own = new Set(["std", "native"]);

/** One for each evaluator: it holds values. `trace` is told what programs trace. */
export function createLibrary(trace: (text: string) => void, prepared?: FindPrepared): Library {
  const loaded: ModuleName[] = [];
  const std = delay(() => {
    const top = load("top");
    const fields = moduleNames.map((name) => [name, load(name)] as const);
    const functions = topLevelNames.map((name) => {
      const read = delay(() => force(accessField(force(top), name, undefined, undefined)), undefined);
      return [name, read] as const;
    });
    return makeDictionary([...fields, ...functions], undefined);
  }, undefined);
  const natives = delay(makeNatives, undefined);

  function global(name: string): Lazy {
    if (name === "std") return std;
    if (name === "native") return natives;
    throw new Error(`the initial environment has no ${name}`);
  }

  function load(name: ModuleName): Lazy {
    return delay(() => {
      loaded.push(name);
      return compileProgram(lowerModule(name, prepared), { global, imported: () => std, trace })();
    }, undefined);
  }

  return { globals: visible, global, trace, loaded: () => loaded };
}

const lowered = new Map<ModuleName, Core>();

/** A module's core, which all evaluators share. */
export function lowerModule(name: ModuleName, prepared?: FindPrepared): Core {
  const known = lowered.get(name);
  if (known !== undefined) return known;
  const core = readPrepared(name, prepared) ?? makeCore(name);
  lowered.set(name, core);
  return core;
}

function readPrepared(name: ModuleName, prepared: FindPrepared | undefined): Core | undefined {
  if (prepared === undefined) return undefined;
  const file = moduleSource(name);
  return unpackText(prepared(file.path), file)?.core;
}

function makeCore(name: ModuleName): Core {
  const { core, diagnostics } = lowerFile(parseModule(name), own, true);
  const [fault] = diagnostics;
  if (fault !== undefined) throw new Error(`std.${name}: ${fault.message}`);
  return core;
}

function makeNatives() {
  const functions = [nativeArray, nativeRecord, nativeContract, nativeString]
    .flatMap((group) => Object.entries(group))
    .map(([name, primop]) => [name, asFunction(primop)] as const);
  return makeDictionary([...Object.entries(nativeContracts), ...functions], undefined);
}

function asFunction(primop: Primop): FunctionValue {
  return new FunctionValue(
    primop.arity,
    emptyEnv,
    (_, operands) => primop.run(operands, undefined),
    undefined,
  );
}
