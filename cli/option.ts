// What an option of a command is, and how the tables make one: a flag, a value, a list of values, each with the parser
// of its text.

import { err, ok, type Result } from "../engine/core/result.ts";

export type OptionSpec = FlagSpec | ValueSpec<unknown> | ListSpec<unknown>;

interface Described {
  /** For --help: one line. */
  readonly summary: string;
  /** One letter. */
  readonly short?: string;
}

export interface FlagSpec extends Described {
  readonly kind: "flag";
}

/** What a value must be, "must be a positive integer", with or without what helps: 'did you mean "all"?'. */
export type WrongValue = string | { readonly message: string; readonly help: string };

/** Turns a value's text into what the command works with. */
export type ParseValue<T> = (text: string) => Result<T, WrongValue>;

export interface ValueSpec<T> extends Described {
  readonly kind: "value";
  /** What stands for the value in --help: "N", "FILE". */
  readonly placeholder: string;
  readonly parse: ParseValue<T>;
  /** For shell completion. */
  readonly choices?: readonly string[];
}

/** A value that may be given several times. */
export interface ListSpec<T> extends Described {
  readonly kind: "list";
  readonly placeholder: string;
  readonly parse: ParseValue<T>;
}

/** By the long name, without dashes. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export type OptionValues<O extends OptionSpecs> = {
  readonly [K in keyof O]: O[K] extends ListSpec<infer T>
    ? readonly T[]
    : O[K] extends ValueSpec<infer T>
      ? T | undefined
      : boolean;
};

/** A flag: there or not. */
export function flag(summary: string, short?: string): FlagSpec {
  return { kind: "flag", summary, ...(short === undefined ? {} : { short }) };
}

/** An option with a text for a value. */
export function text(placeholder: string, summary: string, short?: string): ValueSpec<string> {
  const spec = { kind: "value", placeholder, summary, parse: notEmpty } as const;
  return short === undefined ? spec : { ...spec, short };
}

/** An option whose value is one of these words. */
export function choice<const T extends string>(
  choices: readonly T[],
  summary: string,
  short?: string,
): ValueSpec<T> {
  return {
    kind: "value",
    ...(short === undefined ? {} : { short }),
    placeholder: choices.join("|"),
    summary,
    choices,
    parse: (value) => {
      const found = choices.find((one) => one === value);
      return found === undefined ? err(`must be ${orList(choices)}`) : ok(found);
    },
  };
}

/** An option that may be given several times. */
export function list<T>(
  placeholder: string,
  summary: string,
  parse: ParseValue<T>,
  short?: string,
): ListSpec<T> {
  const spec = { kind: "list", placeholder, summary, parse } as const;
  return short === undefined ? spec : { ...spec, short };
}

export const notEmpty: ParseValue<string> = (value) => (value === "" ? err("must not be empty") : ok(value));

export const positiveInteger: ParseValue<number> = (value) =>
  /^[1-9]\d{0,8}$/.test(value) ? ok(Number(value)) : err("must be a positive integer");

/** "a, b or c". */
export function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
