// A project's store in use: from then on no `lamina cache gc` clears it away, in any process.

import { err, type Result } from "../engine/core/result.ts";
import { useStore } from "../providers/store/store-users.ts";
import { complain } from "./complain.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";
import { storeDirectory } from "./wire.ts";

/** `root` is the project's, absolute. What comes out ends the use. */
export function holdStore(root: string, output: Output): Result<() => void, ExitCode> {
  const held = useStore(storeDirectory(root));
  if (held.ok) return held;
  complain(output, `the store is being cleared away: ${held.error.message}`, "try again when that has ended");
  return err(exitCode.environment);
}
