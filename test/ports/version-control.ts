// The laws of VersionControl (engine/ports/version-control.ts), to be run on every body.

import path from "node:path/posix";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Files } from "../../engine/core/host.ts";
import type { Result } from "../../engine/core/result.ts";
import type { Comparison, PathChange, Trees, VersionControl } from "../../engine/ports/version-control.ts";
import type { Seed } from "../fakes/files.ts";

export interface VersionControlRig {
  readonly control: VersionControl;
  /** Absolute: the project, the working tree of a repository without commits that ignores "*.log". */
  readonly root: string;
  /** Puts something at a path below the root, in place of what is there; `undefined` takes it away. */
  put(file: string, seed: Seed | undefined): void;
  touch(file: string): void;
  /** Commits all that there is. Gives the commit's id. */
  commit(): string;
  stage(): void;
  /** From now on commits go to a new branch that begins at a commit; the working tree becomes that commit's. */
  branch(name: string, from: string): void;
  /** Whatever the body could write besides the working tree, in one text. */
  innerState(): string;
  close(): void;
}

/** Names that programs stumble over. */
const awkward = [
  "with space",
  "new\nline",
  "tab\t",
  "quote\"s'",
  "back\\slash",
  "[a]*?",
  "ünïcödé \u{1F600}",
  "-dash",
  ":(top)x",
  " ",
];

export function describeVersionControl(body: string, open: () => VersionControlRig): void {
  describe(`VersionControl: ${body}`, () => {
    let rig: VersionControlRig;
    beforeEach(() => {
      rig = open();
    });
    afterEach(() => {
      rig.close();
    });
    const at = (file: string) => path.join(rig.root, file);
    const compare = async (ref: string, ...paths: readonly string[]): Promise<Comparison> =>
      value(
        await rig.control.compare(
          { root: rig.root, ref, paths: (paths.length === 0 ? ["a"] : paths).map(at) },
          new AbortController().signal,
        ),
      );
    /** "added a/x" and so on. */
    const changes = async (ref: string, ...paths: readonly string[]): Promise<readonly string[]> =>
      tell((await compare(ref, ...paths)).changes);
    const tell = (all: readonly PathChange[]) =>
      all.map(({ path: file, change }) => `${change} ${path.relative(rig.root, file)}`);

    test("tells what was added, removed and modified, wherever it stands by now", async () => {
      for (const name of ["kept", "committed", "staged", "edited", "removed", "renamed", "turned"])
        rig.put(`a/${name}`, name);
      rig.put("b/beside", "");
      const base = rig.commit();
      rig.put("a/committed", "other");
      rig.put("a/new-committed", "");
      rig.commit();
      rig.put("a/staged", "other");
      rig.put("a/new-staged", "");
      rig.stage();
      rig.put("a/edited", "other");
      rig.put("a/new", "");
      rig.put("a/removed", undefined);
      rig.put("a/renamed", undefined);
      rig.put("a/renamed-to", "renamed");
      rig.put("a/turned", undefined);
      rig.put("a/turned/inside", "");
      rig.put("b/beside", "other");
      expect(await changes(base)).toEqual([
        "modified a/committed",
        "modified a/edited",
        "added a/new",
        "added a/new-committed",
        "added a/new-staged",
        "removed a/removed",
        "removed a/renamed",
        "added a/renamed-to",
        "modified a/staged",
        "removed a/turned",
        "added a/turned/inside",
      ]);
      const comparison = await compare(base);
      expect(comparison.base).toBe(base);
      expect(tell(value(await comparison.changesOf([at("b")])))).toEqual(["modified b/beside"]);
      expect(tell(value(await comparison.changesOf(["/"])))).toEqual([]);
    });

    test("a plain edit is one of a file that is a plain file before and now", async () => {
      for (const name of ["edited", "executable", "linked", "gone"]) rig.put(`a/${name}`, name);
      rig.put("a/link", { link: "edited" });
      const base = rig.commit();
      rig.put("a/edited", "other");
      rig.put("a/executable", { content: "executable", mode: 0o755 });
      rig.put("a/linked", undefined);
      rig.put("a/linked", { link: "edited" });
      rig.put("a/link", undefined);
      rig.put("a/link", { link: "gone" });
      rig.put("a/gone", undefined);
      rig.put("a/new", "");
      const { changes: all } = await compare(base);
      expect(tell(all.filter(({ isPlainEdit }) => isPlainEdit))).toEqual([
        "modified a/edited",
        "modified a/executable",
      ]);
    });

    test("tells what changed between another commit and the base, wherever files stand now", async () => {
      for (const name of ["edited", "removed"]) rig.put(`a/${name}`, name);
      rig.put("b/beside", "");
      const first = rig.commit();
      rig.put("a/edited", "other");
      rig.put("a/removed", undefined);
      rig.put("a/new", "");
      rig.put("b/beside", "other");
      const second = rig.commit();
      rig.put("a/edited", "unsaid");
      const comparison = await compare(second);
      expect(tell(value(await comparison.changesBetween(first, [at("a"), "/elsewhere"])) ?? [])).toEqual([
        "modified a/edited",
        "added a/new",
        "removed a/removed",
      ]);
      expect(value(await comparison.changesBetween(second, [at("a")]))).toEqual([]);
      expect(value(await comparison.changesBetween("0123456789".repeat(4), [at("a")]))).toBeUndefined();
    });

    test("tells what the base holds, whatever is there now", async () => {
      for (const name of awkward) rig.put(`a/${name}`, name);
      rig.put("a/link", { link: "x" });
      rig.put("a/ignored.log", "");
      rig.put("b/beside", "");
      const base = rig.commit();
      rig.put("a/link", undefined);
      rig.put("a/new", "");
      const stored = value(await (await compare(base)).storedBelow([at("a"), "/elsewhere"]));
      expect(Object.fromEntries(stored)).toEqual({
        ...Object.fromEntries(awkward.map((name) => [at(`a/${name}`), "file"])),
        [at("a/link")]: "link",
      });
    });

    test("what comes out the same is no change", async () => {
      for (const name of ["touched", "writable", "edited", "staged", "committed", "rewritten"])
        rig.put(`a/${name}`, name);
      const base = rig.commit();
      rig.put("a/committed", "other");
      rig.commit();
      rig.put("a/committed", "committed");
      rig.put("a/staged", "other");
      rig.stage();
      rig.put("a/staged", "staged");
      rig.touch("a/touched");
      rig.put("a/rewritten", "rewritten");
      rig.put("a/writable", { content: "writable", mode: 0o666 });
      rig.put("a/ignored.log", "");
      rig.put("a/folder", { folder: true });
      expect(await changes(base)).toEqual([]);
    });

    test("the right to execute and the kind of what is there count", async () => {
      rig.put("a/tool", { content: "", mode: 0o644 });
      rig.put("a/file", "x");
      rig.put("a/link", { link: "file" });
      const base = rig.commit();
      rig.put("a/tool", { content: "", mode: 0o755 });
      rig.put("a/file", { link: "x" });
      rig.put("a/link", { link: "tool" });
      expect(await changes(base)).toEqual(["modified a/file", "modified a/link", "modified a/tool"]);
    });

    test("compares with where a branch and what is checked out parted", async () => {
      rig.put("a/file", "1");
      const parted = rig.commit();
      rig.branch("theirs", parted);
      rig.put("a/file", "theirs");
      rig.commit();
      rig.branch("ours", parted);
      rig.put("a/other", "");
      rig.commit();
      const comparison = await compare("theirs");
      expect(comparison.base).toBe(parted);
      expect(tell(comparison.changes)).toEqual(["added a/other"]);
      expect(tell((await compare("ours")).changes)).toEqual([]);
    });

    test("any name can stand for a path", async () => {
      for (const name of awkward) rig.put(`a/${name}/before`, "");
      const base = rig.commit();
      for (const name of awkward) {
        rig.put(`a/${name}/before`, "x");
        rig.put(`a/${name}/after`, "");
      }
      rig.stage();
      for (const name of awkward) rig.put(`a/${name}/untracked`, "");
      const expected = awkward.flatMap((name) => [
        `modified a/${name}/before`,
        `added a/${name}/after`,
        `added a/${name}/untracked`,
      ]);
      expect(new Set(await changes(base))).toEqual(new Set(expected));
      expect(await changes(base, "a/[a]*?")).toHaveLength(3);
      const trees = (await compare(base)).openTrees([]);
      for (const name of awkward)
        expect(await ask(trees, () => trees.before.readText(at(`a/${name}/before`)))).toEqual({
          ok: true,
          value: "",
        });
      await trees.close();
    });

    describe("both trees", () => {
      test("show files, links and folders as they were and as they are", async () => {
        rig.put("a/kept/file", "kept");
        rig.put("a/file", "before");
        rig.put("a/gone/file", "");
        rig.put("a/tool", { content: "", mode: 0o755 });
        rig.put("a/link", { link: "kept" });
        rig.put("a/out", { link: "/" });
        rig.put("a/loop", { link: "loop" });
        const base = rig.commit();
        rig.put("a/file", "now");
        rig.put("a/gone", undefined);
        rig.put("a/new/deep", "");
        rig.put("a/ignored.log", "");
        rig.put("a/empty", { folder: true });
        rig.put("a/link", undefined);
        rig.put("a/link", { link: "new" });
        const comparison = await compare(base);
        const trees = comparison.openTrees(comparison.changes);
        const { before, now } = trees;
        const text = (files: Files, file: string) => ask(trees, () => files.readText(at(file)));
        const names = async (files: Files, folder: string) =>
          value(await ask(trees, () => files.list(at(folder)))).map(({ name, kind }) => `${kind} ${name}`);

        expect(value(await text(before, "a/file"))).toBe("before");
        expect(value(await text(now, "a/file"))).toBe("now");
        expect(value(await text(now, "a/kept/file"))).toBe("kept");
        expect(value(await text(before, "a/link/file"))).toBe("kept");
        expect(value(await text(now, "a/link/deep"))).toBe("");
        expect(value(await ask(trees, () => before.readLink(at("a/link"))))).toBe("kept");
        expect(value(await ask(trees, () => now.readLink(at("a/link"))))).toBe("new");
        expect(value(await ask(trees, () => before.realPath(at("a/link/file"))))).toBe(at("a/kept/file"));
        expect(await names(before, "a")).toEqual([
          "file file",
          "directory gone",
          "directory kept",
          "symlink link",
          "symlink loop",
          "symlink out",
          "file tool",
        ]);
        expect(await names(now, "a")).toEqual([
          "file file",
          "directory kept",
          "symlink link",
          "symlink loop",
          "directory new",
          "symlink out",
          "file tool",
        ]);
        expect(await names(now, "a/out")).toEqual(await names(before, "a/out"));
        expect(value(await ask(trees, () => before.info(at("a/tool")))).mode).toBe(0o755);
        expect(value(await ask(trees, () => now.info(at("a/file"))))).toMatchObject({
          kind: "file",
          mode: 0o644,
          size: 3,
        });
        expect(value(await ask(trees, () => now.targetInfo(at("a/link")))).kind).toBe("directory");
        expect(failure(await text(now, "a/gone/file"))).toBe("missing");
        expect(failure(await text(now, "a/ignored.log"))).toBe("missing");
        expect(failure(await text(before, "a/new/deep"))).toBe("missing");
        expect(failure(await text(before, "a/loop"))).toBe("io");
        expect(failure(await text(before, "a/kept"))).toBe("not-a-file");
        expect(failure(await ask(trees, () => before.list(at("a/file"))))).toBe("not-a-directory");
        expect(failure(await ask(trees, () => before.readLink(at("a/file"))))).toBe("not-a-file");
        expect(failure(before.writeAtomically(at("a/file"), ""))).toBe("denied");
        await trees.close();
        await trees.close();
      });

      test("what is outside the repository is as it is", async () => {
        rig.put("a/file", "");
        const base = rig.commit();
        const trees = (await compare(base)).openTrees([]);
        expect(value(trees.before.list("/")).length).toBeGreaterThan(0);
        expect(value(await trees.fetch())).toBe(false);
        await trees.close();
      });

      test("large files come whole, and many at once", async () => {
        const large = `${"x".repeat(1_000_000)}\n`;
        rig.put("a/large", large);
        for (let each = 0; each < 200; each++) rig.put(`a/many/${each}`, `${each}\n`.repeat(each));
        const base = rig.commit();
        const trees = (await compare(base)).openTrees([]);
        expect(value(await ask(trees, () => trees.before.readText(at("a/large")))) === large).toBe(true);
        const texts = await ask(trees, () => {
          const all = Array.from({ length: 200 }, (_, each) => trees.before.readText(at(`a/many/${each}`)));
          return all.find((one) => !one.ok) ?? { ok: true as const, value: all };
        });
        expect(texts).toMatchObject({ ok: true });
        expect(value(trees.before.readText(at("a/many/199")))).toBe("199\n".repeat(199));
        await trees.close();
      });
    });

    test("only reads", async () => {
      rig.put("a/file", "1");
      const base = rig.commit();
      rig.touch("a/file");
      rig.put("a/new", "");
      const before = rig.innerState();
      await changes(base);
      expect(rig.innerState()).toBe(before);
    });

    test("an aborted question is canceled, before and while it is asked", async () => {
      rig.put("a/file", "1");
      const base = rig.commit();
      const abort = new AbortController();
      const request = { root: rig.root, ref: base, paths: [at("a")] };
      const asked = rig.control.compare(request, abort.signal);
      abort.abort();
      expect(failure(await asked)).toBe("canceled");
      expect(failure(await rig.control.compare(request, abort.signal))).toBe("canceled");
    });

    test.each(["nothing-of-that-name", "", "--all", "HEAD..HEAD", "a b", "$(x)", "HEAD:a"])(
      "%j is no commit, and that is said",
      async (ref) => {
        rig.put("a/file", "1");
        rig.commit();
        const request = { root: rig.root, ref, paths: [at("a")] };
        const answer = await rig.control.compare(request, new AbortController().signal);
        expect(failure(answer)).toBe("unknown-ref");
      },
    );

    test("nothing can be compared where nothing was committed", async () => {
      const request = { root: rig.root, ref: "HEAD", paths: [at("a")] };
      expect(failure(await rig.control.compare(request, new AbortController().signal))).toBe("no-commits");
    });
  });
}

/** Asks until nothing more is to be fetched. */
async function ask<T>(trees: Trees, question: () => Result<T, unknown>): Promise<Result<T, unknown>> {
  for (;;) {
    const answer = question();
    if (!value(await trees.fetch())) return answer;
  }
}

function value<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`failed: ${JSON.stringify(result.error)}`);
  return result.value;
}

function failure(result: Result<unknown, unknown>): string | undefined {
  if (result.ok || typeof result.error !== "object" || result.error === null) return undefined;
  return "kind" in result.error ? String(result.error.kind) : undefined;
}
