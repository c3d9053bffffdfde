import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { createFileWatch, wantsPolling } from "../../providers/host/watch.ts";
import { WatchedFiles } from "../fakes/file-watch.ts";
import { describeFileWatch, type WatchedWorld } from "./file-watch.ts";

describeFileWatch("files in memory", () => {
  const watched = new WatchedFiles();
  const { files } = watched;
  files.put("/project", { folder: true });
  return {
    open: watched.open,
    root: "/project",
    write: (file, text) => watched.put(file, text),
    remove: (file) => watched.remove(file),
    rename: (from, to) => {
      const text = files.readText(from);
      watched.remove(from);
      watched.put(to, text.ok ? text.value : "");
    },
    link: (to, file) => watched.put(file, { link: to }),
    chmod: (file, mode) => {
      const text = files.readText(file);
      watched.put(file, { content: text.ok ? text.value : "", mode });
    },
    close: () => {},
  };
});

function openOnDisk(polls: boolean): WatchedWorld {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "lamina-watch-")));
  return {
    open: createFileWatch({ polls }),
    root,
    write: writeOnDisk,
    remove: (file) => rmSync(file, { recursive: true }),
    rename: renameSync,
    link: symlinkSync,
    chmod: chmodSync,
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

function writeOnDisk(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

describeFileWatch("chokidar", () => openOnDisk(false));

test("a catalog that is a link is watched where it leads to, and when it leads elsewhere", async () => {
  const world = openOnDisk(false);
  const at = (file: string) => path.join(world.root, file);
  let wake: (() => void) | undefined;
  const next = () =>
    new Promise<boolean>((resolve) => {
      wake = () => resolve(true);
    });
  world.write(at("one/rust/Dockerfile"), "");
  world.write(at("two/rust/Dockerfile"), "");
  world.link("one", at("catalog"));
  const watch = world.open({ changed: () => wake?.(), troubled: () => {} });
  await watch.follow({ folders: [at("catalog")], files: [] });
  let told = next();
  world.write(at("one/rust/Dockerfile"), "1");
  expect(await told).toBe(true);
  told = next();
  world.remove(at("catalog"));
  world.link("two", at("catalog"));
  expect(await told).toBe(true);
  // In the same turn as whatever follows from the change.
  await watch.follow({ folders: [at("catalog")], files: [] });
  told = next();
  world.write(at("two/rust/Dockerfile"), "1");
  expect(await told).toBe(true);
  await watch.close();
  world.close();
});

test("CHOKIDAR_USEPOLLING asks for polling unless it says no", () => {
  const values = [undefined, "", "0", "false", "FALSE", "1", "true"];
  expect(values.map((value) => wantsPolling(() => value))).toEqual([
    false,
    false,
    false,
    false,
    false,
    true,
    true,
  ]);
});
