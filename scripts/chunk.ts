// In which file of the bundle a module lies, by who loads it. Every file costs each command that loads it 0.4 ms, and
// what a command does not use costs it next to nothing: so what the commands of every day import lies in one file.
//
//   start    what the bins import: it turns on the cache of compiled code, which only what is loaded after it has
//   library  what the evaluator imports as a library, of which nothing else shall be loaded
//   base     what the commands of every day share with those that only evaluate, which load nothing of the rest
//   common   what the commands of every day import besides
//
// Imports are followed as far as they are static. All else is left to the bundler: it makes a file of what is imported
// dynamically, and one of what several such share.

/** What the bundler tells of a module. */
interface KnownModules {
  readonly getModuleInfo: (id: string) => { readonly importedIds: readonly string[] } | null;
}

export interface ChunkRoots {
  readonly bins: readonly string[];
  readonly libraryDoors: readonly string[];
  readonly everyDay: readonly string[];
  /** Commands that read no catalog. */
  readonly evaluating: readonly string[];
}

/** @returns The name of a module's chunk, `null` where the bundler is to choose. */
export function createChunkNaming(roots: ChunkRoots): (id: string, modules: KnownModules) => string | null {
  let names: ReadonlyMap<string, string> | undefined;
  return (id, modules) => {
    names ??= nameModules(roots, modules);
    return names.get(id) ?? null;
  };
}

function nameModules(roots: ChunkRoots, modules: KnownModules): ReadonlyMap<string, string> {
  const everyDay = reach(roots.everyDay, modules);
  const library = reach(roots.libraryDoors, modules);
  const evaluating = reach(roots.evaluating, modules);
  const names = new Map<string, string>();
  for (const id of reach(roots.bins, modules)) names.set(id, "start");
  // A bin is what it does when it is loaded: two in one file would both do it.
  for (const bin of roots.bins) names.delete(bin);
  for (const id of everyDay)
    if (!names.has(id)) names.set(id, library.has(id) ? "library" : evaluating.has(id) ? "base" : "common");
  return names;
}

/** All that is imported statically from `roots`, and they themselves. */
function reach(roots: readonly string[], modules: KnownModules): ReadonlySet<string> {
  const reached = new Set(roots);
  for (const id of reached)
    for (const imported of modules.getModuleInfo(id)?.importedIds ?? []) reached.add(imported);
  return reached;
}
