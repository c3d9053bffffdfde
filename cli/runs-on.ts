// --runs-on: which runners of a CI system build for which platform and tier.

import { err, ok } from "../engine/core/result.ts";
import { tiers } from "../engine/plan/tiers.ts";
import { advisePlatform, isKnownPlatform, knownPlatformForm } from "../schemas/known-platform.ts";
import { type ListSpec, list, orList } from "./option.ts";
import type { RunnerLabel } from "./report/github-matrix.ts";

export const runsOnOption: ListSpec<RunnerLabel> = list(
  "OS/ARCH[:TIER]=LABEL",
  "with github-matrix: the runner for a platform, or for one tier of it; may be repeated",
  (value) => {
    const [, platform = "", tier, label] = /^([^:=]+)(?::([^=]+))?=(\S+)$/.exec(value) ?? [];
    if (label === undefined) return err("must be OS/ARCH=LABEL or OS/ARCH:TIER=LABEL");
    if (!isKnownPlatform(platform))
      return err({ message: `must name ${knownPlatformForm}`, help: advisePlatform(platform) });
    if (tier !== undefined && !tiers.some(({ name }) => name === tier))
      return err(`must name ${orList(tiers.map(({ name }) => name))} as the tier`);
    return ok({ platform, tier, label });
  },
);
