// `lamina nickel batch`: paths on stdin, one a line; a line of JSON back for each, in order.

import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Files } from "../../engine/core/host.ts";
import { SourceFile } from "../../engine/core/source.ts";
import type { NickelDiagnostic } from "../../engine/nickel/diagnostics.ts";
import type { NickelEvaluator } from "../../engine/nickel/evaluate.ts";
import { writeJsonLine } from "../../engine/nickel/formats/write-json.ts";
import { parse } from "../../engine/nickel/syntax/parse.ts";
import { defineCommand, noOperands } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { limitOptions, readNickelLimits } from "../nickel-limits.ts";
import { importPaths, nickelOptions } from "../nickel-options.ts";
import { openEvaluator } from "../open-evaluator.ts";
import { choice } from "../option.ts";
import { createHost } from "../wire.ts";

const modes = ["export", "eval", "typecheck", "typecheck_strict", "parse"] as const;

export const command = defineCommand({
  name: "nickel batch",
  operands: noOperands,
  description:
    "Reads paths from stdin, one a line, and answers each with a line of JSON, in order:\n" +
    '{"file":P,"ok":true,"value":V} or\n' +
    '{"file":P,"ok":false,"error":{"kind":"EvalError::BlameError","message":"…"}}.\n' +
    "Exits with 0 whatever the answers, when stdin ends.",
  options: {
    mode: choice(
      modes,
      "export by default; typecheck only checks names and static types, parse the syntax alone",
    ),
    ...nickelOptions,
    ...limitOptions,
  },
  examples: [{ command: "ls catalog/*/workflow.ncl | lamina nickel batch --mode export", does: "" }],
  run: async ({ options, directory, output }) => {
    const host = createHost();
    const paths = importPaths(options["import-path"], directory, host.env("NICKEL_IMPORT_PATH"));
    const limits = readNickelLimits((name) => host.env(name), options);
    if (!limits.ok) return refuseUsage(output, { message: limits.error });
    const evaluator = openEvaluator(host, paths, { firstOnly: true, limits: limits.value });
    const mode = options.mode ?? "export";
    for await (const line of createInterface({ input: process.stdin })) {
      if (line === "") continue;
      const path = resolve(directory, line);
      output.result(`${answer(line, () => respond(mode, path, evaluator, host.files))}\n`);
    }
    return exitCode.done;
  },
});

/** What the evaluator is asked for. */
const asked = {
  export: "export",
  eval: "eval",
  typecheck: "check",
  typecheck_strict: "check-strict",
} as const;

type Response =
  | { readonly ok: true; readonly json: string }
  | {
      readonly ok: false;
      readonly kind: string;
      readonly message: string;
      readonly cause?: { readonly kind: string } | undefined;
    };

/** A bug of ours is an answer too: the next line shall be answered all the same. */
function answer(file: string, ask: () => Response): string {
  let response: Response;
  try {
    response = ask();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    response = { ok: false, kind: "InternalError", message };
  }
  if (response.ok) return `{"file":${JSON.stringify(file)},"ok":true,"value":${response.json}}`;
  const { kind, message, cause } = response;
  return JSON.stringify({ file, ok: false, error: { kind, message, cause } });
}

function respond(
  mode: (typeof modes)[number],
  path: string,
  evaluator: NickelEvaluator,
  files: Files,
): Response {
  if (mode === "parse") {
    const text = files.readText(path);
    if (!text.ok) return { ok: false, kind: "ImportError::IOError", message: text.error.message };
    return refusal(parse(new SourceFile(path, text.value)).diagnostics) ?? { ok: true, json: "null" };
  }
  const evaluated = evaluator.evaluate(path, asked[mode]);
  if (evaluated.ok) return { ok: true, json: writeJsonLine(evaluated.value.value) };
  return refusal(evaluated.error) ?? { ok: false, kind: "InternalError", message: "failed without a word" };
}

/** The first complaint, with its label: what went wrong often stands there. */
function refusal(diagnostics: readonly NickelDiagnostic[]): Response | undefined {
  const first = diagnostics[0];
  if (first === undefined) return undefined;
  const { kind, message, label, notes, cause } = first;
  const texts = [message, label, ...notes.map((note) => note.message)].filter((text) => text !== undefined);
  return { ok: false, kind, message: texts.join("\n"), cause: cause === undefined ? cause : { kind: cause } };
}
