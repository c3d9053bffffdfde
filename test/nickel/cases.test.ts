// The language by example: every test/nickel/<topic>/*.ncl. The comment at its head says what comes of it:
//
//     # expect: {"a": 1}            the exported value as JSON, which may go on over further comment lines
//
//     # error: EvalError::Other     the kind of the first complaint, and below it what a person reads, whole,
//     # error[E0227]: division …    with lines counted from behind the head

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderDiagnostics } from "../../cli/report/diagnostic.ts";
import { SourceFile } from "../../engine/core/source.ts";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import type { DataNode } from "../../engine/nickel/formats/data.ts";
import { readData } from "../../engine/nickel/formats/read.ts";
import { writeData } from "../../engine/nickel/formats/write.ts";
import { exportNumber } from "../../engine/nickel/number.ts";
import { systemFiles } from "../../providers/host/files.ts";

const root = import.meta.dirname;

const topics = readdirSync(root, { withFileTypes: true }).filter(
  (entry) => entry.isDirectory() && readdirSync(join(root, entry.name)).some((name) => name.endsWith(".ncl")),
);

describe.each(topics.map(({ name }) => name))("%s", (topic) => {
  const folder = join(root, topic);
  const names = readdirSync(folder).filter((name) => name.endsWith(".ncl"));
  test.each(names)("%s", (name) => {
    const path = join(folder, name);
    const { head, program } = split(readFileSync(path, "utf8"));
    expect(evaluate(path, program)).toEqual(expected(head));
  });
});

/** What the head says. */
function expected(head: readonly string[]): Outcome {
  const [, word, first = ""] = /^(expect|error): ?(.*)$/.exec(head[0] ?? "") ?? [];
  const rest = head.slice(1);
  return word === "expect"
    ? { value: json([first, ...rest].join("\n")) }
    : { kind: first, text: rest.join("\n") };
}

type Outcome = { readonly value: unknown } | { readonly kind: string; readonly text: string };

/** The comment lines at the head up to the first other line, without their marks, and what follows the next line. */
function split(text: string): { head: string[]; program: string } {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("#"));
  return {
    head: lines.slice(0, end).map((line) => line.replace(/^# ?/, "")),
    program: lines.slice(end + 1).join("\n"),
  };
}

function evaluate(path: string, program: string): Outcome {
  const overlay = new Map([[path, program]]);
  const result = createEvaluator({ files: systemFiles, importPaths: [], overlay }).evaluate(path);
  if (!result.ok) {
    const text = renderDiagnostics(result.error, { root, color: false });
    return { kind: result.error[0]?.kind ?? "", text: text.replaceAll(root, ".").trimEnd() };
  }
  const written = writeData(result.value.value, "json");
  return { value: written.ok ? json(written.value) : "not written" };
}

/** JSON with numbers as their exact texts. */
function json(text: string): unknown {
  const read = readData(new SourceFile("expected", text), "json");
  if (!read.ok) throw new Error(`${read.error.message}: ${text}`);
  return exact(read.value);
}

function exact(node: DataNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "number":
      return { number: exportNumber(node.value) };
    case "array":
      return node.items.map(exact);
    case "record":
      return node.entries.map(({ key, value }) => [key, exact(value)]);
    default:
      return node.value;
  }
}
