// A text in which git left its conflict markers (git-merge(1), "How conflicts are presented"), as the texts of its sides. What
// git merged by itself is in all of them.

export interface ConflictSides {
  readonly ours: string;
  readonly theirs: string;
  /** Of what both came from; undefined where git was not asked to show that (merge.conflictStyle). */
  readonly base: string | undefined;
}

type Part = "common" | "ours" | "base" | "theirs";

/** Undefined where the markers do not make sense. */
export function splitConflict(text: string): ConflictSides | undefined {
  const lines: { readonly part: Part; readonly line: string }[] = [];
  let part: Part = "common";
  let conflicts = 0;
  let bases = 0;
  for (const line of text.split(/(?<=\n)/)) {
    const marker = /^(?:([<|>])\1{6}(?: .*)?|={7})\r?\n?$/.exec(line);
    const next: Part | undefined = marker === null ? undefined : nextPart(part, line.slice(0, 1));
    if (marker === null) lines.push({ part, line });
    else if (next === undefined) return undefined;
    else {
      if (next === "ours") conflicts += 1;
      if (next === "base") bases += 1;
      part = next;
    }
  }
  if (part !== "common" || conflicts === 0) return undefined;
  const textOf = (side: Part) =>
    lines
      .filter((each) => each.part === "common" || each.part === side)
      .map(({ line }) => line)
      .join("");
  return {
    ours: textOf("ours"),
    theirs: textOf("theirs"),
    base: bases === conflicts ? textOf("base") : undefined,
  };
}

function nextPart(part: Part, marker: string): Part | undefined {
  switch (marker) {
    case "<":
      return part === "common" ? "ours" : undefined;
    case "|":
      return part === "ours" ? "base" : undefined;
    case "=":
      return part === "ours" || part === "base" ? "theirs" : undefined;
    default:
      return part === "theirs" ? "common" : undefined;
  }
}
