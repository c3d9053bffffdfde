// `lamina nickel export FILE`: a Nickel file evaluated and printed as data.

import { resolve } from "node:path";
import type { Located } from "../../engine/nickel/located.ts";
import { choice } from "../args.ts";
import { complain, defineCommand } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { importPaths, nickelOptions } from "../nickel-options.ts";
import { tellDiagnostics } from "../project.ts";
import { renderNickelJson } from "../report/nickel-json.ts";
import { createHost, openEvaluator } from "../wire.ts";

export const command = defineCommand({
  name: "nickel export",
  operands: { name: "FILE", min: 1, max: 1 },
  description:
    "Evaluates a Nickel file (or a JSON, YAML or TOML one) as a whole and prints it as data.\n" +
    'lamina\'s own contracts can be imported as "lamina/workflow.ncl" and so on.',
  options: { format: choice(["json", "yaml", "toml"], "json by default"), ...nickelOptions },
  examples: [
    { command: "lamina nickel export catalog/rust/workflow.ncl", does: "as JSON" },
    {
      command: "lamina nickel export --format yaml -I lib config.ncl",
      does: "as YAML, with imports from lib",
    },
  ],
  run: async ({ options, operands, directory, output }) => {
    const host = createHost();
    const paths = importPaths(options["import-path"], directory, host.env("NICKEL_IMPORT_PATH"));
    const evaluated = openEvaluator(host, paths).evaluate(resolve(directory, operands[0] ?? ""));
    if (!evaluated.ok) {
      tellDiagnostics({ directory, output }, directory, evaluated.error);
      return exitCode.failed;
    }
    const text = await renderAs(options.format ?? "json", evaluated.value.value);
    if (text === undefined) {
      complain(output, "TOML has no null, and knows only records at its top", "use --format json or yaml");
      return exitCode.failed;
    }
    output.result(text);
    return exitCode.done;
  },
});

/** With a line end; undefined where the format cannot say the value. */
async function renderAs(format: "json" | "yaml" | "toml", value: Located): Promise<string | undefined> {
  if (format === "json") return `${renderNickelJson(value, "  ")}\n`;
  if (format === "yaml") {
    const { stringify } = await import("yaml");
    return stringify(toPlain(value), { lineWidth: 0 });
  }
  if (value.kind !== "record" || holdsNull(value)) return undefined;
  const { stringify } = await import("smol-toml");
  return `${stringify(toPlain(value)).trimEnd()}\n`;
}

/** As JavaScript values; whole numbers that a double cannot hold become bigints. */
function toPlain(value: Located): unknown {
  switch (value.kind) {
    case "number":
      return /^-?\d+$/.test(value.text) && !Number.isSafeInteger(value.value)
        ? BigInt(value.text)
        : value.value;
    case "array":
      return value.items.map(toPlain);
    case "record":
      return Object.fromEntries(Array.from(value.fields, ([name, field]) => [name, toPlain(field.value)]));
    case "enum":
      return value.tag;
    case "null":
      return null;
    default:
      return value.value;
  }
}

function holdsNull(value: Located): boolean {
  if (value.kind === "array") return value.items.some(holdsNull);
  if (value.kind === "record")
    return Array.from(value.fields.values()).some((field) => holdsNull(field.value));
  return value.kind === "null";
}
