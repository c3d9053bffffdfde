// Argument vectors against tables of options: typed values out, or what is wrong with the usage. Options may stand
// anywhere; "--" ends them. Values follow as "--name value" or "--name=value".

import { nearMiss } from "../engine/core/near-miss.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import type { OptionSpec, OptionSpecs, OptionValues } from "./option.ts";

/** What is wrong with how a command was called. */
export interface UsageFault {
  readonly message: string;
  readonly help?: string | undefined;
}

export interface ParsedArgs<O extends OptionSpecs, C extends OptionSpecs> {
  readonly options: OptionValues<O>;
  readonly common: OptionValues<C>;
  /** What is no option, in order. */
  readonly operands: readonly string[];
}

/** Parses what follows the name of a command against its own options and those of all commands. The first fault ends it. */
export function parseArgs<O extends OptionSpecs, C extends OptionSpecs>(
  args: readonly string[],
  own: O,
  common: C,
): Result<ParsedArgs<O, C>, UsageFault> {
  const specs: OptionSpecs = { ...own, ...common };
  const operands: string[] = [];
  const values = new Map<string, unknown>();
  const shortNames = new Map(
    Object.entries(specs).flatMap(([name, { short }]) => (short === undefined ? [] : [[short, name]])),
  );
  const queue = args.slice();
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === "--") {
      operands.push(...queue);
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      operands.push(arg);
      continue;
    }
    let name: string | undefined;
    let shown: string;
    let attached: string | undefined;
    if (arg.startsWith("--")) {
      const equals = arg.indexOf("=");
      name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
      shown = `--${name}`;
      if (equals >= 0) attached = arg.slice(equals + 1);
    } else {
      shown = arg.slice(0, 2);
      name = shortNames.get(arg.slice(1, 2));
      if (arg.length > 2) attached = arg.slice(2);
    }
    const spec = name === undefined || !Object.hasOwn(specs, name) ? undefined : specs[name];
    if (name === undefined || spec === undefined) return err(unknownOption(shown, specs));
    if (spec.kind === "flag") {
      if (attached !== undefined) {
        if (arg.startsWith("--")) return err({ message: `option ${shown} takes no value` });
        // A group of short flags: "-qv".
        queue.unshift(`-${attached}`);
      }
      values.set(name, true);
      continue;
    }
    const value = attached ?? queue.shift();
    if (value === undefined)
      return err({ message: `option ${shown} needs a value: ${shown} ${spec.placeholder}` });
    const parsed = spec.parse(value);
    if (!parsed.ok) {
      const given = value === "" ? "" : `, not ${JSON.stringify(value)}`;
      const { message, help } = typeof parsed.error === "string" ? { message: parsed.error } : parsed.error;
      return err({ message: `${shown} ${message}${given}`, help });
    }
    if (spec.kind === "list") {
      const before = values.get(name);
      values.set(name, [...(Array.isArray(before) ? (before as unknown[]) : []), parsed.value]);
    } else if (values.has(name)) {
      return err({ message: `option ${shown} is given twice` });
    } else values.set(name, parsed.value);
  }
  return ok({ options: collect(values, own), common: collect(values, common), operands });
}

function collect<O extends OptionSpecs>(values: ReadonlyMap<string, unknown>, specs: O): OptionValues<O> {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, values.get(name) ?? absent(spec)]),
  );
  if (!holdsEvery(options, specs)) throw new Error("an option of the table has no value");
  return options;
}

/** Every name of the table is there; each value was made by the parser of its own row. */
function holdsEvery<O extends OptionSpecs>(options: object, specs: O): options is OptionValues<O> {
  return Object.keys(specs).every((name) => Object.hasOwn(options, name));
}

function absent(spec: OptionSpec): unknown {
  return spec.kind === "flag" ? false : spec.kind === "list" ? [] : undefined;
}

function unknownOption(shown: string, specs: OptionSpecs): UsageFault {
  const near = shown.startsWith("--") ? nearMiss(shown.slice(2), Object.keys(specs)) : undefined;
  return {
    message: `there is no option ${shown}`,
    help: near === undefined ? undefined : `did you mean --${near}?`,
  };
}
