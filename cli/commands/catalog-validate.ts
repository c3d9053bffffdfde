// `lamina catalog-validate`, also the bin `catalog-validate`: all that is wrong with the catalog, at once.

import { locateProject } from "../../engine/catalog/locate.ts";
import type { Diagnostic } from "../../engine/core/diagnostic.ts";
import { checkCatalog } from "../../engine/project.ts";
import { defineCommand, type Invocation, noOperands } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { choice, flag, type OptionSpecs } from "../option.ts";
import type { Output } from "../output.ts";
import { libraryFolder } from "../package-root.ts";
import { keepOutOfGit } from "../project.ts";
import { diagnosticsToJson } from "../report/diagnostics-json.ts";
import { count } from "../report/format.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost, openLazyEvaluator, openMemory } from "../wire.ts";

const options = {
  "check-dag": flag("also what is between layers: unknown names, cycles, tools, platforms (always done)"),
  strict: flag("fail on warnings as well"),
  reporter: choice(["text", "json", "github"], "text, with annotations in GitHub's workflows, by default"),
  json: flag("the same as --reporter json (schemas/diagnostics.ts)"),
  "self-test": flag("judge the judge: hundreds of catalogs with planted faults, and sound ones"),
} as const satisfies OptionSpecs;

export const command = defineCommand({
  name: "catalog-validate",
  operands: noOperands,
  description:
    "Evaluates every layer's workflow.ncl, checks it against the schema and its Dockerfile,\n" +
    "holds the layers against one another, and reports all that is wrong, each with its place\n" +
    "and how to mend it: `lamina explain CODE` tells more. Exits with 1 if there is an error.\n" +
    "--self-test writes catalogs to a temporary folder, each with faults at known places, and\n" +
    "exits with 1 if one is not found or anything else is told.",
  options,
  examples: [
    { command: "lamina catalog-validate --check-dag", does: "everything" },
    { command: "lamina catalog-validate --strict", does: "for CI: warnings fail too" },
    { command: "lamina catalog-validate --json -C ../other", does: "for scripts, of another project" },
    { command: "lamina catalog-validate --self-test", does: "whether this lamina judges rightly" },
  ],
  run: (invocation) => {
    const { options: given, output } = invocation;
    if (given.json && given.reporter !== undefined && given.reporter !== "json")
      return refuseUsage(output, {
        message: `--json and --reporter ${given.reporter} exclude each other`,
        help: "leave one of them out",
      });
    const reporter = given.json ? "json" : given.reporter;
    return given["self-test"]
      ? selfTest(output, reporter === "json", invocation.quiet)
      : validate(invocation, reporter);
  },
});

async function validate(
  { options: { strict }, directory, output, quiet }: Invocation<typeof options>,
  reporter: "text" | "json" | "github" | undefined,
): Promise<ExitCode> {
  const checked = await check(directory);
  const root = checked.root ?? directory;
  const { diagnostics } = checked;
  const isBroken = diagnostics.some(({ severity }) => severity === "error");
  const isRefused = isBroken || (strict && diagnostics.length > 0);
  if (reporter === "json") {
    const json = diagnosticsToJson(diagnostics, { root, library: libraryFolder() }, { strict });
    output.result(`${JSON.stringify(json, null, 2)}\n`);
  } else {
    const annotate = reporter === undefined ? {} : { annotate: reporter === "github" };
    tellDiagnostics(output, root, diagnostics, { ...annotate, strict });
    if (isRefused && !isBroken) output.remark("error: with --strict warnings are errors\n");
    const soundness = diagnostics.length === 0 ? "all sound" : "none broken";
    if (!isRefused && !quiet) output.result(`${count(checked.layers, "layer")}, ${soundness}\n`);
  }
  if (checked.root === undefined) return exitCode.usage;
  return isRefused ? exitCode.failed : exitCode.done;
}

async function check(directory: string): Promise<{
  readonly root: string | undefined;
  readonly layers: number;
  readonly diagnostics: readonly Diagnostic[];
}> {
  const host = createHost();
  const root = locateProject(directory, host.files);
  if (!root.ok) return { root: undefined, layers: 0, diagnostics: [root.error] };
  keepOutOfGit(root.value, host.files);
  const memory = openMemory(host, root.value);
  const evaluate = openLazyEvaluator(memory);
  const { graph, diagnostics } = await checkCatalog({ directory: root.value, host, evaluate, memory });
  memory.save();
  return { root: root.value, layers: graph?.order.length ?? 0, diagnostics };
}

/** Loaded only when it is asked for: the cases are many. */
async function selfTest(output: Output, asJson: boolean, quiet: boolean): Promise<ExitCode> {
  const [{ caseGroups }, { runSelfTest, isRight }, report] = await Promise.all([
    import("../self-test/case-groups.ts"),
    import("../self-test/run-self-test.ts"),
    import("../report/self-test.ts"),
  ]);
  const verdicts = await runSelfTest(caseGroups());
  if (asJson) output.result(`${JSON.stringify(report.selfTestToJson(verdicts), null, 2)}\n`);
  else {
    output.remark(report.renderMisjudged(verdicts, output.stderr.color));
    if (!quiet) output.result(report.renderSelfTest(verdicts, output.stdout.color));
  }
  return verdicts.every(isRight) ? exitCode.done : exitCode.failed;
}
