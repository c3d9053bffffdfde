// `lamina lock --merge BASE OURS THEIRS`: git's merge driver for locks (gitattributes(5), "Defining a custom merge driver").
// The result goes into OURS. Exit codes from 1 to 128 say to git that there is a conflict: then OURS stays as it is.

import { resolve } from "node:path";
import { ok, type Result } from "../../engine/core/result.ts";
import { emptyLock } from "../../engine/lock/lock.ts";
import { mergeLocks } from "../../engine/lock/merge-locks.ts";
import { parseLock } from "../../engine/lock/parse-lock.ts";
import { serializeLock } from "../../engine/lock/serialize-lock.ts";
import type { Lock } from "../../schemas/lock.ts";
import type { Invocation } from "../command.ts";
import { complain, refuseUsage } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost } from "../wire.ts";
import { tellContested } from "./tell-contested.ts";

export function mergeLockFiles({
  operands,
  directory,
  output,
}: Pick<Invocation, "operands" | "directory" | "output">): ExitCode {
  const [base, ours, theirs, ...more] = operands.map((path) => resolve(directory, path));
  if (base === undefined || ours === undefined || theirs === undefined || more.length > 0)
    return refuseUsage(output, {
      message: "lock --merge needs three files: BASE OURS THEIRS",
      help: "git config merge.lamina.driver 'npx lamina lock --merge %O %A %B'",
    });
  const { files } = createHost();
  const read = (path: string): Result<Lock, undefined> => {
    const text = files.readText(path);
    if (!text.ok) {
      complain(output, `${path} cannot be read: ${text.error.message}`);
      return { ok: false, error: undefined };
    }
    // Git hands over an empty file where the two sides have nothing in common.
    if (text.value === "" && path === base) return ok(emptyLock);
    const parsed = parseLock(text.value, path);
    if (parsed.ok) return parsed;
    tellDiagnostics(output, directory, parsed.error);
    return { ok: false, error: undefined };
  };
  const [was, our, their] = [read(base), read(ours), read(theirs)];
  if (!was.ok || !our.ok || !their.ok) return exitCode.failed;
  const merged = mergeLocks(was.value, our.value, their.value, { contestedEntries: "ours" });
  const written = files.writeAtomically(ours, serializeLock(merged.lock));
  if (!written.ok) {
    complain(output, `${ours} cannot be written: ${written.error.message}`);
    return exitCode.failed;
  }
  tellContested(output, merged.contested, "ours is kept, and `lamina plan` tells whether it is current");
  return exitCode.done;
}
