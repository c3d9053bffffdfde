// What the parts of the compiler share: the chain of frames that will exist at run time, and how to compile a part.

import type { Core, CoreContract, CorePattern, CoreType, Frame } from "../lower/core.ts";
import type { Label } from "./label.ts";
import type { Code, Env } from "./thunk.ts";
import type { RuntimeType } from "./type.ts";
import type { Lazy } from "./value.ts";

/** The frames around a term, innermost first; frames without variables do not exist. */
export interface Chain {
  readonly frame: Frame;
  readonly up: Chain | undefined;
}

/** Core terms of one kind. */
export type CoreOf<K extends Core["kind"]> = Extract<Core, { kind: K }>;

/** A value that need not be computed yet. */
export type Delayed = (env: Env) => Lazy;

/** Puts the variables of a pattern into slots; false when the value does not fit. Fallbacks and annotations see `env`. */
export type Matcher = (value: Lazy, slots: Lazy[], env: Env) => boolean;

export interface TypeCode {
  /** The type itself when it holds no terms. */
  readonly closed: RuntimeType | undefined;
  build(env: Env): RuntimeType;
}

export interface ContractCode {
  readonly type: TypeCode;
  readonly label: Label;
}

export interface Compiler {
  /** The initial environment. */
  global(name: string): Lazy;
  /** The value of an imported file. */
  imported(core: Extract<Core, { kind: "import" }>): Lazy;
  /** Told what programs trace. */
  trace(text: string): void;
  code(core: Core, chain: Chain | undefined, tail: boolean): Code;
  delayed(core: Core, chain: Chain | undefined): Delayed;
  type(type: CoreType, chain: Chain | undefined): TypeCode;
  contract(contract: CoreContract, chain: Chain | undefined): ContractCode;
  matcher(pattern: CorePattern, chain: Chain | undefined): Matcher;
}

/** The chain within a frame; a frame without variables adds nothing. */
export function within(frame: Frame, chain: Chain | undefined): Chain | undefined {
  return frame.size === 0 ? chain : { frame, up: chain };
}
