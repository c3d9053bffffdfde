// `lamina cache gc`: clears away what nobody reaches any more, where whoever asks may write; without --yes it only says what.

import { err, ok, type Result } from "../../engine/core/result.ts";
import { addressOf } from "../../engine/plan/cache/cache-ref.ts";
import type { CacheGcJson } from "../../schemas/cache-reports.ts";
import { actorOptions } from "../actor-option.ts";
import { type CacheKeeping, openCacheKeeping } from "../cache/cache-keeping.ts";
import { clearRegistries, type RegistriesCleared } from "../cache/clear-registries.ts";
import { type ClearedStore, clearStore, type NotCleared } from "../cache/clear-store.ts";
import { decideScope, namespaceOption, parts, readParts } from "../cache/clearing-scope.ts";
import { refuseKeeping, tellSilent } from "../cache/complaints.ts";
import { amountOf, cacheToJson, imageToJson } from "../cache/report-json.ts";
import { nameCleared, renderCleared } from "../cache/report-text.ts";
import { readSpoken } from "../cache/spoken-here.ts";
import { messageOf } from "../cache/survey-registries.ts";
import { defineCommand, type Invocation } from "../command.ts";
import { complain, refuseUsage } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { flag, type ValueSpec } from "../option.ts";
import { openHere } from "../project.ts";
import { count, formatBytes } from "../report/format.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost } from "../wire.ts";

const defaultKeepDays = 30;
const dayMs = 86_400_000;

const keepDaysOption: ValueSpec<number> = {
  kind: "value",
  placeholder: "N",
  summary: `keep what is younger than N days (default: ${defaultKeepDays}); 0 takes also images of unknown age`,
  parse: (text) => (/^\d{1,5}$/.test(text) ? ok(Number(text)) : err("must be a number of days")),
};

export const command = defineCommand({
  name: "cache gc",
  operands: { name: "PART", usage: parts.join("|"), min: 0, max: parts.length },
  description:
    "Says what nobody reaches any more, and with --yes clears it away: caches of layers and platforms\n" +
    "that the catalog no longer has, and what a run left waiting (those of the actor alone); images\n" +
    "under tags of input digests that neither a lock here nor a name such as latest reaches; and\n" +
    "images in .lamina/store that no lock here reaches, unless a build is at work. What is younger\n" +
    "than --keep-days stays, and so do images whose age the registry does not tell. An image that\n" +
    "another tag stands for stays wherever it would go with it.",
  options: {
    ...actorOptions,
    namespace: namespaceOption,
    dev: flag("all caches of the person or agent who asks, reached or not"),
    "keep-days": keepDaysOption,
    yes: flag("do it"),
    json: flag("as JSON (schemas/cache-reports.ts)"),
  },
  examples: [
    { command: "lamina cache gc", does: "what would go" },
    { command: "lamina cache gc --yes --actor ci", does: "for a scheduled job" },
    { command: "lamina cache gc store --keep-days 7 --yes", does: "this machine's images alone" },
    { command: "lamina cache gc caches --dev --actor human --actor-id jpl --yes", does: "all caches of jpl" },
  ],
  run: async (invocation) => {
    const { options, operands, directory, output, quiet } = invocation;
    const named = readParts(operands);
    if (!named.ok) return refuseUsage(output, named.error);
    const project = await openHere({ directory, output });
    if (!project.ok) return project.error;
    const opened = await openCacheKeeping(project.value, options);
    if (!opened.ok) return refuseKeeping(output, directory, opened.error);
    const keeping = opened.value;
    const scope = decideScope(keeping, {
      parts: named.value,
      namespace: options.namespace,
      wholeDev: options.dev,
    });
    if (!scope.ok) return refuseUsage(output, scope.error);
    const host = createHost();
    const interrupted = new AbortController();
    const stopListening = listenForInterrupts(host.clock, () => interrupted.abort());
    try {
      const nowMs = host.clock.nowMs();
      const keepDays = options["keep-days"] ?? defaultKeepDays;
      const dryRun = !options.yes;
      const how = { nowMs, keepDays, wholeDev: options.dev, dryRun };
      const registries = await clearRegistries(keeping, scope.value, how, interrupted.signal);
      const store: Result<ClearedStore, NotCleared> | undefined = scope.value.store
        ? await clearStore({
            store: keeping.store,
            youngSinceMs: keepDays === 0 ? Number.POSITIVE_INFINITY : nowMs - keepDays * dayMs,
            dryRun,
            readHere: () => readSpoken(project.value),
          })
        : undefined;
      if (options.json)
        output.result(`${JSON.stringify(toJson(keeping, registries, store, dryRun), null, 2)}\n`);
      else {
        output.result(renderCleared(registries.removed, { dryRun, nowMs, color: output.stdout.color }));
        const gone = store?.ok === true ? amountOf(store.value.survey.old) : { blobs: 0, bytes: 0 };
        if (gone.blobs > 0)
          output.result(
            `${dryRun ? "would delete" : "deleted"} ${count(gone.blobs, "blob")} of .lamina/store: ${formatBytes(gone.bytes)}\n`,
          );
        if (!quiet) {
          for (const note of keeping.registries.length === 0 ? [] : scope.value.notes)
            output.remark(`note: ${note}\n`);
          tellRest(
            registries,
            { ...how, deletesNothing: registries.removed.length + gone.blobs === 0 },
            invocation,
          );
        }
      }
      const code = tellTroubles(registries, store, dryRun, invocation);
      return interrupted.signal.aborted ? exitCode.interrupted : code;
    } finally {
      stopListening();
    }
  },
});

function tellRest(
  { ageless, freedBytes, unseen, removed }: RegistriesCleared,
  { dryRun, deletesNothing }: { readonly dryRun: boolean; readonly deletesNothing: boolean },
  { output }: Pick<Invocation, "output">,
): void {
  if (ageless.length > 0)
    output.remark(
      `note: ${count(ageless.length, "image tag")} that nobody reaches ${ageless.length === 1 ? "stays" : "stay"}, as nobody tells how old ${ageless.length === 1 ? "it is" : "they are"}: --keep-days 0 takes them\n`,
    );
  for (const why of unseen)
    output.remark(`note: ${why}: what is there of layers that nobody here knows is not seen\n`);
  if (removed.length > 0)
    output.remark(`the registry gives back ${formatBytes(freedBytes)} when it clears away what has no tag\n`);
  if (deletesNothing) output.remark("nothing to delete\n");
  else if (dryRun) output.remark("nothing was deleted: --yes does it\n");
}

/** What could not be done, on stderr, with the exit code that follows. */
function tellTroubles(
  { left, silent }: RegistriesCleared,
  store: Result<ClearedStore, NotCleared> | undefined,
  dryRun: boolean,
  { output, directory }: Pick<Invocation, "output" | "directory">,
): ExitCode {
  for (const { cleared, reason } of left) {
    if (dryRun) output.remark(`note: ${nameCleared(cleared)} would stay: ${reason}\n`);
    else complain(output, `${nameCleared(cleared)} was not deleted: ${reason}`);
  }
  let isWhole = dryRun || left.length === 0;
  if (store?.ok === false) {
    isWhole = false;
    tellStoreTrouble(store.error, { output, directory });
  } else if (store?.value.trouble !== undefined) {
    isWhole = false;
    const { left: stuck, message } = store.value.trouble;
    complain(output, `${count(stuck.length, "blob")} of .lamina/store could not be deleted: ${message}`);
  }
  const code = tellSilent(output, silent);
  return code === exitCode.done && !isWhole ? exitCode.failed : code;
}

function tellStoreTrouble(
  trouble: NotCleared,
  { output, directory }: Pick<Invocation, "output" | "directory">,
): void {
  if (trouble.kind === "busy")
    complain(output, `.lamina/store is left alone: ${trouble.message}`, "try again when it has ended");
  else tellDiagnostics(output, directory, trouble.diagnostics);
}

function toJson(
  { inCatalog }: Pick<CacheKeeping, "inCatalog">,
  { removed, left, freedBytes, silent }: RegistriesCleared,
  store: Result<ClearedStore, NotCleared> | undefined,
  dryRun: boolean,
): CacheGcJson {
  return {
    version: 1,
    dryRun,
    removed: removed.map((each) =>
      each.kind === "cache"
        ? { kind: "cache", ...cacheToJson(each.found), cause: each.cause }
        : { kind: "image", ...imageToJson(each.found, inCatalog) },
    ),
    left: left.map(({ cleared, reason }) => ({ ref: addressOf(cleared.found.place), reason })),
    freedBytes,
    store:
      store?.ok === true
        ? { removed: amountOf(store.value.survey.old), young: amountOf(store.value.survey.young) }
        : null,
    silent: silent.map(({ registry, failure }) => ({ registry, message: messageOf(failure) })),
  };
}
