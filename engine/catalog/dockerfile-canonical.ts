// A Dockerfile's text as far as its target stage goes: equal texts give equal builds of equal files. Comments, blank lines, ends
// of lines, the way lines are continued and stages that nothing reaches are gone; blanks inside an instruction and the texts of
// here-documents stand as they were.

import type { Instruction } from "./dockerfile-instructions.ts";
import { readAssignments, type StageText, type StageTexts } from "./dockerfile-stages.ts";

export interface CanonicalParts {
  readonly texts: StageTexts;
  /** Indexes of the stages that count. */
  readonly reached: ReadonlySet<number>;
  readonly escape: string;
  /** The image of another frontend than BuildKit's own. */
  readonly syntax: string | undefined;
}

/** A line for what holds for all, then one an instruction: JSON, so that no two files run together into one text. */
export function canonicalDockerfile({ texts, reached, escape, syntax }: CanonicalParts): string {
  const stages = texts.stages.filter(({ index }) => reached.has(index));
  const ranks = new Map(stages.map(({ index }, rank) => [index, rank]));
  const instructions = [
    ...usedGlobals(texts.globals, stages, escape),
    ...stages.flatMap(({ from, instructions }) => [from].concat(instructions)),
  ];
  // The escape character means nothing where neither of the two occurs; here-documents have one of their own.
  const isEscapeHeard = instructions.some(({ rest, flags }) =>
    /[\\`]/.test(`${rest.text}${flags.map(({ value }) => value?.text).join("")}`),
  );
  const head = { escape: isEscapeHeard ? escape : null, syntax: syntax ?? null };
  const lines = instructions.map((instruction) => JSON.stringify(describe(instruction, ranks)));
  return [JSON.stringify(head), ...lines].join("\n");
}

/** Flags and the rest as BuildKit cuts them; a stage that is copied from by its number has the number that it has here. */
function describe(
  { keyword, flags, rest, heredocs }: Instruction,
  ranks: ReadonlyMap<number, number>,
): readonly unknown[] {
  const shownFlags = flags.map(({ name, value }) => {
    if (value === undefined) return name;
    const isNumber = keyword === "COPY" && name === "from" && /^[+-]?[0-9]+$/.test(value.text);
    return `${name}=${isNumber ? (ranks.get(Number(value.text)) ?? value.text) : value.text}`;
  });
  // What an ONBUILD says of numbers is not read here: where it may mean a stage, all numbers count.
  const numbers = keyword === "ONBUILD" && rest.text.includes("--from") ? [...ranks.keys()] : [];
  return [keyword, shownFlags, rest.text, ...heredocs, ...numbers];
}

/**
 * ARGs above the first FROM that a FROM, an ARG in a stage or another such ARG may speak of; and those that BuildKit itself
 * asks for.
 */
function usedGlobals(
  globals: readonly Instruction[],
  stages: readonly StageText[],
  escape: string,
): readonly Instruction[] {
  const mentions = new Set<string>();
  const mention = (text: string): void => {
    for (const [name] of text.matchAll(/[\p{L}_][\p{L}\p{Nd}_]*/gu)) mentions.add(name);
  };
  for (const { base, platform, instructions } of stages) {
    mention(`${base.text} ${platform?.text ?? ""}`);
    for (const { keyword, rest } of instructions)
      if (keyword === "ARG" || keyword === "ONBUILD") mention(rest.text);
  }
  const used: Instruction[] = [];
  for (const instruction of globals.toReversed()) {
    const names = readAssignments(instruction, escape).map(({ name }) => name);
    if (!names.some((name) => mentions.has(name) || /^(BUILDKIT_|SOURCE_DATE_EPOCH$)/.test(name))) continue;
    mention(instruction.rest.text);
    used.unshift(instruction);
  }
  return used;
}
