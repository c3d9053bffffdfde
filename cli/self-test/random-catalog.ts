// Catalogs of any size, made by chance, but the same for the same seed: layers that stand on some of those before them.

import { declare } from "../explain/sound-catalog.ts";

/** A layer before it is written down. */
export interface DraftLayer {
  readonly name: string;
  /** Of earlier layers; undefined for one that stands on an image. */
  readonly base: string | undefined;
  readonly copies: readonly string[];
  readonly requires: readonly string[];
  readonly secrets: readonly string[];
  readonly args: readonly string[];
}

/** Numbers from 0 up to, not including, `below`. */
export type Dice = (below: number) => number;

/** Mulberry32: 32 bits of state, the same sequence on every machine. */
export function rollDice(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** The tool that every layer provides. */
export function toolOf(layer: string): string {
  return `${layer}-tool`;
}

/** A sound catalog; parents come before children. */
export function draftCatalog(count: number, dice: Dice): readonly DraftLayer[] {
  const drafts: DraftLayer[] = [];
  const chains = new Map<string, readonly string[]>();
  for (let index = 0; index < count; index++) {
    const name = `layer-${String(index).padStart(4, "0")}`;
    const pick = (): string | undefined => drafts[Math.max(0, drafts.length - 1 - dice(40))]?.name;
    const base = index === 0 || dice(12) === 0 ? undefined : pick();
    const copies = new Set(Array.from({ length: dice(3) }, pick).filter((copy) => copy !== undefined));
    if (base !== undefined) copies.delete(base);
    const below = base === undefined ? [] : [base, ...(chains.get(base) ?? [])];
    chains.set(name, below.slice(0, 50));
    const required = new Set([...below.filter(() => dice(6) === 0).slice(0, 4), ...copies]);
    drafts.push({
      name,
      base,
      copies: [...copies],
      requires: Array.from(required, toolOf),
      secrets: dice(4) === 0 ? ["token"] : [],
      args: dice(4) === 0 ? ["CHANNEL"] : [],
    });
  }
  return drafts;
}

/** The fields of a layer's declaration, as Nickel texts. */
export function fieldsOf(draft: DraftLayer): Record<string, string> {
  const { name, base, copies, requires, secrets, args } = draft;
  return {
    kind: "'utility",
    build_base: base === undefined ? '{ image = "debian:trixie-slim" }' : JSON.stringify(base),
    copies_from: listOf(copies),
    tools_provided: listOf([toolOf(name)]),
    tools_required: listOf(requires),
    artifact_paths: listOf([`/opt/${name}`]),
    language: '"none"',
    args: `{ ${args.map((arg) => `${arg} = "1"`).join(", ")} }`,
    secrets: listOf(secrets),
  };
}

export function dockerfileOf({ base, copies, secrets, args }: DraftLayer): string {
  return [
    `FROM ${base === undefined ? "debian:trixie-slim" : `lamina/${base}`}`,
    ...args.map((arg) => `ARG ${arg}`),
    ...copies.map((copy) => `COPY --from=lamina/${copy} /opt/${copy} /opt/${copy}`),
    ...secrets.map((secret) => `RUN --mount=type=secret,id=${secret} true`),
    "COPY tool /opt/",
    "",
  ].join("\n");
}

/** The files of a layer, by paths below the project. */
export function writeLayer(
  draft: DraftLayer,
  fields = fieldsOf(draft),
  dockerfile = dockerfileOf(draft),
): Record<string, string> {
  const folder = `catalog/${draft.name}`;
  return {
    [`${folder}/workflow.ncl`]: declare(draft.name, fields),
    [`${folder}/Dockerfile`]: dockerfile,
    [`${folder}/tool`]: "#!/bin/sh\n",
  };
}

export function listOf(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;
}
