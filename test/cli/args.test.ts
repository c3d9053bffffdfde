// Argument vectors against tables of options.

import { describe, expect, test } from "vitest";
import { parseArgs } from "../../cli/args.ts";
import { choice, flag, list, notEmpty, type OptionSpecs, positiveInteger, text } from "../../cli/option.ts";

const own = {
  json: flag("as JSON"),
  format: choice(["text", "dot"], "the format"),
  concurrency: { kind: "value", placeholder: "N", summary: "at once", parse: positiveInteger },
  base: list("IMAGE=REF", "a base", notEmpty, "b"),
} as const satisfies OptionSpecs;
const common = {
  quiet: flag("less", "q"),
  verbose: flag("more", "v"),
  directory: text("DIR", "there", "C"),
} as const;

function parsed(...args: string[]) {
  const result = parseArgs(args, own, common);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function fault(...args: string[]) {
  const result = parseArgs(args, own, common);
  if (result.ok) throw new Error(`nothing is wrong with ${args.join(" ")}`);
  return result.error;
}

describe("options", () => {
  test("absent ones are false, undefined and empty", () => {
    expect(parsed()).toEqual({
      options: { json: false, format: undefined, concurrency: undefined, base: [] },
      common: { quiet: false, verbose: false, directory: undefined },
      operands: [],
    });
  });

  test("stand anywhere among the operands, with the value behind or attached", () => {
    expect(parsed("rust", "--concurrency", "3", "--format=dot", "deps", "--json")).toEqual({
      options: { json: true, format: "dot", concurrency: 3, base: [] },
      common: { quiet: false, verbose: false, directory: undefined },
      operands: ["rust", "deps"],
    });
  });

  test("of one letter are grouped, and take values", () => {
    const { options, common: shared } = parsed("-qv", "-C", "/there", "-ba=1", "-b", "b=2");
    expect(shared).toEqual({ quiet: true, verbose: true, directory: "/there" });
    expect(options.base).toEqual(["a=1", "b=2"]);
  });

  test("end at two dashes; one dash is an operand", () => {
    expect(parsed("-", "--", "--json", "-q").operands).toEqual(["-", "--json", "-q"]);
  });

  test("may have values that look like options or hold equals signs", () => {
    expect(parsed("--base=--x=y", "--base", "-z").options.base).toEqual(["--x=y", "-z"]);
  });
});

describe("what is wrong with the usage", () => {
  test("an unknown option, with the one that may be meant", () => {
    expect(fault("--concurency", "3")).toEqual({
      message: "there is no option --concurency",
      help: "did you mean --concurrency?",
    });
  });

  test("an unknown option that is near to none", () => {
    expect(fault("--frobnicate")).toEqual({ message: "there is no option --frobnicate", help: undefined });
    expect(fault("-x").message).toBe("there is no option -x");
    expect(fault("-qx").message).toBe("there is no option -x");
  });

  test("an option named like a property of every object", () => {
    expect(fault("--constructor").message).toBe("there is no option --constructor");
  });

  test("a value that is missing, unwanted, empty, or given twice", () => {
    expect(fault("--concurrency").message).toBe("option --concurrency needs a value: --concurrency N");
    expect(fault("--json=yes").message).toBe("option --json takes no value");
    expect(fault("--directory=").message).toBe("--directory must not be empty");
    expect(fault("--format=dot", "--format=dot").message).toBe("option --format is given twice");
  });

  test("a value that is not what it must be", () => {
    expect(fault("--concurrency=0").message).toBe('--concurrency must be a positive integer, not "0"');
    expect(fault("--concurrency=1e3").message).toBe('--concurrency must be a positive integer, not "1e3"');
    expect(fault("--format=html").message).toBe('--format must be text or dot, not "html"');
  });
});
