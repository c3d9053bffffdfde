// Whether this process may reserve as much memory as it likes, used or not: with `ulimit -v` V8 cannot start a thread, and ends the
// process instead.

import { readFileSync } from "node:fs";

/** False where the system does not tell, as limits on addresses are rare. */
export function isAddressSpaceLimited(): boolean {
  try {
    return /^Max address space\s+\d/m.test(readFileSync("/proc/self/limits", "utf8"));
  } catch {
    return false;
  }
}
