// `lamina dispatch --directives F.ncl`: any project built as its directives say, by the same steps as a layer.

import { basename, dirname, join, resolve } from "node:path";
import type { Files } from "../../engine/core/host.ts";
import { nearMiss } from "../../engine/core/near-miss.ts";
import { openDispatch } from "../../engine/dispatch.ts";
import { actorOptions, findActor } from "../actor-option.ts";
import { defineCommand, noOperands } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { computeOption, leasingProvider } from "../compute-option.ts";
import { dispatchState } from "../dispatch-state.ts";
import { exitCode } from "../exit-code.ts";
import { openCaches } from "../open-caches.ts";
import { choice, flag, text } from "../option.ts";
import { reporterNames } from "../report/reporter.ts";
import { runBuild } from "../run-build.ts";
import { nameSecrets, secretOption } from "../secret-option.ts";
import { baseOption, replacedBases } from "../selection.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost, openLazyEvaluator } from "../wire.ts";

export const command = defineCommand({
  name: "dispatch",
  operands: noOperands,
  description:
    "Builds any project by its build directives (a Nickel file of the form that\n" +
    "lamina/build_directives.ncl describes): sized, placed on a machine, measured and told of as\n" +
    "layers of a catalog are. The size is runner_override's, else the .build-spec.ncl's in the\n" +
    "context, else 2 cpu and 4 GB. Images that Dockerfiles build on are looked up each time.",
  options: {
    directives: text("FILE", "the build directives"),
    context: text("DIR", "the build context (default: the current folder)"),
    compute: computeOption,
    ...actorOptions,
    push: flag("publish the image as artifact.image"),
    base: baseOption,
    secret: secretOption,
    reporter: choice(reporterNames, "how progress is told (default: by where it goes)"),
    "summary-file": text("FILE", "write how it ended to FILE, as Markdown"),
  },
  examples: [
    { command: "lamina dispatch --directives ci/build.ncl", does: "the project in this folder" },
    {
      command: "lamina dispatch --directives build.ncl --context services/shop --compute vm_pool",
      does: "on a machine of a pool",
    },
  ],
  run: async ({ options, directory, output, quiet, verbose }) => {
    if (options.directives === undefined)
      return refuseUsage(output, {
        message: "dispatch needs --directives FILE",
        help: "lamina/build_directives.ncl has makers for them: make_ci_build, make_session_build",
      });
    const host = createHost();
    const contextDirectory = resolve(directory, options.context ?? ".");
    if (!host.files.list(contextDirectory).ok)
      return refuseUsage(output, {
        message: `there is no folder ${options.context ?? contextDirectory}`,
        help: "--context names the folder that is built",
      });
    const directivesPath = resolve(directory, options.directives);
    if (!host.files.info(directivesPath).ok)
      return refuseUsage(output, {
        message: `there is no ${options.directives}`,
        help: suggestDirectives(options.directives, directivesPath, host.files),
      });
    const opened = await openDispatch({
      directivesPath,
      contextDirectory,
      stateDirectory: dispatchState(contextDirectory, host),
      host,
      evaluate: openLazyEvaluator(host),
      bases: replacedBases(options.base, directory),
    });
    if (!opened.ok) {
      tellDiagnostics(output, directory, opened.error);
      return exitCode.usage;
    }
    const { directives } = opened.value;
    const named = nameSecrets(opened.value.project, options.secret, directory);
    if (!named.ok) return refuseUsage(output, named.error);
    const project = named.value;
    tellDiagnostics(output, directory, project.warnings);
    const caches = await openCaches(options, project);
    if (!caches.ok) return refuseUsage(output, caches.error);
    const summaryFile = options["summary-file"];
    return runBuild(
      project,
      {
        command: "dispatch",
        layers: [],
        options: { only: false, force: false, withAncestors: false },
        platforms: [],
        concurrency: 1,
        failFast: true,
        reporter: options.reporter,
        provider: leasingProvider(options.compute, directives),
        directivesPath,
        caches: caches.value,
        actor: findActor(options, directives.cache_policy),
        push: options.push,
        summaryFile: summaryFile === undefined ? undefined : resolve(directory, summaryFile),
      },
      { output, quiet, verbose },
      (summary) => {
        for (const { state: ended } of summary.layers.values())
          if (ended.kind === "built" && options.reporter !== "json")
            output.result(`oci-layout:${join(project.graph.root, ".lamina/store")}@${ended.image}\n`);
      },
    );
  },
});

/** A file beside the one that is not there, else what directives are. */
function suggestDirectives(named: string, path: string, files: Files): string {
  const folder = files.list(dirname(path));
  const beside = folder.ok ? folder.value.map(({ name }) => name) : [];
  const near = nearMiss(basename(path), beside);
  return near === undefined
    ? "--directives names a Nickel file of the form that lamina/build_directives.ncl describes"
    : `did you mean ${join(dirname(named), near)}?`;
}
