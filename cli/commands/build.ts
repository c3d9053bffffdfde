// `lamina build [LAYER…]`: what is needed, built and proven.

import { resolve } from "node:path";
import { actorOptions, findActor } from "../actor-option.ts";
import { defineCommand } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { computeOption, leasingProvider } from "../compute-option.ts";
import { concurrencyOption, defaultConcurrency } from "../concurrency.ts";
import { exitCode } from "../exit-code.ts";
import { appraiseHere } from "../machines/appraise-here.ts";
import { findCacheFault, openCaches } from "../open-caches.ts";
import { openSelection } from "../open-selection.ts";
import { choice, flag, text } from "../option.ts";
import { planHere } from "../project.ts";
import { findProjectRegistry } from "../project-registry.ts";
import { renderLocalWorld, renderPlan } from "../report/plan-text.ts";
import { reporterNames } from "../report/reporter.ts";
import { runBuild } from "../run-build.ts";
import { nameSecrets, secretOption } from "../secret-option.ts";
import { operandsHelp, selectionOptions } from "../selection.ts";

export const command = defineCommand({
  name: "build",
  operands: { name: "LAYER", min: 0, max: Number.POSITIVE_INFINITY },
  description:
    "Builds the named layers and those that they stand on, as far as they are not current; all\n" +
    "layers without names. Each built image is proven: its promised tools are run, its\n" +
    "artifacts looked for. Only then does the lock hold it. A failure leaves out what stands on\n" +
    "the layer, and nothing else. Nothing is started where everything is current.\n" +
    "\n" +
    operandsHelp,
  options: {
    ...selectionOptions,
    secret: secretOption,
    "dry-run": flag("only say what would be done: lamina plan"),
    concurrency: concurrencyOption,
    compute: computeOption,
    ...actorOptions,
    push: flag("publish what is current in the end: all tags move, or none"),
    "fail-fast": flag("stop everything at the first failure"),
    reporter: choice(reporterNames, "how progress is told (default: by where it goes)"),
    "summary-file": text("FILE", "write how it ended to FILE, as Markdown"),
  },
  examples: [
    { command: "lamina build", does: "everything that is not current" },
    { command: "lamina build rust-deps", does: "one layer, and what it stands on" },
    { command: "lamina build 'kind:deps' '!leptos+'", does: "by kind, without some" },
    { command: "lamina build --since origin/main", does: "what this branch changed, and what stands on it" },
    { command: "lamina build --only --force rust", does: "one layer again, and nothing else" },
    { command: "lamina build --actor human --actor-id jpl", does: "with CI's build caches, and jpl's own" },
    {
      command: "lamina build --base debian:trixie-slim=oci-layout:/tmp/debian",
      does: "on another base, here",
    },
    { command: "lamina build --reporter json | jq -c 'select(.type == \"layer.failed\")'", does: "events" },
  ],
  run: async ({ options, operands, directory, output, quiet, verbose }) => {
    const opened = await openSelection({ options, operands, directory, output });
    if (!opened.ok) return opened.error;
    const { selection } = opened.value;
    const named = nameSecrets(opened.value.project, options.secret, directory);
    if (!named.ok) return refuseUsage(output, named.error);
    const project = named.value;
    const concurrency = options.concurrency ?? defaultConcurrency();
    const provider = leasingProvider(options.compute, project.directives);
    const caches = await openCaches(options, project);
    if (!caches.ok) return refuseUsage(output, caches.error);
    const actor = findActor(options, project.directives.cache_policy);
    if (options["dry-run"]) {
      const registry = findProjectRegistry(project, actor, "catalog", (text) =>
        output.remark(`note: ${text}\n`),
      );
      const place = provider ?? "here";
      const plan = await planHere(project, { ...selection, place, caches: caches.value, registry });
      const fault = findCacheFault(plan, caches.value);
      if (fault !== undefined) return refuseUsage(output, fault);
      output.remark(renderLocalWorld(plan.replacedBases));
      const appraised = await appraiseHere(provider, project, plan, output);
      if (!appraised.ok) return appraised.error;
      output.result(
        renderPlan(appraised.value.plan, {
          color: output.stdout.color,
          verbose,
          showCurrent: options["with-ancestors"],
          concurrency,
          prices: appraised.value.prices,
        }),
      );
      return exitCode.done;
    }
    const summaryFile = options["summary-file"];
    return runBuild(
      project,
      {
        ...selection,
        concurrency,
        failFast: options["fail-fast"],
        reporter: options.reporter,
        provider,
        caches: caches.value,
        actor,
        push: options.push,
        summaryFile: summaryFile === undefined ? undefined : resolve(directory, summaryFile),
      },
      { output, quiet, verbose },
    );
  },
});
