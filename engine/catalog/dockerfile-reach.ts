// From the target stage of a Dockerfile to everything it takes, directly or through other stages: images, files of the
// context, secrets. Variables are put in as the build would, so far as they are known before it.

import path from "node:path/posix";
import type { SourceFile, Span } from "../core/source.ts";
import { type Expansion, expandWord } from "./dockerfile-expand.ts";
import {
  type Instruction,
  type PlacedText,
  readHeredocWord,
  readJsonArray,
  readTrigger,
  spanOf,
  splitWords,
} from "./dockerfile-instructions.ts";
import { readMount } from "./dockerfile-mount.ts";
import { readAssignments, type StageFault, type StageText, type StageTexts } from "./dockerfile-stages.ts";

/** An image from outside the Dockerfile. */
export interface ImageReference {
  /** As BuildKit sees it, after ARG expansion: "lamina/rust", "debian:trixie-slim", "scratch". */
  readonly image: string;
  readonly via: "from" | "copy-from" | "mount-from";
  /** Index of the stage that holds it. */
  readonly stage: number;
  /** The reference as written. */
  readonly span: Span;
}

/** A path of the build context that a reached COPY, ADD or RUN --mount=type=bind reads. */
export interface ContextSource {
  /** Relative to the context, "" for all of it, wildcards as written; undefined where only the build knows it. */
  readonly path: string | undefined;
  /** BuildKit does without a wildcard's match, but not without a plain path. */
  readonly hasWildcard: boolean;
  /** A mount shows a folder itself, a copy only what it holds. */
  readonly via: "copy" | "mount";
  /** COPY --parents: what is below `root` and matches the pattern is copied with its folders. */
  readonly parents: { readonly root: string; readonly pattern: string } | undefined;
  /** Patterns of --exclude, for what lies below a folder that is copied. */
  readonly excludes: readonly string[];
  readonly span: Span;
}

export interface SecretMount {
  readonly id: string;
  readonly required: boolean;
  readonly span: Span;
}

/** An instruction after ONBUILD that reads a context. */
export interface InheritedSource {
  readonly keyword: string;
  readonly span: Span;
}

/** An ARG of a reached stage, or above the first. */
export interface ReachedArg {
  readonly name: string;
  readonly span: Span;
}

/** A --platform that is not the one that is built for, of a FROM that the target stage stands on. */
export interface FixedPlatform {
  /** As written. */
  readonly text: string;
  readonly span: Span;
}

export interface ReachOptions {
  /** Index of the stage to build. */
  readonly target: number;
  readonly escape: string;
  readonly args: Readonly<Record<string, string>>;
  /** Such as "linux/arm64"; also taken for the builder's own. */
  readonly platform: string;
}

export interface Reach {
  /** Indexes of all stages that the target takes from, and its own. */
  readonly stages: readonly number[];
  /** What the target stage stands on in the end: none where that is faulty. */
  readonly bases: readonly ImageReference[];
  readonly references: readonly ImageReference[];
  readonly secrets: readonly SecretMount[];
  readonly ssh: readonly { readonly span: Span }[];
  readonly contextSources: readonly ContextSource[];
  /** ONBUILDs of the target stage that read the context of whoever stands on its image. */
  readonly inheritedSources: readonly InheritedSource[];
  readonly args: readonly ReachedArg[];
  readonly fixedPlatforms: readonly FixedPlatform[];
  readonly faults: readonly StageFault[];
}

/** Walks from the target stage through all that it takes from. */
export function reachStages(file: SourceFile, texts: StageTexts, options: ReachOptions): Reach {
  return new Walk(file, texts, options).run();
}

/** Variables of a stage: undefined stands for a value that only the build knows. */
interface Environment {
  readonly variables: Map<string, string | undefined>;
  /** Whether the base image may set more. */
  readonly isOpen: boolean;
}

/** Where a stage stands: on another one, or on an image. */
type Base = { readonly stage: number } | { readonly image: ImageReference } | undefined;

class Walk {
  readonly #file: SourceFile;
  readonly #texts: StageTexts;
  readonly #options: ReachOptions;
  readonly #globals: Map<string, string | undefined>;
  readonly #bases: readonly Base[];
  readonly #indexByName: ReadonlyMap<string, number>;
  readonly #environments = new Map<number, Environment>();
  readonly #entered: number[] = [];
  readonly #references: ImageReference[] = [];
  readonly #secrets: SecretMount[] = [];
  readonly #ssh: { span: Span }[] = [];
  readonly #contextSources: ContextSource[] = [];
  readonly #args: ReachedArg[] = [];
  readonly #faults: StageFault[] = [];

  constructor(file: SourceFile, texts: StageTexts, options: ReachOptions) {
    this.#file = file;
    this.#texts = texts;
    this.#options = options;
    this.#globals = this.#readGlobals();
    const indexByName = new Map<string, number>();
    // A FROM sees the stages above it only, and their names in lower case only.
    this.#bases = texts.stages.map((stage) => {
      const base = this.#readBase(stage, indexByName);
      if (stage.name !== undefined) indexByName.set(stage.name, stage.index);
      return base;
    });
    this.#indexByName = indexByName;
  }

  run(): Reach {
    this.#visit(this.#options.target, []);
    const fixedPlatforms: FixedPlatform[] = [];
    let base: Base = { stage: this.#options.target };
    while (base !== undefined && "stage" in base) {
      fixedPlatforms.push(...this.#fixedPlatform(base.stage));
      base = this.#bases[base.stage];
    }
    return {
      stages: this.#entered,
      bases: base === undefined ? [] : [base.image],
      references: this.#references,
      secrets: this.#secrets,
      ssh: this.#ssh,
      contextSources: this.#contextSources,
      inheritedSources: this.#inheritedSources(),
      args: this.#args,
      fixedPlatforms,
      faults: this.#faults,
    };
  }

  #inheritedSources(): readonly InheritedSource[] {
    const onbuilds = this.#texts.stages[this.#options.target]?.instructions ?? [];
    return onbuilds.flatMap((instruction): readonly InheritedSource[] => {
      if (instruction.keyword !== "ONBUILD") return [];
      const { keyword, flags, rest, span } = readTrigger(this.#file, instruction, this.#options.escape);
      const hasFrom = flags.some(({ name }) => name === "from");
      const isMounted = flags.some(
        ({ value }) => /(^|,)type=bind(,|$)/.test(value?.text ?? "") && !/(^|,)from=/.test(value?.text ?? ""),
      );
      const reads =
        (keyword === "COPY" && !hasFrom) ||
        (keyword === "ADD" && !isRemote(rest.text)) ||
        (keyword === "RUN" && isMounted);
      return reads ? [{ keyword, span }] : [];
    });
  }

  #fixedPlatform(index: number): readonly FixedPlatform[] {
    const platform = this.#texts.stages[index]?.platform;
    if (platform === undefined || platform.text.includes("TARGET")) return [];
    return [{ text: platform.text, span: spanOf(this.#file, platform) }];
  }

  #readGlobals(): Map<string, string | undefined> {
    const { args, escape, platform } = this.#options;
    const automatic = { ...platformArgs(platform), TARGETSTAGE: this.#targetName() };
    const variables = new Map<string, string | undefined>(
      Object.entries({ ...automatic, ...pick(args, automatic) }),
    );
    for (const instruction of this.#texts.globals)
      for (const { name, value } of readAssignments(instruction, escape)) {
        this.#args.push({ name, span: instruction.span });
        if (Object.hasOwn(args, name)) variables.set(name, args[name]);
        else if (value !== undefined) {
          const text = this.#expand(value, { variables, isOpen: false }, instruction.span);
          if (text !== undefined) variables.set(name, text);
        }
      }
    return variables;
  }

  #targetName(): string {
    return this.#texts.stages[this.#options.target]?.name ?? "default";
  }

  #readBase(stage: StageText, indexByName: ReadonlyMap<string, number>): Base {
    const span = spanOf(this.#file, stage.base);
    const image = this.#expand(stage.base.text, { variables: this.#globals, isOpen: false }, span);
    if (image === undefined) return undefined;
    if (image === "") {
      this.#faults.push({
        message: `the base "${stage.base.text}" comes out empty`,
        span,
        help: "give the ARG a default above the first FROM, or a value in args",
      });
      return undefined;
    }
    const index = indexByName.get(image);
    if (index !== undefined) return { stage: index };
    return { image: { image, via: "from", stage: stage.index, span } };
  }

  #visit(index: number, trail: readonly number[]): void {
    const stage = this.#texts.stages[index];
    if (stage === undefined) return;
    if (trail.includes(index)) {
      this.#faults.push({ message: `the stage ${nameOf(stage)} takes from itself`, span: stage.span });
      return;
    }
    if (this.#entered.includes(index)) return;
    this.#entered.push(index);
    const here = [...trail, index];
    const base = this.#bases[index];
    if (base !== undefined && "stage" in base) this.#visit(base.stage, here);
    else if (base !== undefined) this.#references.push(base.image);
    const environment = this.#environmentAtStart(index);
    // What a stage holds back with ONBUILD is done first of all in a stage that stands on it.
    if (base !== undefined && "stage" in base)
      for (const instruction of this.#texts.stages[base.stage]?.instructions ?? [])
        if (instruction.keyword === "ONBUILD") {
          const trigger = readTrigger(this.#file, instruction, this.#options.escape);
          this.#follow(trigger, environment, index, here);
        }
    for (const instruction of stage.instructions) this.#follow(instruction, environment, index, here);
  }

  /** What a stage inherits; the visit of the base has filled that in. */
  #environmentAtStart(index: number): Environment {
    const base = this.#bases[index];
    const inherited = base !== undefined && "stage" in base ? this.#environments.get(base.stage) : undefined;
    const environment: Environment = {
      variables: new Map(inherited?.variables),
      isOpen: inherited?.isOpen ?? !(base !== undefined && "image" in base && base.image.image === "scratch"),
    };
    this.#environments.set(index, environment);
    return environment;
  }

  #follow(instruction: Instruction, environment: Environment, stage: number, trail: readonly number[]): void {
    const { escape, args } = this.#options;
    switch (instruction.keyword) {
      case "ARG":
        for (const { name, value } of readAssignments(instruction, escape)) {
          this.#args.push({ name, span: instruction.span });
          if (Object.hasOwn(args, name)) environment.variables.set(name, args[name]);
          else if (value !== undefined)
            environment.variables.set(name, this.#expand(value, environment, instruction.span));
          else if (this.#globals.has(name)) environment.variables.set(name, this.#globals.get(name));
        }
        return;
      case "ENV": {
        // All values of one ENV see the variables as they were before it.
        const before: Environment = { ...environment, variables: new Map(environment.variables) };
        for (const { name, value } of readAssignments(instruction, escape))
          environment.variables.set(name, this.#expand(value ?? "", before, instruction.span));
        return;
      }
      case "COPY":
      case "ADD":
        this.#followCopy(instruction, environment, stage, trail);
        return;
      case "RUN":
        for (const flag of instruction.flags)
          if (flag.name === "mount" && flag.value !== undefined)
            this.#followMount(flag.value, environment, stage, trail);
        return;
    }
  }

  #followCopy(
    instruction: Instruction,
    environment: Environment,
    stage: number,
    trail: readonly number[],
  ): void {
    const { keyword, flags, rest, span } = instruction;
    const json = readJsonArray(rest.text);
    const words =
      json === undefined
        ? splitWords(rest).map((word) => ({ text: word.text, span: spanOf(this.#file, word) }))
        : json.map((word) => ({ text: String(word), span: spanOf(this.#file, rest) }));
    if (words.length < 2) {
      this.#faults.push({ message: `${keyword} needs a source and a destination`, span });
      return;
    }
    const from = flags.find((flag) => flag.name === "from")?.value;
    if (keyword === "COPY" && from !== undefined) {
      const place = spanOf(this.#file, from);
      if (from.text.includes("$")) this.#noVariables("COPY --from", place);
      else if (/^[+-]?[0-9]+$/.test(from.text)) this.#enterStage(Number(from.text), place, trail);
      else this.#take(from.text, "copy-from", stage, place, trail);
      return;
    }
    const excludes = flags.flatMap(({ name, value }) => (name === "exclude" ? (value?.text ?? []) : []));
    const parents = flags.some(
      ({ name, value }) => name === "parents" && value?.text.toLowerCase() !== "false",
    );
    for (const word of words.slice(0, -1)) {
      if (readHeredocWord(word.text) !== undefined || (keyword === "ADD" && isRemote(word.text))) continue;
      const text = this.#expand(word.text, environment, word.span);
      this.#contextSources.push({
        ...describeSource(text),
        via: "copy",
        parents: parents && text !== undefined ? splitAtPivot(text) : undefined,
        excludes,
        span: word.span,
      });
    }
  }

  #followMount(value: PlacedText, environment: Environment, stage: number, trail: readonly number[]): void {
    const span = spanOf(this.#file, value);
    const mount = readMount(value, (text, place) =>
      this.#expand(text, environment, spanOf(this.#file, place)),
    );
    if ("message" in mount) {
      this.#faults.push({ message: mount.message, span: spanOf(this.#file, mount.at) });
      return;
    }
    if (mount.from !== undefined) {
      const place = spanOf(this.#file, mount.from);
      if (/\$./.test(mount.from.text)) this.#noVariables("RUN --mount=from=", place);
      else this.#take(mount.from.text, "mount-from", stage, place, trail);
    }
    const { type } = mount;
    if (type === "secret") {
      if (mount.id?.text === "")
        this.#faults.push({
          message: "a secret mount names no secret",
          span,
          help: "write --mount=type=secret,id=…",
        });
      else if (mount.id !== undefined)
        this.#secrets.push({
          id: mount.id.text,
          required: mount.required,
          span: spanOf(this.#file, mount.id.place),
        });
    } else if (type === "ssh") this.#ssh.push({ span });
    else if (type === "bind" && (mount.from === undefined || mount.from.text === "")) {
      // Wildcards mean nothing to a mount.
      const source = { ...describeSource(mount.source), hasWildcard: false };
      this.#contextSources.push({ ...source, via: "mount", parents: undefined, excludes: [], span });
    }
  }

  #take(name: string, via: ImageReference["via"], stage: number, span: Span, trail: readonly number[]): void {
    const index = this.#indexByName.get(name.toLowerCase());
    if (index !== undefined) this.#visit(index, trail);
    else if (name !== "") this.#references.push({ image: name, via, stage, span });
  }

  #enterStage(index: number, span: Span, trail: readonly number[]): void {
    if (this.#texts.stages[index] === undefined)
      this.#faults.push({
        message: `there is no stage ${index}`,
        span,
        help: `stages count from 0: this file has ${this.#texts.stages.length}`,
      });
    else this.#visit(index, trail);
  }

  #noVariables(what: string, span: Span): void {
    this.#faults.push({
      message: `${what} takes no variables`,
      span,
      help: "name a stage with FROM … AS … above, and take from that",
    });
  }

  /** undefined where the value is not known before the build, or faulty (which is then told). */
  #expand(word: string, environment: Environment, span: Span): string | undefined {
    const expansion: Expansion = expandWord(word, {
      escape: this.#options.escape,
      get: (name) => environment.variables.get(name),
      mayBeSet: (name) => environment.isOpen || environment.variables.has(name),
    });
    if (expansion.kind === "fault") this.#faults.push({ message: expansion.message, span });
    return expansion.kind === "text" ? expansion.text : undefined;
  }
}

/** A path of the context: what leads out of it ends at its root. */
function describeSource(text: string | undefined): Pick<ContextSource, "path" | "hasWildcard"> {
  if (text === undefined) return { path: undefined, hasWildcard: false };
  const resolved = clampPath(text);
  return { path: resolved, hasWildcard: /[*?[\\]/.test(resolved) };
}

/** COPY --parents keeps the folders below "/./", or all of them where the source has none. */
function splitAtPivot(source: string): NonNullable<ContextSource["parents"]> {
  const pivot = source.indexOf("/./");
  if (pivot === -1) return { root: "", pattern: clampPath(source) };
  return { root: clampPath(source.slice(0, pivot)), pattern: clampPath(source.slice(pivot + "/./".length)) };
}

function clampPath(text: string): string {
  return path.join("/", text).slice(1).replace(/\/$/, "");
}

function nameOf(stage: StageText): string {
  return stage.name === undefined ? String(stage.index) : `"${stage.name}"`;
}

/** What ADD fetches from elsewhere; user@host:path is a repository by ssh. */
function isRemote(source: string): boolean {
  return /^(https?:\/\/|git:\/\/|ssh:\/\/|[\w-]+@[\w.-]+:)/i.test(source);
}

/** The automatic ARGs (Dockerfile reference, "Automatic platform ARGs in the global scope"). */
function platformArgs(platform: string): Record<string, string> {
  const [os = "", architecture = "", variant = ""] = platform.split("/");
  const parts = { PLATFORM: platform, OS: os, ARCH: architecture, VARIANT: variant };
  return Object.fromEntries(
    ["BUILD", "TARGET"].flatMap((side) => Object.entries(parts).map(([name, value]) => [side + name, value])),
  );
}

/** The entries of `record` whose keys `keys` has too. */
function pick(record: Readonly<Record<string, string>>, keys: object): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => Object.hasOwn(keys, key)));
}
