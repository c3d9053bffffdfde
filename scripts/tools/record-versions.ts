// What was built on a base that stands in for the declared one, as far as it can be said for everybody: lamina.lock gets the
// entries of its layers, each with the digest that it was really built on and the versions that were seen, and no pin. So it
// tells no one to build on an image that he cannot pull, and every plan says that the base is not pinned yet.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseLock } from "../../engine/lock/parse-lock.ts";
import { serializeLock } from "../../engine/lock/serialize-lock.ts";

/** False where nothing was built on a stand-in: then the build itself has written lamina.lock. */
export async function recordVersions(root: string): Promise<boolean> {
  const path = join(root, ".lamina/local.lock");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return false;
  const local = parseLock(text, path);
  if (!local.ok) throw new Error(local.error.map(({ message }) => message).join("; "));
  await writeFile(join(root, "lamina.lock"), serializeLock({ ...local.value, bases: {} }));
  return true;
}
