// Writes lamina.sizing.json.

import {
  type ApprovedEntry,
  approvedSizesPath,
  serializeApprovedSizes,
} from "../../engine/catalog/approved-sizes.ts";
import { complain } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { createHost } from "../wire.ts";

/** Replaces the file under `root` (absolute) at once or not at all; a failure is told. */
export function recordApprovals(root: string, approved: readonly ApprovedEntry[], output: Output): ExitCode {
  const path = approvedSizesPath(root);
  const written = createHost().files.writeAtomically(path, serializeApprovedSizes(approved));
  if (written.ok) return exitCode.done;
  complain(output, `cannot write ${path}: ${written.error.message}`);
  return exitCode.environment;
}
