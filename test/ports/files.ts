// The laws of Files and SharedFiles (engine/core/host.ts), to be run on every body.

import path from "node:path/posix";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SharedFiles } from "../../engine/core/host.ts";
import type { Result } from "../../engine/core/result.ts";
import type { Seed } from "../fakes/files.ts";

export interface FilesRig {
  readonly files: SharedFiles;
  /** An absolute folder that exists, is empty, and is the real path of itself. */
  readonly root: string;
  /** Puts something at a path, by other means than `files`. */
  put(file: string, seed: Seed): void;
  close(): void;
}

export function describeFiles(body: string, open: () => FilesRig): void {
  describe(`Files: ${body}`, () => {
    let rig: FilesRig;
    beforeEach(() => {
      rig = open();
    });
    afterEach(() => {
      rig.close();
    });
    const at = (file: string) => path.join(rig.root, file);

    test("reads bytes as they are and text without a byte-order mark", () => {
      rig.put(at("bytes"), new Uint8Array([0, 255, 10, 13]));
      rig.put(at("text"), "\uFEFFhéllo\r\n");
      expect(Array.from(value(rig.files.read(at("bytes"))))).toEqual([0, 255, 10, 13]);
      expect(value(rig.files.readText(at("text")))).toBe("héllo\r\n");
      expect(value(rig.files.read(at("text"))).length).toBe(11);
    });

    test("reads through links, and tells of what it does not follow", () => {
      rig.put(at("folder/file"), "content");
      rig.put(at("link"), { link: "folder/file" });
      rig.put(at("folder-link"), { link: "folder" });
      rig.put(at("dangling"), { link: "nowhere" });
      expect(value(rig.files.readText(at("link")))).toBe("content");
      expect(value(rig.files.readText(at("folder-link/file")))).toBe("content");
      expect(value(rig.files.info(at("link"))).kind).toBe("symlink");
      expect(value(rig.files.targetInfo(at("link")))).toEqual(value(rig.files.info(at("folder/file"))));
      expect(failure(rig.files.targetInfo(at("dangling")))).toBe("missing");
      expect(value(rig.files.info(at("folder-link/file"))).kind).toBe("file");
      expect(value(rig.files.readLink(at("dangling")))).toBe("nowhere");
      expect(value(rig.files.realPath(at("folder-link/file")))).toBe(at("folder/file"));
      expect(value(rig.files.list(at("folder-link")))).toEqual([{ name: "file", kind: "file" }]);
      expect(failure(rig.files.read(at("dangling")))).toBe("missing");
      expect(failure(rig.files.realPath(at("dangling")))).toBe("missing");
    });

    test("tells kind, permission bits and size", () => {
      rig.put(at("tool"), { content: "#!/bin/sh\n", mode: 0o755 });
      rig.put(at("folder"), { folder: true });
      expect(value(rig.files.info(at("tool")))).toMatchObject({ kind: "file", mode: 0o755, size: 10 });
      expect(value(rig.files.info(at("folder"))).kind).toBe("directory");
    });

    test("a folder's time of change moves when something comes, goes or is renamed in it", () => {
      rig.put(at("folder/file"), "");
      const before = value(rig.files.info(at("folder")));
      rig.put(at("folder/file"), "the same name, another content");
      value(rig.files.writeAtomically(at("folder/other"), "", { durable: false }));
      const after = value(rig.files.info(at("folder")));
      expect(after.inode).toBe(before.inode);
      expect(after.mtimeMs).toBeGreaterThan(before.mtimeMs);
      expect(after.ctimeMs).toBeGreaterThanOrEqual(after.mtimeMs);
    });

    test("tells two files apart by inode", () => {
      rig.put(at("a"), "same");
      rig.put(at("b"), "same");
      expect(value(rig.files.info(at("a"))).inode).not.toBe(value(rig.files.info(at("b"))).inode);
    });

    test("lists in order of code units, whatever the order of making", () => {
      for (const name of ["b", "a", "Z", "10", "2", ".hidden", "é", "\u{1F600}", "\uFFEE"])
        rig.put(at(`list/${name}`), "");
      rig.put(at("list/folder"), { folder: true });
      rig.put(at("list/link"), { link: "a" });
      expect(value(rig.files.list(at("list"))).map(({ name }) => name)).toEqual(
        [".hidden", "10", "2", "Z", "a", "b", "folder", "link", "é", "\u{1F600}", "\uFFEE"].sort(),
      );
      expect(value(rig.files.list(at("list"))).filter(({ kind }) => kind !== "file")).toEqual([
        { name: "folder", kind: "directory" },
        { name: "link", kind: "symlink" },
      ]);
    });

    test("says what is wrong with a path", () => {
      rig.put(at("file"), "");
      rig.put(at("folder"), { folder: true });
      expect(failure(rig.files.read(at("none")))).toBe("missing");
      expect(failure(rig.files.readText(at("none/deeper")))).toBe("missing");
      expect(failure(rig.files.info(at("none")))).toBe("missing");
      expect(failure(rig.files.info(at("file/below")))).toBe("missing");
      expect(failure(rig.files.list(at("none")))).toBe("missing");
      expect(failure(rig.files.readLink(at("none")))).toBe("missing");
      expect(failure(rig.files.read(at("folder")))).toBe("not-a-file");
      expect(failure(rig.files.readLink(at("file")))).toBe("not-a-file");
      expect(failure(rig.files.list(at("file")))).toBe("not-a-directory");
      const missing = rig.files.read(at("none"));
      expect(missing).toMatchObject({ ok: false, error: { path: at("none") } });
    });

    test("writes new files, with the folders on the way", () => {
      value(rig.files.writeAtomically(at("new/deep/file"), "text"));
      expect(value(rig.files.readText(at("new/deep/file")))).toBe("text");
      value(rig.files.writeAtomically(at("bytes"), new Uint8Array([1, 2, 3])));
      expect(Array.from(value(rig.files.read(at("bytes"))))).toEqual([1, 2, 3]);
    });

    test("replaces a file as a whole, keeps its permission bits and leaves nothing else behind", () => {
      rig.put(at("folder/file"), { content: "a long old content", mode: 0o640 });
      const before = value(rig.files.info(at("folder/file")));
      value(rig.files.writeAtomically(at("folder/file"), "new"));
      expect(value(rig.files.readText(at("folder/file")))).toBe("new");
      const after = value(rig.files.info(at("folder/file")));
      expect(after.mode).toBe(0o640);
      expect(after.inode).not.toBe(before.inode);
      expect(value(rig.files.list(at("folder")))).toEqual([{ name: "file", kind: "file" }]);
    });

    test("writing to a link replaces the link, not what it points to", () => {
      rig.put(at("target"), "kept");
      rig.put(at("link"), { link: "target" });
      value(rig.files.writeAtomically(at("link"), "new"));
      expect(value(rig.files.readText(at("target")))).toBe("kept");
      expect(value(rig.files.info(at("link"))).kind).toBe("file");
    });

    test("a write that cannot be says so and leaves everything as it was", () => {
      rig.put(at("file"), "old");
      rig.put(at("folder/inner"), "old");
      expect(failure(rig.files.writeAtomically(at("file/below"), "new"))).toBe("not-a-directory");
      expect(failure(rig.files.writeAtomically(at("folder"), "new"))).toBe("not-a-file");
      expect(value(rig.files.readText(at("file")))).toBe("old");
      expect(value(rig.files.list(rig.root)).map(({ name }) => name)).toEqual(["file", "folder"]);
    });

    test("adds to the end of a file, which it makes where there is none", () => {
      value(rig.files.append(at("new/deep/file"), "one\n"));
      value(rig.files.append(at("new/deep/file"), "two\n"));
      expect(value(rig.files.readText(at("new/deep/file")))).toBe("one\ntwo\n");
      expect(failure(rig.files.append(at("new/deep/file/below"), "x"))).toBe("not-a-directory");
      expect(failure(rig.files.append(at("new/deep"), "x"))).toBe("not-a-file");
    });

    test("removes a file, a link but not its target, and is content where there is none", () => {
      rig.put(at("file"), "kept");
      rig.put(at("link"), { link: "file" });
      value(rig.files.remove(at("link")));
      value(rig.files.remove(at("link")));
      value(rig.files.remove(at("none/deeper")));
      expect(value(rig.files.list(rig.root)).map(({ name }) => name)).toEqual(["file"]);
      value(rig.files.remove(at("file")));
      expect(failure(rig.files.info(at("file")))).toBe("missing");
    });

    test("does exclusive work, hands its result out, and lets the next in also after it threw", () => {
      const turn = at("made/for/turns");
      expect(value(rig.files.exclusively(turn, () => 1))).toBe(1);
      const bug = new Error("a bug in the work");
      expect(() => rig.files.exclusively(turn, () => raise(bug))).toThrow(bug);
      const inner = () => value(rig.files.exclusively(at("made/for/others"), () => 2));
      expect(value(rig.files.exclusively(turn, inner))).toBe(2);
      expect(value(rig.files.list(at("made/for"))).map(({ name }) => name)).toEqual(["others", "turns"]);
      rig.put(at("file"), "");
      expect(failure(rig.files.exclusively(at("file/below"), () => 3))).toBe("not-a-directory");
    });
  });
}

function raise(error: Error): never {
  throw error;
}

function value<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(`failed: ${JSON.stringify(result.error)}`);
  return result.value;
}

function failure<E extends { readonly kind: string }>(result: Result<unknown, E>): string | undefined {
  return result.ok ? undefined : result.error.kind;
}
