// Faults planted by chance into sound catalogs made by chance, several at once, far enough from one another that each must be told.

import type { PlantedCase } from "./planted-case.ts";
import {
  type Dice,
  type DraftLayer,
  dockerfileOf,
  draftCatalog,
  fieldsOf,
  listOf,
  rollDice,
  toolOf,
  writeLayer,
} from "./random-catalog.ts";

const question = { kind: "check" } as const;

export function randomSoundCases(): readonly PlantedCase[] {
  return [1, 2, 7, 40, 150, 400].map((count, seed) => ({
    name: `a sound catalog by chance, seed ${seed}`,
    files: Object.assign({}, ...draftCatalog(count, rollDice(seed)).map((draft) => writeLayer(draft))),
    question,
  }));
}

export function randomFaultyCases(): readonly PlantedCase[] {
  return Array.from({ length: 32 }, (_, index) => {
    const seed = 1000 + index;
    const dice = rollDice(seed);
    const drafts = draftCatalog(8 + dice(30), dice);
    const { files, kinds } = plantFaults(drafts, 1 + dice(4), dice);
    return { name: `faults by chance, seed ${seed}: ${kinds.join(", ")}`, files, question };
  });
}

/** The files of a layer with one fault in it. */
type Plant = (draft: DraftLayer, earlier: readonly DraftLayer[]) => Record<string, string> | undefined;

/** A fault in the fields of the declaration. */
function inFields(
  change: (draft: DraftLayer, earlier: readonly DraftLayer[]) => Record<string, string> | undefined,
): Plant {
  return (draft, earlier) => {
    const changed = change(draft, earlier);
    return changed === undefined ? undefined : writeLayer(draft, { ...fieldsOf(draft), ...changed });
  };
}

/** A fault in the Dockerfile: further lines at its end. */
function inDockerfile(lines: string): Plant {
  return (draft) => writeLayer(draft, fieldsOf(draft), `${dockerfileOf(draft)}${lines}\n`);
}

/** What leaves nothing known of the layer's tools, so that nothing can be missed above it. */
const blinding: Readonly<Record<string, Plant>> = {
  "misspelt base": inFields(({ base }) =>
    base === undefined ? undefined : { build_base: `«E0401:"${base}x"»` },
  ),
  "missing comma": inFields(() => ({ language: '"none"\n  «E0109:ssh» = false' })),
  "wrong kind": inFields(() => ({ kind: "«E0307:'tool»" })),
  "misspelt field": inFields(() => ({ "«E0306:secretz»": "[]" })),
  "wrong kind of tools": inFields(() => ({ tools_provided: "«E0307:true»" })),
  "unknown instruction": inDockerfile("«E0321:RNU» true"),
};

const local: Readonly<Record<string, Plant>> = {
  "misspelt copy": inFields(({ copies: [first, ...rest] }) =>
    first === undefined ? undefined : { copies_from: `[«E0402:"${first}x"», ${listOf(rest).slice(1)}` },
  ),
  "unused copy": inFields(({ base, copies }, earlier) => {
    const unused = earlier.find(({ name }) => name !== base && !copies.includes(name));
    return unused === undefined
      ? undefined
      : { copies_from: `[«E0332:"${unused.name}"», ${listOf(copies).slice(1)}` };
  }),
  "unused secret": inFields(({ secrets }) => ({ secrets: `[«W0334:"unused"», ${listOf(secrets).slice(1)}` })),
  "unused argument": inFields(({ args }) => ({
    args: `{ «W0337:UNUSED» = "1", ${args.map((arg) => `${arg} = "1"`).join(", ")} }`,
  })),
  "shadowed tool": inFields(({ name, base }) =>
    base === undefined ? undefined : { tools_provided: `["${toolOf(name)}", «E0405:"${toolOf(base)}"»]` },
  ),
  "missing tool": inFields(({ requires }) => ({
    tools_required: `[«E0406:"nowhere"», ${listOf(requires).slice(1)}`,
  })),
  "undeclared secret": inDockerfile("RUN --mount=type=secret,id=«E0333:password» true"),
  "missing file": inDockerfile("COPY «E0323:nowhere» /"),
  "unpinned image": inDockerfile("COPY --from=«W0343:alpine» /etc/os-release /"),
};

/** Two layers that stand on each other: one without a base is put on one that stands on it. */
function plantCircle(drafts: readonly DraftLayer[], dice: Dice): Planted | undefined {
  const children = drafts.filter(({ base }) =>
    drafts.some(({ name, base: below }) => name === base && below === undefined),
  );
  const child = children[dice(Math.max(1, children.length))];
  const parent = drafts.find(({ name }) => name === child?.base);
  if (child === undefined || parent === undefined) return undefined;
  const fields = { ...fieldsOf(parent), build_base: `«E0403:"${child.name}"»` };
  const files = writeLayer(parent, fields, dockerfileOf({ ...parent, base: child.name }));
  return { files, layer: parent.name };
}

interface Planted {
  readonly files: Record<string, string>;
  readonly layer: string;
}

/** Plants faults into different layers; none where one below it leaves something unknown. */
function plantFaults(
  drafts: readonly DraftLayer[],
  count: number,
  dice: Dice,
): { readonly files: PlantedCase["files"]; readonly kinds: readonly string[] } {
  const files: Record<string, string> = Object.assign({}, ...drafts.map((draft) => writeLayer(draft)));
  const above = layersAbove(drafts);
  const kinds: string[] = [];
  const touched = new Set<string>();
  const blind = new Set<string>();
  const plant = (kind: string, planted: Planted, isBlinding: boolean): void => {
    Object.assign(files, planted.files);
    kinds.push(kind);
    touched.add(planted.layer);
    if (isBlinding) for (const name of above.get(planted.layer) ?? []) blind.add(name);
  };
  const circle = dice(4) === 0 ? plantCircle(drafts, dice) : undefined;
  if (circle !== undefined) plant("circle", circle, true);
  // In a small catalog one fault may leave no room for others.
  for (let attempt = 0; attempt < 200 && kinds.length < count; attempt++) {
    const isBlinding = dice(3) === 0;
    const choices = Object.entries(isBlinding ? blinding : local);
    const [kind, make] = choices[dice(choices.length)] ?? [];
    const index = dice(drafts.length);
    const draft = drafts[index];
    if (kind === undefined || make === undefined || draft === undefined) continue;
    if (touched.has(draft.name) || blind.has(draft.name)) continue;
    if (isBlinding && (above.get(draft.name) ?? []).some((name) => touched.has(name))) continue;
    const changed = make(draft, drafts.slice(0, index));
    if (changed !== undefined) plant(kind, { files: changed, layer: draft.name }, isBlinding);
  }
  return { files, kinds };
}

/** For each layer those that take from it, directly or not, and itself. */
function layersAbove(drafts: readonly DraftLayer[]): ReadonlyMap<string, readonly string[]> {
  const above = new Map<string, Set<string>>();
  for (const { name, base, copies } of drafts.toReversed()) {
    const own = (above.get(name) ?? new Set()).add(name);
    above.set(name, own);
    for (const parent of base === undefined ? copies : [base, ...copies])
      above.set(parent, new Set([...(above.get(parent) ?? []), ...own]));
  }
  return new Map(Array.from(above, ([name, names]) => [name, [...names]]));
}
