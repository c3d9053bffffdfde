// git as a process: the same words and the same repository in every environment; how it ended comes out as text or as one
// of the failures that the port knows.

import { err, ok, type Result } from "../../engine/core/result.ts";
import type { VersionControlFailure } from "../../engine/ports/version-control.ts";
import { askProgram } from "../host/ask-program.ts";
import type { ProcessFailure } from "../host/process.ts";

/** Where git runs, and until when. */
export interface GitPlace {
  /** Absolute folder of the work tree. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/**
 * No lock, pager, prompt or foreign language; and the repository is that of the folder, although a hook may run us with
 * another one's name in these variables.
 */
export const gitEnvironment: Readonly<Record<string, string | undefined>> = {
  LC_ALL: "C",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_PAGER: "cat",
  GIT_TERMINAL_PROMPT: "0",
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_COMMON_DIR: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_PREFIX: undefined,
  GIT_NAMESPACE: undefined,
  GIT_EXTERNAL_DIFF: undefined,
  GIT_LITERAL_PATHSPECS: undefined,
  GIT_GLOB_PATHSPECS: undefined,
  GIT_NOGLOB_PATHSPECS: undefined,
  GIT_ICASE_PATHSPECS: undefined,
};

/** Paths among the arguments mean themselves, whatever characters they hold. */
export const gitOptions: readonly string[] = ["--no-pager", "--literal-pathspecs"];

/** Runs git to its end; its output without the last line end. */
export async function runGit(
  { directory, signal }: GitPlace,
  args: readonly string[],
): Promise<Result<string, ProcessFailure>> {
  const request = { program: "git", args: [...gitOptions, ...args], directory, env: gitEnvironment };
  const result = await askProgram(request, signal);
  return result.ok ? ok(result.value.stdout) : result;
}

/** The same, with failures as the port knows them. */
export async function askGit(
  place: GitPlace,
  args: readonly string[],
): Promise<Result<string, VersionControlFailure>> {
  const result = await runGit(place, args);
  return result.ok ? result : err(explainFailure(place, result.error));
}

/** Why git failed, as far as that has nothing to do with what it was asked. */
export function explainFailure({ directory }: GitPlace, failure: ProcessFailure): VersionControlFailure {
  switch (failure.kind) {
    case "canceled":
      return { kind: "canceled" };
    case "not-started":
      return { kind: "no-program", message: failure.message };
    default: {
      const { stderr, exitCode, signal } = failure;
      const foreign = /(?:dubious ownership|unsafe repository).* (?:at )?\(?'([^]*?)'/.exec(stderr);
      if (foreign?.[1] !== undefined)
        return {
          kind: "not-trusted",
          command: ["git", "config", "--global", "--add", "safe.directory", foreign[1]],
        };
      if (/not a git repository|must be run in a work tree/.test(stderr))
        return { kind: "no-repository", directory };
      const said = stderr.trim().replace(/^(fatal|error): /, "");
      return { kind: "other", message: said === "" ? `git ended with ${exitCode ?? signal}` : said };
    }
  }
}
