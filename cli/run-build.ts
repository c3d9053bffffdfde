// A plan carried out for a command: builder opened where one is needed, progress shown, table printed, exit code found.

import { randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { err, ok, type Result } from "../engine/core/result.ts";
import { RunningSummary, type RunSummary } from "../engine/events/summary.ts";
import { runPlan } from "../engine/pipeline.ts";
import type { Actor } from "../engine/plan/cache/actor.ts";
import type { Plan } from "../engine/plan/step.ts";
import type { EventSink } from "../engine/ports/event-sink.ts";
import { type Project } from "../engine/project.ts";
import { placeOn } from "../engine/run/placer.ts";
import type { SecretVault } from "../providers/secrets/vault.ts";
import type { Platform } from "../schemas/platform.ts";
import type { UsageFault } from "./args.ts";
import { createCacheRegistry } from "./cache-registry.ts";
import { type Invocation } from "./command.ts";
import { complain, refuseUsage } from "./complain.ts";
import type { LeasingProvider } from "./compute-option.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { idleBuilder, idleImages } from "./idle-builder.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { openLateWorkshop } from "./late-workshop.ts";
import { type CacheSettings, findCacheFault } from "./open-caches.ts";
import { openWorkshop } from "./open-workshop.ts";
import type { Output } from "./output.ts";
import { type PlanHere, planHere } from "./project.ts";
import { findProjectRegistry, type ProjectRegistry } from "./project-registry.ts";
import { createGithubReporter } from "./report/github.ts";
import { createJsonReporter } from "./report/json.ts";
import { createPlainReporter } from "./report/plain.ts";
import { renderLocalWorld } from "./report/plan-text.ts";
import { chooseReporter, type Reporter, type ReporterContext, type ReporterName } from "./report/reporter.ts";
import { describeResult, renderSummaryMarkdown, renderSummaryTable } from "./report/summary-table.ts";
import { createTtyReporter } from "./report/tty.ts";
import { createHost, createResolver, createVault, hostPlatform, openImageStore } from "./wire.ts";
import type { Workshop } from "./workshop.ts";

export interface BuildSettings
  extends Pick<PlanHere, "layers" | "nothing" | "onlyStale" | "options" | "platforms"> {
  readonly concurrency: number;
  readonly failFast: boolean;
  /** Chosen by where the output goes where undefined. */
  readonly reporter: ReporterName | undefined;
  /** Absolute; Markdown. */
  readonly summaryFile: string | undefined;
  /** Absolute, of the build directives; the catalog's where it is left out. */
  readonly directivesPath?: string | undefined;
  /** Who leases the machines that layers are built on; undefined: they are built here. */
  readonly provider: LeasingProvider | undefined;
  /** Which command it is, for its summary: "build" where it is left out. "dispatch" keeps no lock. */
  readonly command?: "build" | "dispatch" | "ctx-test";
  /** Whose build caches are read and written; undefined: none are. */
  readonly caches: CacheSettings | undefined;
  /** Who builds, where somebody says. */
  readonly actor?: Actor | undefined;
  /** Whether what is current in the end is published. */
  readonly push?: boolean;
}

/** Plans, builds, and tells; `onDone` may add to the results. */
export async function runBuild(
  project: Project,
  settings: BuildSettings,
  invocation: Pick<Invocation, "output" | "quiet" | "verbose">,
  onDone: (summary: RunSummary) => void = () => {},
): Promise<ExitCode> {
  const { output } = invocation;
  const interrupted = new AbortController();
  let reporter: Reporter | undefined;
  const stopListening = listenForInterrupts(createHost().clock, () => {
    const text = "stopping… (once more to stop at once)";
    if (reporter === undefined) output.remark(`${text}\n`);
    else reporter.announce(text);
    interrupted.abort(new Error("interrupted"));
  });
  const vault = createVault();
  const tellOfRegistry = (text: string): void => {
    if (reporter === undefined) output.remark(`note: ${text}\n`);
    else reporter.announce(`note: ${text}`);
  };
  const isProject = settings.command === "dispatch";
  const kind = isProject ? "project" : "catalog";
  const registry = findProjectRegistry(project, settings.actor, kind, tellOfRegistry);
  // Whoever dispatches asks for a build: nothing that is published takes its place.
  const asked = isProject ? undefined : registry;
  let workshop: Workshop | undefined;
  try {
    const fault = settings.push === true ? await preparePush(project, registry, output) : undefined;
    if (fault !== undefined) return refuseUsage(output, fault);
    const prepared = await prepare(
      project,
      { ...settings, registry: asked },
      vault,
      interrupted.signal,
      output,
    );
    if (!prepared.ok) return interrupted.signal.aborted ? exitCode.interrupted : prepared.error;
    workshop = prepared.value.workshop;
    if (interrupted.signal.aborted) return exitCode.interrupted;
    // Where all is current the table says it all.
    const isIdle =
      settings.push !== true &&
      prepared.value.plan.steps.every(({ action }) => action === "reuse") &&
      Object.keys(project.lock.current.layers).every((name) => project.graph.has(name));
    reporter = openReporter(project, prepared.value.plan, settings, {
      ...invocation,
      quiet: invocation.quiet || (isIdle && !invocation.verbose),
    });
    const summary = await carryOut(
      project,
      prepared.value,
      { ...settings, vault, registry },
      reporter,
      interrupted.signal,
    );
    await reporter.close();
    reporter = undefined;
    const isTold = tellSummary(summary, settings, invocation);
    onDone(summary);
    if (summary.completed?.result === "ok") return isTold ? exitCode.done : exitCode.failed;
    return summary.completed?.result === "canceled" || interrupted.signal.aborted
      ? exitCode.interrupted
      : exitCode.failed;
  } finally {
    await reporter?.close();
    await workshop?.close();
    vault.forget();
    stopListening();
  }
}

/** Ends first what another run left half promoted. */
async function preparePush(
  { replacedBases }: Project,
  registry: ProjectRegistry | undefined,
  output: Output,
): Promise<UsageFault | undefined> {
  if (replacedBases.size > 0)
    return {
      message: `what stands on another base is not published: ${Array.from(replacedBases.keys()).join(", ")} is replaced here`,
      help: "build without --base, and without bases in .lamina/local.json",
    };
  if (registry === undefined)
    return {
      message: "--push needs a registry, and the directives name none",
      help: 'artifact.image in catalog/build_directives.ncl says where: "registry.example/lamina"',
    };
  const { refusal, resume } = await registry.open();
  if (refusal !== undefined) return refusal;
  for (const line of await resume()) output.remark(`note: ${line}\n`);
  return undefined;
}

interface Prepared {
  readonly plan: Plan;
  readonly workshop: Workshop;
}

const idleWorkshop: Workshop = {
  openPlacer: () => placeOn(idleBuilder),
  images: idleImages,
  close: () => idleBuilder.close(),
};

/** Plans first: nothing is opened where nothing is to be built. Says what is missing, where something is. */
async function prepare(
  project: Project,
  settings: BuildSettings & Pick<PlanHere, "registry">,
  vault: SecretVault,
  signal: AbortSignal,
  output: Output,
): Promise<Result<Prepared, ExitCode>> {
  const planFor = (defaultPlatform?: Platform) =>
    planHere(project, {
      ...settings,
      place: settings.provider ?? "here",
      ...(defaultPlatform === undefined ? {} : { defaultPlatform }),
      signal,
    });
  const plan = await planFor();
  const fault = findCacheFault(plan, settings.caches);
  if (fault !== undefined) return err(refuseUsage(output, fault));
  output.remark(renderLocalWorld(plan.replacedBases, { keepsResults: settings.command !== "dispatch" }));
  if (!plan.steps.some(({ action }) => action === "build")) {
    if (settings.push !== true) return ok({ plan, workshop: idleWorkshop });
    // Only what is published for the first time may need a builder.
    const images = await openImageStore(project.graph.root);
    const open = () => openWorkshop(project, { ...settings, plan }, vault, output, signal);
    return ok({ plan, workshop: openLateWorkshop(images, open) });
  }
  const opened = await openWorkshop(project, { ...settings, plan }, vault, output, signal);
  if (!opened.ok) return opened;
  const { workshop, platform: own } = opened.value;
  // A builder elsewhere may be of another architecture than this machine; its actor is the same.
  if (own === undefined || own === hostPlatform()) return ok({ plan, workshop });
  const other = await planFor(own);
  const refused = findCacheFault(other, settings.caches);
  if (refused === undefined) return ok({ plan: other, workshop });
  await workshop.close();
  return err(refuseUsage(output, refused));
}

async function carryOut(
  project: Project,
  { plan, workshop }: Prepared,
  {
    command,
    concurrency,
    failFast,
    push,
    vault,
    caches,
    registry,
  }: BuildSettings & { readonly vault: SecretVault; readonly registry: ProjectRegistry | undefined },
  reporter: Reporter,
  signal: AbortSignal,
): Promise<RunSummary> {
  const host = createHost();
  const { clock, files } = host;
  const runId = randomUUID();
  const summary = new RunningSummary();
  const told = new Set<string>();
  const builds = plan.steps.some(({ action }) => action === "build");
  const record =
    builds || push ? await openRecord(project, vault, runId, (text) => told.add(text)) : undefined;
  const all: EventSink = {
    emit: (event) => {
      summary.fold(event);
      reporter.emit(event);
      record?.emit(event);
    },
    close: () => reporter.close(),
  };
  const sink = builds ? await hideSecrets(all, project, vault) : all;
  try {
    const placer = workshop.openPlacer(sink, runId);
    const { images, metrics } = workshop;
    const opened = builds || push ? await registry?.open() : undefined;
    const tools = {
      published: command === "dispatch" ? undefined : opened?.published,
      publication: push ? await opened?.openPublication({ placer, images }, sink, signal) : undefined,
      placer,
      images,
      metrics,
      secretValues: vault,
      resolver: createResolver(),
      cacheRegistry: caches && createCacheRegistry(caches.plainHttp),
      sink,
      clock,
      files,
    };
    await runPlan(project, plan, tools, { runId, concurrency, failFast, signal });
  } finally {
    await record?.close();
    for (const text of told) reporter.announce(`note: ${text}`);
  }
  return summary;
}

/** Where there are secrets. */
async function hideSecrets(
  sink: EventSink,
  { secrets }: Pick<Project, "secrets">,
  vault: SecretVault,
): Promise<EventSink> {
  if (secrets.size === 0) return sink;
  const { redactEvents } = await import("./redact-events.ts");
  return redactEvents(sink, vault);
}

/** Where the events of a run are kept and sent to beside what is shown. */
async function openRecord(
  { graph, secrets, directives }: Project,
  vault: SecretVault,
  runId: string,
  tell: (text: string) => void,
): Promise<EventSink> {
  const { openEventSinks } = await import("./event-sinks.ts");
  const { root, workspace } = graph;
  const source = { root, workspace, secrets };
  return openEventSinks(source, directives, { runId, clock: createHost().clock, vault, tell });
}

function openReporter(
  project: Project,
  plan: Plan,
  settings: BuildSettings,
  { output, quiet, verbose }: Pick<Invocation, "output" | "quiet" | "verbose">,
): Reporter {
  const host = createHost();
  const { graph } = project;
  const context: ReporterContext = { output, quiet, verbose, severalPlatforms: severalPlatforms(plan) };
  switch (settings.reporter ?? chooseReporter(output, host)) {
    case "tty":
      return quiet ? createPlainReporter(context) : createTtyReporter(context, host.clock);
    case "json":
      return createJsonReporter(context);
    case "github":
      return createGithubReporter({
        ...context,
        workspace: host.env("GITHUB_WORKSPACE") ?? graph.root,
        dockerfileOf: (layer) =>
          resolve(graph.layer(layer).directory, graph.layer(layer).workflow.dockerfile),
      });
    default:
      return createPlainReporter(context);
  }
}

/** The table on stdout, unless events are there; the Markdown where it was asked for: false if it could not be written. */
function tellSummary(
  summary: RunSummary,
  settings: BuildSettings,
  { output, quiet, verbose }: Pick<Invocation, "output" | "quiet" | "verbose">,
): boolean {
  const host = createHost();
  const several = new Set(Array.from(summary.layers.values(), ({ platform }) => platform)).size > 1;
  const reporter = settings.reporter ?? chooseReporter(output, host);
  if (reporter !== "json" && !quiet) {
    output.result(renderSummaryTable(summary, several, { color: output.stdout.color, verbose }));
    output.remark(`${describeResult(summary)}\n`);
  }
  let isWritten = true;
  if (settings.summaryFile !== undefined) {
    try {
      mkdirSync(dirname(settings.summaryFile), { recursive: true });
      // Into what is there, as a shell would: it may be a pipe, or /dev/stdout.
      writeFileSync(settings.summaryFile, renderSummaryMarkdown(summary, several, settings.command));
    } catch (error) {
      isWritten = false;
      complain(output, `cannot write ${settings.summaryFile}: ${messageOf(error)}`);
    }
  }
  const page = host.env("GITHUB_STEP_SUMMARY");
  if (reporter === "github" && page !== undefined && page !== "") {
    try {
      appendFileSync(page, renderSummaryMarkdown(summary, several, settings.command));
    } catch (error) {
      complain(output, `cannot write the summary into ${dirname(page)}: ${messageOf(error)}`);
    }
  }
  return isWritten;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function severalPlatforms({ steps }: Plan): boolean {
  return new Set(steps.map(({ platform }) => platform)).size > 1;
}
