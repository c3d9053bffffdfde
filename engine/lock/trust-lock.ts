// A lock's text that is known to be one, read without asking again: it was validated before, or written by this program.

import type { Lock } from "../../schemas/lock.ts";
import { lockVersion } from "../../schemas/lock-version.ts";

/** The lock of a text that `parseLock` once accepted; undefined where that cannot be. */
export function trustLock(text: string): Lock | undefined {
  const json: unknown = JSON.parse(text);
  return isLock(json) ? json : undefined;
}

/** No more than a look at the top: the caller knows the text by its digest. */
function isLock(json: unknown): json is Lock {
  return (
    typeof json === "object" &&
    json !== null &&
    "version" in json &&
    json.version === lockVersion &&
    "bases" in json &&
    "layers" in json
  );
}
