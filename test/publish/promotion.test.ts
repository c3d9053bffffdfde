import { describe, expect, test } from "vitest";
import { imageDigest, sha256 } from "../../engine/core/digest.ts";
import { type PromotionDeps, promote, resumePromotions } from "../../engine/publish/promotion.ts";
import { PromotionJournal } from "../../engine/publish/promotion-journal.ts";
import { indexMediaType } from "../../schemas/layer-index.ts";
import type { TagMove } from "../../schemas/promotion.ts";
import { FakeFiles } from "../fakes/files.ts";
import { FakeProcesses } from "../fakes/processes.ts";
import { type Change, FakeRegistry } from "../fakes/registry.ts";
import { settle } from "../run/rig.ts";
import { placeOf, tagOf } from "./places.ts";

const never = new AbortController().signal;
const folder = "/project/.lamina/promotions";

/** Two layers with two tags each: one that stood somewhere else, and one that is new. */
class Setting {
  readonly registry = new FakeRegistry();
  readonly files = new FakeFiles();
  readonly processes = new FakeProcesses();
  readonly moves: TagMove[] = [];

  static async open(): Promise<Setting> {
    const setting = new Setting();
    for (const layer of ["debian", "rust"]) {
      const was = await setting.#put(layer, `old ${layer}`);
      const is = await setting.#put(layer, `new ${layer}`);
      setting.registry.point(placeOf(layer), "latest", was);
      const { registry, name: repository } = placeOf(layer);
      setting.moves.push({ registry, repository, tag: tagOf("latest"), from: was, to: is });
      setting.moves.push({ registry, repository, tag: tagOf("l-1"), from: null, to: is });
    }
    return setting;
  }

  get deps(): PromotionDeps {
    const { registry, processes } = this;
    return { registry, processes, journal: new PromotionJournal(this.files, folder) };
  }

  get oldTags(): Readonly<Record<string, string>> {
    return this.#tags(({ from }) => from);
  }

  get newTags(): Readonly<Record<string, string>> {
    return this.#tags(({ to }) => to);
  }

  /** A promotion whose process is no more after so many changes; of the last of them it never heard. */
  async killAfter(changes: number): Promise<void> {
    let asked = 0;
    this.registry.gate = () => {
      asked += 1;
      return asked < changes ? undefined : asked === changes ? "lost" : "blocked";
    };
    void promote("run-1", this.moves, this.deps);
    await settle();
    if (asked !== this.moves.length) throw new Error(`${asked} tags were to be moved`);
    this.registry.gate = () => undefined;
  }

  /** What the next process sees. */
  bury(): void {
    this.processes.alive.delete("self");
    this.processes.dead.add("self");
  }

  #tags(target: (move: TagMove) => string | null): Readonly<Record<string, string>> {
    const all = this.moves.flatMap((move) => {
      const digest = target(move);
      return digest === null ? [] : [[`${move.registry}/${move.repository}:${move.tag}`, digest] as const];
    });
    return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async #put(layer: string, text: string): Promise<ReturnType<typeof imageDigest>> {
    const bytes = new TextEncoder().encode(JSON.stringify(text));
    const digest = imageDigest(sha256(bytes));
    await this.registry.putManifest(placeOf(layer), digest, { mediaType: indexMediaType, bytes }, never);
    return digest;
  }
}

describe("a promotion", () => {
  test("moves every tag and leaves no journal", async () => {
    const setting = await Setting.open();
    expect(await promote("run-1", setting.moves, setting.deps)).toEqual({ kind: "moved", tags: 4 });
    expect(setting.registry.tags()).toEqual(setting.newTags);
    expect(setting.deps.journal.list()).toEqual([]);
  });

  test("a second time moves nothing", async () => {
    const setting = await Setting.open();
    await promote("run-1", setting.moves, setting.deps);
    const changes: Change[] = [];
    setting.registry.gate = (change) => {
      changes.push(change);
      return undefined;
    };
    expect(await promote("run-2", setting.moves, setting.deps)).toEqual({ kind: "moved", tags: 0 });
    expect(changes).toEqual([]);
  });

  test.each([0, 1, 2, 3, 4])("killed after %i tags it is finished by the next run", async (changes) => {
    const setting = await Setting.open();
    await setting.killAfter(changes);
    setting.bury();
    const ends = await resumePromotions(setting.deps);
    expect(ends.map(({ end }) => end.kind)).toEqual(["moved"]);
    expect(setting.registry.tags()).toEqual(setting.newTags);
    expect(setting.deps.journal.list()).toEqual([]);
  });

  test("of a process that lives is left to it", async () => {
    const setting = await Setting.open();
    await setting.killAfter(1);
    expect(await resumePromotions(setting.deps)).toEqual([]);
    expect(setting.deps.journal.list()).toHaveLength(1);
  });

  test.each([0, 1, 2, 3])(
    "a registry that fails at change %i leaves the rest to the next run",
    async (nth) => {
      const setting = await Setting.open();
      let changes = 0;
      const failure = { kind: "unreachable", message: "registry.example does not answer" } as const;
      setting.registry.gate = () => (changes++ >= nth ? failure : undefined);
      expect(await promote("run-1", setting.moves, setting.deps)).toEqual({ kind: "unfinished", failure });
      setting.registry.gate = () => undefined;
      setting.bury();
      await resumePromotions(setting.deps);
      expect(setting.registry.tags()).toEqual(setting.newTags);
      expect(setting.deps.journal.list()).toEqual([]);
    },
  );

  test.each([1, 2, 3])("is undone where what it promotes is gone, %i tags later", async (changes) => {
    const setting = await Setting.open();
    await setting.killAfter(changes);
    setting.bury();
    const [move] = setting.moves.slice(-1);
    if (move !== undefined) await setting.registry.deleteManifest(placeOf("rust"), move.to, never);
    const [resumed] = await resumePromotions(setting.deps);
    expect(resumed?.end.kind).toBe("undone");
    expect(setting.registry.tags()).toMatchObject({
      "registry.example/lamina/debian:latest": setting.oldTags["registry.example/lamina/debian:latest"],
    });
    expect(Object.keys(setting.registry.tags())).not.toContain("registry.example/lamina/debian:l-1");
    expect(setting.deps.journal.list()).toEqual([]);
  });

  test("is undone where somebody else moved a tag, which stays where they moved it", async () => {
    const setting = await Setting.open();
    const theirs = imageDigest(sha256("theirs"));
    await setting.killAfter(1);
    setting.registry.plant(placeOf("rust"), theirs);
    setting.registry.point(placeOf("rust"), "latest", theirs);
    setting.bury();
    const [resumed] = await resumePromotions(setting.deps);
    expect(resumed?.end).toMatchObject({
      kind: "undone",
      cause: "somebody else moved registry.example/lamina/rust:latest meanwhile",
    });
    expect(setting.registry.tags()).toEqual({
      ...setting.oldTags,
      "registry.example/lamina/rust:latest": theirs,
    });
  });

  test("tells which new tags a registry keeps that cannot delete any", async () => {
    const setting = await Setting.open();
    setting.registry.deletesTags = false;
    await setting.killAfter(4);
    const theirs = imageDigest(sha256("theirs"));
    setting.registry.plant(placeOf("rust"), theirs);
    setting.registry.point(placeOf("rust"), "latest", theirs);
    setting.bury();
    const [resumed] = await resumePromotions(setting.deps);
    const left = resumed?.end.kind === "undone" ? resumed.end.left : [];
    expect(left.map(({ repository, tag }) => `${repository}:${tag}`)).toEqual([
      "lamina/debian:l-1",
      "lamina/rust:l-1",
      "lamina/rust:latest",
    ]);
  });

  test("moves nothing without a journal", async () => {
    const setting = await Setting.open();
    setting.files.put("/project/.lamina", "a file in its way");
    const end = await promote("run-1", setting.moves, setting.deps);
    expect(end.kind).toBe("unrecorded");
    expect(setting.registry.tags()).toEqual(setting.oldTags);
  });
});
