// What a merge of locks could not take from one side alone, told on stderr.

import type { Contested } from "../../engine/lock/merge-locks.ts";
import type { Output } from "../output.ts";

const mostLines = 10;

/** `layersBecome` says what has become of entries of layers that were built on both sides. */
export function tellContested(output: Output, contested: readonly Contested[], layersBecome: string): void {
  for (const { kind, name, platform } of contested.slice(0, mostLines))
    output.remark(
      kind === "layer"
        ? `lock: ${name} (${platform}) was built on both sides: ${layersBecome}\n`
        : `lock: ${name} (${platform}) was pinned anew on both sides: our pin is kept\n`,
    );
  if (contested.length > mostLines) output.remark(`lock: … and ${contested.length - mostLines} more\n`);
}
