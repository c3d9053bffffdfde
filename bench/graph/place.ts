// Files as a committed git repository, as any project that these tools are used in is one.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { FileTree } from "./lamina-catalog.ts";

/** Writes the files below `directory`, which must not exist yet, and commits them all. */
export async function placeRepository(directory: string, files: FileTree): Promise<void> {
  mkdirSync(directory, { recursive: true });
  for (const [path, text] of files) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  await git(directory, "init", "--quiet", "--initial-branch=main");
  await commitAll(directory, "The catalog");
}

export async function commitAll(directory: string, message: string): Promise<void> {
  await git(directory, "add", "--all");
  await git(directory, "commit", "--quiet", "--no-gpg-sign", "-m", message);
}

async function git(directory: string, ...args: readonly string[]): Promise<void> {
  const author = ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "gc.auto=0"];
  await execa("git", [...author, ...args], { cwd: directory });
}
