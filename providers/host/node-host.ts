// This machine as the engine's host.

import type { Host } from "../../engine/core/host.ts";
import { systemClock } from "./clock.ts";
import { systemFiles } from "./files.ts";

export const nodeHost: Host = {
  files: systemFiles,
  clock: systemClock,
  env: (name) => process.env[name],
};
