// What of a layer's folder its build can see: the files, links and folders that COPY, ADD and bind mounts of reached stages take,
// as far as .dockerignore lets them be sent. Follows BuildKit 0.34: links in the path of a source, and sources that are links,
// are followed inside the context (fsutil's FollowLinks, continuity's RootPath); links in folders that are copied stay links.

import path from "node:path/posix";
import { followLinks } from "../catalog/context-links.ts";
import type { ContextSource } from "../catalog/dockerfile-reach.ts";
import {
  combinePatterns,
  compilePattern,
  type PathPatterns,
  type PatternState,
} from "../catalog/path-patterns.ts";
import type { DirEntry, EntryKind, FileFailure, FileInfo, Files } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import { compileWildcard } from "./wildcard.ts";

/** Something that is seen. A folder is one where it can be told from what it holds: by its mode, or as it holds nothing. */
export type SeenEntry =
  | { readonly kind: "file"; readonly mode: number }
  | { readonly kind: "symlink"; readonly target: string }
  | { readonly kind: "folder"; readonly mode: number };

/**
 * The entries by path relative to the context (a folder's without "/" at its end), in no particular order. Sockets, pipes and
 * devices are left out. Failures name what cannot be looked at; what is missing is not seen.
 */
export function listSeenFiles(
  directory: string,
  sources: readonly ContextSource[],
  ignore: PathPatterns,
  files: Files,
): Result<ReadonlyMap<string, SeenEntry>, readonly FileFailure[]> {
  return new View(directory, ignore, files).show(sources);
}

/** A folder that is copied holds it: what a copy takes of its content. */
interface Selection {
  readonly excludes: PathPatterns;
  /** With COPY --parents; undefined takes everything. */
  readonly includes: Inclusion | undefined;
}

interface Inclusion {
  readonly patterns: PathPatterns;
  /** Whether something below a folder that does not match may. */
  readonly mayMatchBelow: (folder: string) => boolean;
}

/** A folder on a walk: its place in the context and below what is copied, and what the patterns say of it. */
interface Folder {
  readonly path: string;
  readonly ignored: PatternState | undefined;
  /** "" for the folder that is copied itself, to which no pattern of the copy applies. */
  readonly relative: string;
  readonly excluded: PatternState | undefined;
  readonly included: PatternState | undefined;
}

/** Whether anything of a folder is sent to the build, and whether anything of it is taken. */
interface Content {
  readonly isSent: boolean;
  readonly isTaken: boolean;
}

const everything: Selection = { excludes: combinePatterns([]), includes: undefined };
/** Of a folder whose own mode nobody sees. */
const usualFolderMode = 0o755;

class View {
  readonly #directory: string;
  readonly #ignore: PathPatterns;
  readonly #files: Files;
  readonly #seen = new Map<string, SeenEntry>();
  /** Folders that are seen, and those of them whose mode is. */
  readonly #folders = new Map<string, { isModeSeen: boolean }>();
  readonly #infos = new Map<string, Result<FileInfo, FileFailure>>();
  readonly #lists = new Map<string, readonly DirEntry[]>();
  readonly #failures = new Map<string, FileFailure>();

  constructor(directory: string, ignore: PathPatterns, files: Files) {
    this.#directory = directory;
    this.#ignore = ignore;
    this.#files = files;
  }

  show(sources: readonly ContextSource[]): Result<ReadonlyMap<string, SeenEntry>, readonly FileFailure[]> {
    for (const source of sources) this.#showSource(source);
    this.#showFolders();
    return this.#failures.size === 0 ? ok(this.#seen) : err([...this.#failures.values()]);
  }

  #showSource({ path: source, hasWildcard, via, parents, excludes }: ContextSource): void {
    if (source === undefined) return this.#takeRoot("", everything, true);
    const isMount = via === "mount";
    const selection: Selection = {
      excludes: combinePatterns(excludes.flatMap((pattern) => compilePattern(pattern) ?? [])),
      includes: parents === undefined ? undefined : includeOnly(parents.pattern),
    };
    const { plain, wildcard } = hasWildcard
      ? splitAtWildcard(parents?.root ?? source)
      : { plain: parents?.root ?? source, wildcard: undefined };
    const start = this.#follow(plain);
    if (start === undefined) return;
    if (wildcard === undefined) this.#takeRoot(start, selection, isMount);
    else this.#search(start, wildcard, selection);
  }

  /** Takes what a source comes out as; patterns of the copy speak of what lies below it only. */
  #takeRoot(place: string, selection: Selection, isModeSeen: boolean): void {
    const ignored = place === "" ? undefined : this.#ignore.judge(place);
    const kind = place === "" ? "directory" : this.#kindOf(place);
    if (kind !== "directory") {
      if (kind === "file" && ignored?.matches !== true) this.#takeFile(place);
      return;
    }
    const root: Folder = { path: place, ignored, relative: "", excluded: undefined, included: undefined };
    const { isSent } = this.#takeBelow(root, selection);
    if (place !== "" && (isSent || ignored?.matches !== true)) this.#takeFolder(place, isModeSeen);
  }

  /** Takes what a folder holds, and the folders in it. */
  #takeBelow(folder: Folder, selection: Selection): Content {
    const isIgnored = folder.ignored?.matches === true;
    let isSent = false;
    let isTaken = false;
    for (const { name, kind } of this.#list(folder.path, isIgnored)) {
      const place = join(folder.path, name);
      const relative = join(folder.relative, name);
      const entry: Folder = {
        path: place,
        relative,
        ignored: this.#ignore.match(place, folder.ignored),
        excluded: selection.excludes.match(relative, folder.excluded),
        included: selection.includes?.patterns.match(relative, folder.included),
      };
      const isWanted = entry.included?.matches !== false && !entry.excluded?.matches;
      if (kind === "directory") {
        const content = this.#lookBelow(entry, selection);
        // A folder is sent by itself, or on account of what it holds.
        const isThere = content.isSent || !entry.ignored?.matches;
        const isCreated = isThere && (isWanted || content.isTaken);
        if (isCreated) this.#takeFolder(place, true);
        isSent ||= isThere;
        isTaken ||= isCreated;
      } else if (!entry.ignored?.matches && kind !== "other") {
        isSent = true;
        if (!isWanted) continue;
        isTaken = true;
        if (kind === "symlink") this.#takeLink(place);
        else this.#takeFile(place);
      }
    }
    return { isSent, isTaken };
  }

  /** Goes down only where something may be sent, and where it matters what. */
  #lookBelow(entry: Folder, selection: Selection): Content {
    const isIgnored = entry.ignored?.matches === true;
    if (isIgnored && !this.#ignore.hasExceptions) return { isSent: false, isTaken: false };
    const isLeftOut =
      entry.included?.matches === false && selection.includes?.mayMatchBelow(entry.relative) === false;
    const isExcluded = entry.excluded?.matches === true && !selection.excludes.hasExceptions;
    if (isLeftOut || (isExcluded && !isIgnored)) return { isSent: !isIgnored, isTaken: false };
    return this.#takeBelow(entry, selection);
  }

  /** Takes what matches a wildcard below a folder; a folder that matches is taken whole. */
  #search(start: string, pattern: string, selection: Selection): void {
    const wildcard = compileWildcard(pattern);
    const visit = (folder: string, relative: string, ignored: PatternState | undefined): void => {
      for (const { name, kind } of this.#list(folder, ignored?.matches === true)) {
        const place = join(folder, name);
        const below = join(relative, name);
        const state = this.#ignore.match(place, ignored);
        if (wildcard.matches(below)) {
          if (kind === "symlink" && state.matches) continue;
          const target = kind === "symlink" ? this.#follow(place) : place;
          if (target !== undefined) this.#takeRoot(target, selection, false);
        } else if (kind === "directory" && wildcard.mayMatchBelow(below)) {
          if (!state.matches || this.#ignore.hasExceptions) visit(place, below, state);
        }
      }
    };
    if (start === "") return visit("", "", undefined);
    // That there is something to search is seen even where nothing matches: without it the copy fails.
    const ignored = this.#ignore.judge(start);
    const kind = this.#kindOf(start);
    if (kind === "file" && !ignored.matches) this.#takeFile(start);
    if (kind !== "directory") return;
    if (!ignored.matches) this.#takeFolder(start, false);
    visit(start, "", ignored);
  }

  /** Where a path leads; links on the way are seen. undefined where they lead in a circle. */
  #follow(source: string): string | undefined {
    return followLinks(source, {
      kindOf: (place) => this.#kindOf(place),
      targetOf: (link) => this.#takeLink(link),
    });
  }

  #takeFile(place: string): void {
    const info = this.#info(place);
    if (!info.ok) this.#failures.set(place, info.error);
    else if (info.value.kind === "file") this.#seen.set(place, { kind: "file", mode: info.value.mode });
  }

  /** Its target, undefined where it cannot be read. */
  #takeLink(place: string): string | undefined {
    const known = this.#seen.get(place);
    if (known?.kind === "symlink") return known.target;
    const target = this.#files.readLink(path.join(this.#directory, place));
    if (!target.ok) {
      this.#failures.set(place, target.error);
      return undefined;
    }
    this.#seen.set(place, { kind: "symlink", target: target.value });
    return target.value;
  }

  #takeFolder(place: string, isModeSeen: boolean): void {
    const known = this.#folders.get(place);
    if (known === undefined) this.#folders.set(place, { isModeSeen });
    else known.isModeSeen ||= isModeSeen;
  }

  /** Folders that hold nothing that is seen, and those that have another mode than the usual. */
  #showFolders(): void {
    const holders = new Set<string>();
    for (const place of [...this.#seen.keys(), ...this.#folders.keys()])
      for (let at = place.lastIndexOf("/"); at > 0; at = place.lastIndexOf("/", at - 1)) {
        const holder = place.slice(0, at);
        if (holders.has(holder)) break;
        holders.add(holder);
      }
    for (const [place, { isModeSeen }] of this.#folders) {
      const info = isModeSeen ? this.#info(place) : undefined;
      if (info?.ok === false) this.#failures.set(place, info.error);
      const mode = info?.ok === true ? info.value.mode & 0o7755 : usualFolderMode;
      if (mode !== usualFolderMode || !holders.has(place)) this.#seen.set(place, { kind: "folder", mode });
    }
  }

  /** undefined where nothing is, or nothing that can be looked at. */
  #kindOf(place: string): EntryKind | undefined {
    const info = this.#info(place);
    if (info.ok) return info.value.kind;
    if (info.error.kind === "denied" || info.error.kind === "io") this.#failures.set(place, info.error);
    return undefined;
  }

  #info(place: string): Result<FileInfo, FileFailure> {
    const known = this.#infos.get(place);
    if (known !== undefined) return known;
    const info = this.#files.info(path.join(this.#directory, place));
    this.#infos.set(place, info);
    return info;
  }

  /** What cannot be read does not matter where it is not sent. */
  #list(place: string, isIgnored: boolean): readonly DirEntry[] {
    const known = this.#lists.get(place);
    if (known !== undefined) return known;
    const listed = this.#files.list(path.join(this.#directory, place));
    if (!listed.ok && !isIgnored) this.#failures.set(place, listed.error);
    const entries = listed.ok ? listed.value : [];
    this.#lists.set(place, entries);
    return entries;
  }
}

/** The patterns of COPY --parents; what cannot be read as one takes everything. */
function includeOnly(pattern: string): Inclusion | undefined {
  const compiled = compilePattern(pattern);
  if (compiled === undefined || compiled.isException) return undefined;
  const wildcard = compileWildcard(pattern);
  const patterns = combinePatterns([compiled]);
  return { patterns, mayMatchBelow: (folder) => pattern.includes("**") || wildcard.mayMatchBelow(folder) };
}

/** The folders before the first part with a wildcard, and the rest. */
function splitAtWildcard(source: string): { readonly plain: string; readonly wildcard: string | undefined } {
  const parts = source.split("/");
  const first = parts.findIndex((part) => /[*?[]/.test(part.replace(/\\[^]?/g, "")));
  if (first === -1) return { plain: source, wildcard: undefined };
  return { plain: parts.slice(0, first).join("/"), wildcard: parts.slice(first).join("/") };
}

function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
