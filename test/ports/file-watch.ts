// The laws of FileWatch (engine/ports/file-watch.ts), to be run on every body.

import path from "node:path/posix";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FileWatch, OpenFileWatch, WatchTrouble } from "../../engine/ports/file-watch.ts";

/** Files to be changed, and what watches them. */
export interface WatchedWorld {
  readonly open: OpenFileWatch;
  /** An absolute folder that exists, is empty, and is the real path of itself. */
  readonly root: string;
  /** Makes missing folders. */
  write(file: string, text: string): void;
  remove(path: string): void;
  rename(from: string, to: string): void;
  link(to: string, path: string): void;
  chmod(file: string, mode: number): void;
  close(): void;
}

export function describeFileWatch(body: string, make: () => WatchedWorld): void {
  describe(`FileWatch: ${body}`, () => {
    let world: WatchedWorld;
    let watch: FileWatch;
    let told: string[];
    let troubles: WatchTrouble[];
    let wake: (() => void) | undefined;
    const at = (file: string) => path.join(world.root, file);

    beforeEach(() => {
      world = make();
      told = [];
      troubles = [];
      watch = world.open({
        changed: (changed) => {
          told.push(changed);
          wake?.();
        },
        troubled: (trouble) => troubles.push(trouble),
      });
    });
    afterEach(async () => {
      await watch.close();
      expect(troubles).toEqual([]);
      world.close();
    });

    /** Does something, and waits until a change at or above or below the path is told thereafter. */
    async function hears(file: string, act: () => void): Promise<boolean> {
      told.length = 0;
      act();
      const isNear = (other: string) =>
        other === at(file) || other.startsWith(`${at(file)}/`) || at(file).startsWith(`${other}/`);
      while (!told.some(isNear))
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return true;
    }

    test("tells of files that are written, added, removed, renamed, and of their modes", async () => {
      world.write(at("catalog/rust/Dockerfile"), "FROM scratch\n");
      await watch.follow({ folders: [at("catalog")], files: [] });
      const file = "catalog/rust/Dockerfile";
      expect(await hears(file, () => world.write(at(file), "FROM debian\n"))).toBe(true);
      expect(await hears(file, () => world.chmod(at(file), 0o755))).toBe(true);
      expect(await hears("catalog/rust/new", () => world.write(at("catalog/rust/new"), ""))).toBe(true);
      expect(
        await hears("catalog/rust/other", () =>
          world.rename(at("catalog/rust/new"), at("catalog/rust/other")),
        ),
      ).toBe(true);
      expect(await hears("catalog/rust/other", () => world.remove(at("catalog/rust/other")))).toBe(true);
      expect(await hears("catalog/rust/link", () => world.link("Dockerfile", at("catalog/rust/link")))).toBe(
        true,
      );
      // As editors save: beside it, then in its place.
      world.write(at("catalog/rust/Dockerfile~"), "FROM rust\n");
      expect(await hears(file, () => world.rename(at("catalog/rust/Dockerfile~"), at(file)))).toBe(true);
      expect(await hears(file, () => world.write(at(file), "FROM rust:1\n"))).toBe(true);
    });

    test("tells of what is in new folders, however deep", async () => {
      world.write(at("catalog/rust/Dockerfile"), "");
      await watch.follow({ folders: [at("catalog")], files: [] });
      const deep = "catalog/leptos/src/components/main.rs";
      expect(await hears(deep, () => world.write(at(deep), "1"))).toBe(true);
      for (const text of ["2", "3", "4"])
        expect(await hears(deep, () => world.write(at(deep), text))).toBe(true);
    });

    test("tells of what is in folders that took the place of others", async () => {
      const file = "catalog/rust/src/main.rs";
      world.write(at(file), "0");
      await watch.follow({ folders: [at("catalog")], files: [] });
      for (const text of ["1", "2", "3", "4", "5"]) {
        expect(
          await hears(file, () => {
            world.remove(at("catalog/rust"));
            world.write(at(file), text);
          }),
        ).toBe(true);
        expect(await hears(file, () => world.write(at(file), `${text} again`))).toBe(true);
      }
    });

    test("tells of folders that go, and of the same coming back, the target itself too", async () => {
      const file = "catalog/rust/Dockerfile";
      world.write(at(file), "0");
      await watch.follow({ folders: [at("catalog")], files: [] });
      expect(await hears("catalog", () => world.remove(at("catalog")))).toBe(true);
      expect(await hears(file, () => world.write(at(file), "1"))).toBe(true);
      expect(await hears(file, () => world.write(at(file), "2"))).toBe(true);
    });

    test("tells of targets that were not there, whatever was missing above them", async () => {
      const file = "settings/of/this/machine.json";
      await watch.follow({ folders: [at("catalog")], files: [at(file), at("lamina.lock")] });
      expect(await hears("lamina.lock", () => world.write(at("lamina.lock"), "{}"))).toBe(true);
      expect(await hears(file, () => world.write(at(file), "{}"))).toBe(true);
      expect(await hears(file, () => world.write(at(file), "{ }"))).toBe(true);
      expect(
        await hears("catalog/rust/Dockerfile", () => world.write(at("catalog/rust/Dockerfile"), "")),
      ).toBe(true);
    });

    test("keeps to its targets: nothing beside a file, nothing of .git and node_modules", async () => {
      world.write(at("catalog/rust/node_modules/a/index.js"), "");
      world.write(at("catalog/.git/HEAD"), "");
      world.write(at("lamina.lock"), "{}");
      await watch.follow({ folders: [at("catalog")], files: [at("lamina.lock")] });
      expect(
        await hears("lamina.lock", () => {
          world.write(at("README.md"), "");
          world.write(at("catalog/rust/node_modules/a/index.js"), "1");
          world.write(at("catalog/.git/HEAD"), "1");
          world.write(at("lamina.lock"), "{ }");
        }),
      ).toBe(true);
      expect(told.filter((each) => each !== at("lamina.lock"))).toEqual([]);
    });

    test("follows other targets, those that stay without a gap", async () => {
      world.write(at("catalog/rust/Dockerfile"), "");
      world.write(at("schemas/tools.ncl"), "");
      await watch.follow({ folders: [at("catalog")], files: [] });
      const followed = watch.follow({ folders: [at("catalog")], files: [at("schemas/tools.ncl")] });
      expect(
        await hears("catalog/rust/Dockerfile", () => world.write(at("catalog/rust/Dockerfile"), "1")),
      ).toBe(true);
      await followed;
      expect(await hears("schemas/tools.ncl", () => world.write(at("schemas/tools.ncl"), "1"))).toBe(true);
      await watch.follow({ folders: [], files: [at("schemas/tools.ncl")] });
      expect(
        await hears("schemas/tools.ncl", () => {
          world.write(at("catalog/rust/Dockerfile"), "2");
          world.write(at("schemas/tools.ncl"), "2");
        }),
      ).toBe(true);
      expect(told.filter((each) => each.startsWith(at("catalog")))).toEqual([]);
    });

    test("is silent once it is closed, also the second time", async () => {
      world.write(at("catalog/rust/Dockerfile"), "");
      await watch.follow({ folders: [at("catalog")], files: [] });
      await watch.close();
      await watch.close();
      told.length = 0;
      world.write(at("catalog/rust/Dockerfile"), "1");
      await watch.follow({ folders: [at("catalog")], files: [] });
      world.write(at("catalog/rust/Dockerfile"), "2");
      expect(told).toEqual([]);
    });
  });
}
