// Temporary folders that only this user may enter, such as for sockets. Each says whose it is, so that what a killed process left
// goes when another one is made.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processTable } from "./process-identity.ts";

/** What is made below the parent, as long as any of them. */
export const privateFolderExample = "lamina-XXXXXX";
const names = /^lamina-[A-Za-z0-9]{6}$/;
const owner = "owner";

/** Absolute; who makes it removes it. `parent` is absolute, and there. Throws where nothing can be made. */
export function makePrivateFolder(parent: string): string {
  removeLeftOver(parent);
  const directory = mkdtempSync(join(parent, "lamina-"));
  writeFileSync(join(directory, owner), processTable.self);
  return directory;
}

/** Of processes that are certainly no more, as far as this user may. */
function removeLeftOver(parent: string): void {
  for (const name of list(parent)) {
    if (!names.test(name)) continue;
    try {
      const directory = join(parent, name);
      if (processTable.look(readFileSync(join(directory, owner), "utf8")) === "dead")
        rmSync(directory, { recursive: true, force: true });
    } catch {
      // Another user's, or gone meanwhile.
    }
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A folder for temporary files may be one that nobody may list.
    return [];
  }
}
