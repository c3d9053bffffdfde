// Instructions grouped into stages, with what is wrong with their form. What the stages take from where is
// dockerfile-reach.ts's question.

import { nearMiss } from "../core/near-miss.ts";
import type { SourceFile, Span } from "../core/source.ts";
import { type Instruction, type PlacedText, spanOf, splitWords } from "./dockerfile-instructions.ts";

export interface StageText {
  /** In lower case; undefined for an unnamed stage. */
  readonly name: string | undefined;
  readonly index: number;
  /** Of its FROM. */
  readonly span: Span;
  /** The word after FROM, variables not yet put in. */
  readonly base: PlacedText;
  /** The value of --platform, variables not yet put in. */
  readonly platform: PlacedText | undefined;
  /** The FROM itself. */
  readonly from: Instruction;
  readonly instructions: readonly Instruction[];
}

export interface StageFault {
  readonly message: string;
  readonly label?: string;
  readonly help?: string;
  readonly span: Span;
}

export interface StageTexts {
  /** ARGs before the first FROM. */
  readonly globals: readonly Instruction[];
  readonly stages: readonly StageText[];
  readonly argNames: ReadonlySet<string>;
  /** False where a FROM could not be read: then nothing can be said of who takes from whom. */
  readonly isComplete: boolean;
  readonly faults: readonly StageFault[];
}

/** A declaration such as NAME=value of ARG or ENV; the value is as written. */
export interface Assignment {
  readonly name: string;
  readonly value: string | undefined;
}

const keywords: readonly string[] = [
  "ADD",
  "ARG",
  "CMD",
  "COPY",
  "ENTRYPOINT",
  "ENV",
  "EXPOSE",
  "FROM",
  "HEALTHCHECK",
  "LABEL",
  "MAINTAINER",
  "ONBUILD",
  "RUN",
  "SHELL",
  "STOPSIGNAL",
  "USER",
  "VOLUME",
  "WORKDIR",
];

/** Groups instructions into stages. */
export function readStages(
  file: SourceFile,
  instructions: readonly Instruction[],
  escape: string,
): StageTexts {
  const globals: Instruction[] = [];
  const stages: (StageText & { readonly instructions: Instruction[] })[] = [];
  const argNames = new Set<string>();
  const faults: StageFault[] = [];
  let isComplete = true;
  for (const instruction of instructions) {
    const { keyword, keywordSpan } = instruction;
    if (!keywords.includes(keyword)) {
      const suggestion = nearMiss(keyword, keywords);
      faults.push({
        message: `unknown instruction ${keyword}`,
        span: keywordSpan,
        ...(suggestion === undefined ? {} : { help: `did you mean ${suggestion}?` }),
      });
      continue;
    }
    if (keyword === "ARG") for (const { name } of readAssignments(instruction, escape)) argNames.add(name);
    const stage = stages.at(-1);
    if (keyword === "FROM") {
      const read = readFrom(file, instruction, stages.length);
      if ("message" in read) {
        faults.push(read);
        isComplete = false;
      } else stages.push({ ...read, instructions: [] });
    } else if (stage !== undefined) stage.instructions.push(instruction);
    else if (keyword === "ARG") globals.push(instruction);
    else if (faults.length === 0)
      faults.push({
        message: `${keyword} before the first FROM`,
        span: keywordSpan,
        help: "only ARG may stand before FROM",
      });
  }
  if (stages.length === 0 && faults.length === 0)
    faults.push({ message: "it has no FROM", span: { file, start: 0, end: Math.min(1, file.text.length) } });
  return { globals, stages, argNames, isComplete: isComplete && stages.length > 0, faults };
}

/** The assignments of an ARG (NAME or NAME=value, several) or ENV (the same with values, or NAME value). */
export function readAssignments(instruction: Instruction, escape: string): readonly Assignment[] {
  const words = splitQuotedWords(instruction.rest.text, escape);
  const [first] = words;
  if (instruction.keyword === "ENV" && first !== undefined && !first.includes("=")) {
    const [, name = "", value] = /^(\S+)\s*([^]*)$/.exec(instruction.rest.text) ?? [];
    return [{ name, value }];
  }
  return words.map((word) => {
    const equals = word.indexOf("=");
    return equals === -1
      ? { name: word, value: undefined }
      : { name: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

function readFrom(file: SourceFile, from: Instruction, index: number): StageText | StageFault {
  const { rest, span, flags } = from;
  const [base, as, alias, ...more] = splitWords(rest);
  const platform = flags.find(({ name }) => name === "platform")?.value;
  if (base === undefined)
    return { message: "FROM names no image", span, help: "write FROM scratch, or an image" };
  if (as === undefined) return { name: undefined, index, span, base, platform, from, instructions: [] };
  if (alias === undefined || as.text.toLowerCase() !== "as" || more.length > 0)
    return {
      message: "FROM takes an image, and at most AS and a name",
      span: spanOf(file, rest),
      help: "write FROM image AS name",
    };
  const name = alias.text.toLowerCase();
  if (!/^[a-z][a-z0-9-_.]*$/.test(name))
    return {
      message: `"${alias.text}" cannot name a stage`,
      span: spanOf(file, alias),
      help: "begin with a letter, then letters, digits and _ . -",
    };
  return { name, index, span, base, platform, from, instructions: [] };
}

/** Words at blanks outside quotes; quotes and escapes are kept, for the expander to resolve. */
function splitQuotedWords(text: string, escape: string): string[] {
  const words: string[] = [];
  let word = "";
  let quote = "";
  for (let position = 0; position < text.length; position++) {
    const char = text.charAt(position);
    if (char === escape && quote !== "'") word += char + text.charAt(++position);
    else if (quote === "" && /\s/.test(char)) {
      if (word !== "") words.push(word);
      word = "";
    } else {
      if (quote === "" && (char === "'" || char === '"')) quote = char;
      else if (char === quote) quote = "";
      word += char;
    }
  }
  if (word !== "") words.push(word);
  return words;
}
