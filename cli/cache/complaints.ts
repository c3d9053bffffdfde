// What goes wrong with a look at caches, on stderr, with the exit code that follows.

import { complain, refuseUsage } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import type { NoKeeping } from "./cache-keeping.ts";
import type { SilentRegistry } from "./survey-registries.ts";

export function refuseKeeping(output: Output, directory: string, refusal: NoKeeping): ExitCode {
  if (refusal.kind === "usage") return refuseUsage(output, refusal.fault);
  tellDiagnostics(output, directory, refusal.diagnostics);
  return exitCode.failed;
}

/** Registries that did not answer. */
export function tellSilent(output: Output, silent: readonly SilentRegistry[]): ExitCode {
  for (const { failure } of silent) {
    if (failure.kind === "canceled") continue;
    const isLogin = failure.kind === "unauthorized" || failure.kind === "denied";
    complain(
      output,
      failure.message,
      isLogin
        ? "log in with `docker login`, or see that its credentials are found"
        : "see that it can be reached from here",
    );
  }
  return silent.length > 0 ? exitCode.environment : exitCode.done;
}
