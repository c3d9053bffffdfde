// What this machine lacks to build on machines elsewhere: looked for before any of them is leased, and paid.

import { findTool, type ReadEnv } from "../builder/find-tools.ts";
import type { RunnerSettings } from "./open-runner.ts";

export interface Lacking {
  readonly message: string;
  readonly help: string;
}

/** The first program that is needed here and is not; undefined where all is there. */
export function findLacking(
  contextTransport: RunnerSettings["contextTransport"],
  env: ReadEnv,
): Lacking | undefined {
  if (findTool("buildctl", env) === undefined)
    return {
      message:
        "to build on leased machines, BuildKit's client, buildctl, is needed here, and it is not installed",
      help: "install BuildKit (github.com/moby/buildkit), or let `npm run demo` build it",
    };
  if (contextTransport === "rsync" && findTool("rsync", env) === undefined)
    return {
      message: "runners.transport is 'rsync, and rsync is not installed here",
      help: "install the package rsync of your system, or leave runners.transport out",
    };
  return undefined;
}
