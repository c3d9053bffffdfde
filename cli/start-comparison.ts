// --since: git asked while the catalog is opened; what git cannot do told on stderr, with the command that helps.

import type { Result } from "../engine/core/result.ts";
import { unreachable } from "../engine/core/unreachable.ts";
import type { Cause } from "../engine/graph/compare-layers.ts";
import type { Comparison, VersionControlFailure } from "../engine/ports/version-control.ts";
import { pathsToCompare } from "../engine/since/changed-pins.ts";
import type { LayerName } from "../schemas/layer-name.ts";
import { complain } from "./complain.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";
import { openVersionControl } from "./wire.ts";

/** What the layers are compared with. */
export interface Since {
  readonly ref: string;
  /** The commit's id. */
  readonly base: string;
  /** The layers that changed themselves, in topological order, with why. */
  readonly changed: ReadonlyMap<LayerName, readonly Cause[]>;
}

export interface StartedComparison {
  readonly ref: string;
  readonly comparison: Promise<Result<Comparison, VersionControlFailure>>;
  readonly abort: AbortController;
}

/** Starts git on the project at `root` (absolute). */
export async function startComparison(root: string, ref: string): Promise<StartedComparison> {
  const abort = new AbortController();
  const git = await openVersionControl();
  return { ref, abort, comparison: git.compare({ root, ref, paths: pathsToCompare(root) }, abort.signal) };
}

export function tellFailure(output: Output, failure: VersionControlFailure): ExitCode {
  const { message, help, code } = describe(failure);
  complain(output, `--since: ${message}`, help);
  return code;
}

interface Told {
  readonly message: string;
  readonly help: string | undefined;
  readonly code: ExitCode;
}

function describe(failure: VersionControlFailure): Told {
  const { environment: code, usage } = exitCode;
  switch (failure.kind) {
    case "no-program":
      return {
        message: "git is needed, and was not found",
        help: "install git; --changed goes by lamina.lock and needs none",
        code,
      };
    case "no-repository":
      return {
        message: `${failure.directory} is in no git repository`,
        help: "--changed goes by lamina.lock and needs none",
        code,
      };
    case "not-trusted":
      return {
        message: "git does not trust this repository, as it belongs to somebody else",
        help: `\`${shell(failure.command)}\` tells it to`,
        code,
      };
    case "no-commits":
      return { message: "there is no commit yet to compare with", help: "commit first", code };
    case "unknown-ref":
      return {
        message: `git knows no ${JSON.stringify(failure.ref)}`,
        help:
          failure.suggestion === undefined
            ? tellBranches(failure.branches)
            : `did you mean "${failure.suggestion}"?`,
        code: usage,
      };
    case "not-fetched":
      return {
        message: `${JSON.stringify(failure.ref)} is not in this clone`,
        help: `\`${shell(failure.command)}\` brings it`,
        code,
      };
    case "history-missing":
      return {
        message: `this shallow clone lacks the history that HEAD shares with ${JSON.stringify(failure.ref)}`,
        help: `\`${shell(failure.command)}\` brings it`,
        code,
      };
    case "unrelated":
      return {
        message: `${JSON.stringify(failure.ref)} and HEAD have no commit in common`,
        help: "name a branch that this one came from",
        code: usage,
      };
    case "canceled":
      return { message: "interrupted", help: undefined, code: exitCode.interrupted };
    case "other":
      return { message: `git failed: ${failure.message}`, help: undefined, code };
    default:
      return unreachable(failure);
  }
}

const mostBranches = 10;

function tellBranches(branches: readonly string[]): string {
  if (branches.length === 0) return "name a commit, a tag or a branch";
  const more = branches.length - mostBranches;
  return `the branches are ${branches.slice(0, mostBranches).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** As a person would type it. */
function shell(command: readonly string[]): string {
  return command
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
