// What the scripts of scripts.ts write, read line by line. Pure.

/** A figure that only grows, or one that stands for itself, and where it was read. */
export interface Figure {
  readonly source: "v1" | "v2" | "machine";
  readonly value: number;
}

export interface Sample {
  /** Of the machine's uptime. */
  readonly atSeconds: number;
  /** In the source's own unit: see `cpuSeconds`. */
  readonly cpu: Figure | undefined;
  /** Bytes. */
  readonly memory: Figure | undefined;
}

/** Kills for want of memory, since the machine or the cgroup began. */
export interface KillCounts {
  readonly machine: number | undefined;
  /** Of the watched cgroup and all below it; cgroup v2 only. */
  readonly cgroup: number | undefined;
}

export interface Mark {
  readonly kind: "dmesg" | "journal";
  readonly text: string;
}

/** All that one script wrote so far. */
export interface Readings {
  readonly samples: readonly Sample[];
  readonly kills: KillCounts;
  /** Name of the watched cgroup; undefined where the whole machine is. */
  readonly cgroup: string | undefined;
  /** Of that cgroup, in bytes. */
  readonly limitBytes: number | undefined;
  /** That the cgroup had in use at any time since it began, page cache included, in bytes; cgroup v1 only. */
  readonly mostBytes: number | undefined;
  readonly ticksPerSecond: number;
  readonly mark: Mark | undefined;
  readonly log: readonly string[];
  /** The samples have begun. */
  readonly isReady: boolean;
}

/** Takes text as it comes, in pieces of any size, and lines as they are whole. What is no line of ours is passed over. */
export class Reader {
  #rest = "";
  readonly #samples: Sample[] = [];
  readonly #log: string[] = [];
  readonly #values = new Map<string, string>();

  add(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(line.trimEnd());
  }

  get readings(): Readings {
    const [, kind, mark] = /^(dmesg|journal) (.+)$/.exec(this.#values.get("mark") ?? "") ?? [];
    return {
      samples: this.#samples,
      kills: { machine: this.#count("kills"), cgroup: this.#count("events") },
      cgroup: this.#values.get("cgroup"),
      limitBytes: this.#count("limit"),
      mostBytes: this.#count("most"),
      ticksPerSecond: this.#count("ticks") ?? 100,
      mark: mark === undefined ? undefined : { kind: kind === "dmesg" ? kind : "journal", text: mark },
      log: this.#log,
      isReady: this.#values.has("ready"),
    };
  }

  #take(line: string): void {
    const at = line.indexOf(" ");
    const [key, value] = at === -1 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
    if (key === "sample") {
      const sample = parseSample(value);
      if (sample !== undefined) this.#samples.push(sample);
    } else if (key === "log") this.#log.push(value);
    else this.#values.set(key, value);
  }

  #count(key: string): number | undefined {
    return toNumber(this.#values.get(key));
  }
}

function parseSample(text: string): Sample | undefined {
  const [at, cpuSource, cpu, memorySource, memory] = text.split(" ");
  const atSeconds = toNumber(at);
  if (atSeconds === undefined) return undefined;
  return { atSeconds, cpu: figure(cpuSource, cpu), memory: figure(memorySource, memory) };
}

function figure(source: string | undefined, text: string | undefined): Figure | undefined {
  const value = toNumber(text);
  if (value === undefined || (source !== "v1" && source !== "v2" && source !== "machine")) return undefined;
  return { source, value };
}

function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
