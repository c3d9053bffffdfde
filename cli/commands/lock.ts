// `lamina lock`: the lock checked, brought up to date, merged.

import type { UsageFault } from "../args.ts";
import { defineCommand } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { checkLock } from "../lock/check.ts";
import { updateLock } from "../lock/update.ts";
import { flag, type OptionValues } from "../option.ts";

const lockOptions = {
  check: flag("compare with the catalog, and change nothing"),
  update: flag("take out what is foreign, pin what is not pinned, look up anew what is named"),
  merge: flag("git's merge driver: the files BASE OURS THEIRS into OURS"),
  remote: flag("with --check: whether the registries have what the lock says, too"),
  all: flag("with --update: look up every external image anew"),
  "dry-run": flag("with --update: say what would change, and write nothing"),
  json: flag("as JSON (schemas/lock-reports.ts)"),
} as const;

export const command = defineCommand({
  name: "lock",
  operands: { name: "LAYER|BASE", min: 0, max: Number.POSITIVE_INFINITY },
  description:
    "--check: whether the lock holds every layer of the catalog as it is now, and no other, and\n" +
    "whether every external image is pinned. Images need not be here for that. Exits with 1 where\n" +
    "the lock is behind; with --remote also where a registry lacks an image of the lock's, or has\n" +
    "another one of the same inputs.\n" +
    "--update: takes layers and images out that the catalog does not have, and pins external\n" +
    "images that are not pinned. A pinned one is looked up anew where it is named, or where a\n" +
    "layer is named that takes from it, or with --all. What cannot be looked up stays as it is.\n" +
    "Nothing is built: that is for `lamina build`. Conflict markers of git are resolved first.",
  options: lockOptions,
  examples: [
    { command: "lamina lock --check", does: "for CI: fails when somebody forgot to build" },
    { command: "lamina lock --check --remote", does: "and when somebody forgot to publish" },
    { command: "lamina lock --update debian:trixie-slim", does: "the base of today, on all its platforms" },
    { command: "lamina lock --update --all --dry-run", does: "what there is that is newer" },
    {
      command: "lamina lock --merge %O %A %B",
      does: "for git config merge.lamina.driver, with `lamina.lock merge=lamina` in .gitattributes",
    },
  ],
  run: async (invocation) => {
    const { options, output, operands } = invocation;
    const fault = findFault(options, operands);
    if (fault !== undefined) return refuseUsage(output, fault);
    if (options.merge) {
      // Loaded here, as it brings the validator along.
      const { mergeLockFiles } = await import("../lock/merge.ts");
      return mergeLockFiles(invocation);
    }
    if (options.check) return checkLock(invocation, options);
    return updateLock(invocation, {
      all: options.all,
      dryRun: options["dry-run"],
      json: options.json,
    });
  },
});

function findFault(
  options: OptionValues<typeof lockOptions>,
  operands: readonly string[],
): UsageFault | undefined {
  const ways = (["check", "update", "merge"] as const).filter((way) => options[way]);
  const [way, other] = ways;
  if (way === undefined)
    return {
      message: "lock needs --check, --update or --merge",
      help: "`lamina build` is what brings layers into the lock",
    };
  if (other !== undefined) return { message: `--${way} and --${other} do not go together` };
  if (way !== "update") {
    const stray = (["all", "dry-run"] as const).find((name) => options[name]);
    if (stray !== undefined) return { message: `--${stray} goes with --update only` };
  }
  if (way !== "check" && options.remote) return { message: "--remote goes with --check only" };
  if (way === "merge" && options.json) return { message: "--merge has no --json" };
  if (way === "check" && operands.length > 0)
    return { message: "lock --check takes no names", help: "it checks the whole lock" };
  if (options.all && operands.length > 0)
    return { message: "--all looks up every external image: no names go with it" };
  return undefined;
}
