// `lamina watch [LAYER…]`: what is affected, built again while one edits.

import { err, ok } from "../../engine/core/result.ts";
import { actorOptions } from "../actor-option.ts";
import { defineCommand } from "../command.ts";
import { concurrencyOption, defaultConcurrency } from "../concurrency.ts";
import { choice, flag, type ValueSpec } from "../option.ts";
import { reporterNames } from "../report/reporter.ts";
import { runWatch } from "../run-watch.ts";
import { secretOption } from "../secret-option.ts";
import { operandsHelp, replacedBases, selectionOptions } from "../selection.ts";

const defaultDebounceMs = 100;

const debounceOption: ValueSpec<number> = {
  kind: "value",
  placeholder: "MS",
  summary: `milliseconds without a change before it looks (default: ${defaultDebounceMs})`,
  parse: (value) =>
    /^\d{1,6}$/.test(value) ? ok(Number(value)) : err("must be a number of milliseconds, such as 100"),
};

export const command = defineCommand({
  name: "watch",
  operands: { name: "LAYER", min: 0, max: Number.POSITIVE_INFINITY },
  description:
    "Builds what is not current, then waits for changes and builds what they affect: of the named\n" +
    "layers and those that they stand on, or of all. A change while something is built stops what it\n" +
    "made stale, and nothing else. While the catalog is not valid, nothing new is begun. A layer that\n" +
    "failed is tried again when its inputs change. On a terminal keys are heard: r builds what failed\n" +
    "again, or all; w says why; q ends. Where changes are not told by the system, in network folders\n" +
    "for example, CHOKIDAR_USEPOLLING=1 looks for them.\n" +
    "\n" +
    operandsHelp,
  options: {
    platform: selectionOptions.platform,
    base: selectionOptions.base,
    secret: secretOption,
    ...actorOptions,
    concurrency: concurrencyOption,
    debounce: debounceOption,
    "no-initial": flag("leave what is stale at the start, until it changes"),
    reporter: choice(reporterNames, "how progress is told (default: by where it goes)"),
  },
  examples: [
    { command: "lamina watch", does: "everything, as it changes" },
    { command: "lamina watch rust-deps", does: "one layer, and what it stands on" },
    { command: "lamina watch --reporter json", does: "events for an editor, one a line" },
  ],
  run: ({ options, operands, directory, output, quiet, verbose }) =>
    runWatch(
      {
        operands,
        platforms: options.platform,
        bases: replacedBases(options.base, directory),
        secrets: options.secret,
        actor: options,
        debounceMs: options.debounce ?? defaultDebounceMs,
        concurrency: options.concurrency ?? defaultConcurrency(),
        buildsAtStart: !options["no-initial"],
        reporter: options.reporter,
      },
      { directory, output, quiet, verbose },
    ),
});
