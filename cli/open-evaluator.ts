// The embedded Nickel, with lamina's own contracts on its import path and within limits. Loaded only by who evaluates.

import { join } from "node:path";
import { deserialize } from "node:v8";
import type { Files } from "../engine/core/host.ts";
import { err } from "../engine/core/result.ts";
import { complain } from "../engine/nickel/diagnostics.ts";
import { timeSpent } from "../engine/nickel/eval/exhausted.ts";
import { createEvaluator, type EvaluateOptions, type NickelEvaluator } from "../engine/nickel/evaluate.ts";
import type { FindPrepared } from "../engine/nickel/lower/prepared.ts";
import { systemFiles } from "../providers/host/files.ts";
import { guard } from "../providers/host/guard.ts";
import { type DeepEvaluator, openDeepEvaluator } from "./deep-evaluation.ts";
import { Interrupted } from "./interrupted.ts";
import { mountFolder } from "./mount-folder.ts";
import { limitsHere, type NickelLimits, readNickelLimits } from "./nickel-limits.ts";
import { isBuilt, libraryFolder, schemaFolder } from "./package-root.ts";

/** The evaluator looks at the clock itself, and tells where it stands; only what does not come to that is broken off. */
const graceMs = 2000;

/**
 * An evaluator that knows `import "lamina/…"` of `disk` (`files` otherwise), whatever else `importPaths` (absolute) hold.
 * It throws `Interrupted` on Ctrl-C, when somebody listens for that.
 */
export function openEvaluator(
  { files, disk = files }: { readonly files: Files; readonly disk?: Files },
  importPaths: readonly string[] = [],
  options: Pick<EvaluateOptions, "firstOnly" | "trace"> & { readonly limits?: NickelLimits } = {},
): NickelEvaluator {
  const library = libraryFolder();
  const limits = options.limits ?? limitsOfEnvironment();
  // Built code finds the contracts in a folder that bears the name they are imported by; in the sources they lie in schemas/,
  // and are only seen under that name.
  const mounted =
    isBuilt && disk === files ? files : mountFolder(files, join(library, "lamina"), schemaFolder(), disk);
  const { firstOnly, trace } = options;
  const given = {
    files: mounted,
    importPaths: [...importPaths, library],
    ...(firstOnly === undefined ? {} : { firstOnly }),
    ...(trace === undefined ? {} : { trace }),
  };
  let opened: { readonly evaluator: NickelEvaluator; readonly deep: DeepEvaluator } | undefined;
  return {
    evaluate(entryPath, mode) {
      opened ??= open();
      const { evaluator, deep } = opened;
      const { timeoutMs } = limits;
      const done = guard(
        () => evaluator.evaluate(entryPath, mode),
        timeoutMs === undefined ? undefined : timeoutMs + graceMs,
      );
      if (done.ok) return done.value;
      // What was broken off left its values half made.
      opened = undefined;
      deep.end();
      if (done.error === "interrupted") throw new Interrupted();
      return err([complain(timeSpent, { limitMs: timeoutMs ?? 0 }, undefined)]);
    },
  };

  function open(): { readonly evaluator: NickelEvaluator; readonly deep: DeepEvaluator } {
    const deep = openDeepEvaluator(given, limits);
    return {
      evaluator: createEvaluator({
        ...given,
        prepared: findPrepared(library),
        limits: limitsHere(limits),
        deeper: deep.deeper,
      }),
      deep,
    };
  }
}

/** What the build has made of lamina's own Nickel texts (scripts/prepare-texts.ts). */
function findPrepared(library: string): FindPrepared {
  if (!isBuilt) return () => undefined;
  const contracts = `${library}/lamina/`;
  return (path) => {
    const name = path.startsWith(contracts) ? path.slice(library.length + 1) : path.replace(/^<std>/, "std");
    if (name === path) return undefined;
    const bytes = systemFiles.read(join(library, "prepared", `${name}.core`));
    try {
      return bytes.ok ? deserialize(bytes.value) : undefined;
    } catch {
      // An older Node than the one of the build does not know the form.
      return undefined;
    }
  };
}

/** What cannot be understood is told by the commands of Nickel; a catalog is loaded all the same. */
function limitsOfEnvironment(): NickelLimits {
  const limits = readNickelLimits((name) => process.env[name]);
  return limits.ok ? limits.value : {};
}
