// `lamina cache list`: what is in caches, in the images' repositories and in this machine's store, and who still speaks of it.

import { distinctBytes } from "../../engine/hygiene/choose-removals.ts";
import { readDaemonUsage } from "../../providers/builder/daemon-usage.ts";
import { surveyStore } from "../../providers/store/sweep-store.ts";
import type { CacheListJson } from "../../schemas/cache-reports.ts";
import { actorOptions } from "../actor-option.ts";
import { openCacheKeeping, readableNamespaces } from "../cache/cache-keeping.ts";
import { refuseKeeping, tellSilent } from "../cache/complaints.ts";
import { amountOf, cacheToJson, imageToJson } from "../cache/report-json.ts";
import { renderRegistry } from "../cache/report-text.ts";
import { messageOf, type SurveyWish, surveyRegistries } from "../cache/survey-registries.ts";
import { defineCommand, noOperands } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { flag } from "../option.ts";
import { openHere } from "../project.ts";
import { count, formatBytes } from "../report/format.ts";
import { createHost } from "../wire.ts";

export const command = defineCommand({
  name: "cache list",
  operands: noOperands,
  description:
    "Shows the build caches of this workspace that whoever asks may read, the published images, and\n" +
    "what lies on this machine: how large each is, when it was written as far as that can be known,\n" +
    "and whether the catalog, a lock or a name such as latest still reaches it. Registries keep no\n" +
    "count of what was read last. Sizes are compressed, and images share most of their blobs.",
  options: {
    ...actorOptions,
    all: flag("caches of every workspace and actor that the registry lists"),
    json: flag("as JSON (schemas/cache-reports.ts)"),
  },
  examples: [
    { command: "lamina cache list", does: "" },
    { command: "lamina cache list --actor human --actor-id jpl", does: "with the caches of jpl" },
    {
      command: "lamina cache list --json | jq '.registries[].distinctBytes'",
      does: "what all of it takes",
    },
  ],
  run: async ({ options, directory, output, quiet }) => {
    const project = await openHere({ directory, output });
    if (!project.ok) return project.error;
    const opened = await openCacheKeeping(project.value, options);
    if (!opened.ok) return refuseKeeping(output, directory, opened.error);
    const keeping = opened.value;
    const host = createHost();
    const interrupted = new AbortController();
    const stopListening = listenForInterrupts(host.clock, () => interrupted.abort());
    try {
      const { signal } = interrupted;
      const wish: SurveyWish = {
        namespacesIn: ({ may }) =>
          options.all
            ? "all"
            : readableNamespaces(keeping).filter(({ kind }) => may(kind, "cache") || may(kind, "pull")),
        wantsImages: ({ may }) => may("images", "pull"),
      };
      const { surveys, silent } = await surveyRegistries(keeping, wish, signal);
      if (signal.aborted) return exitCode.interrupted;
      const store = surveyStore(keeping.store, keeping.here.roots, Number.POSITIVE_INFINITY);
      const daemon = await readDaemonUsage((name) => host.env(name), signal);
      if (options.json) {
        const json: CacheListJson = {
          version: 1,
          registries: surveys.map(({ registry, caches, images, unseen }) => ({
            registry: registry.name,
            provider: registry.provider,
            caches: caches.map(cacheToJson),
            images: images.map((found) => imageToJson(found, keeping.inCatalog)),
            distinctBytes: distinctBytes([...caches, ...images]),
            unseen: unseen ?? null,
          })),
          silent: silent.map(({ registry, failure }) => ({ registry, message: messageOf(failure) })),
          store: {
            path: keeping.store,
            reached: amountOf(store.reached),
            unreached: amountOf(store.old),
          },
          buildkit: daemon ?? null,
        };
        output.result(`${JSON.stringify(json, null, 2)}\n`);
        return tellSilent(output, silent);
      }
      const style = { nowMs: host.clock.nowMs(), color: output.stdout.color };
      for (const survey of surveys) output.result(`${renderRegistry(survey, keeping, style)}\n`);
      const [held, old] = [amountOf(store.reached), amountOf(store.old)];
      output.result(
        `this machine\n.lamina/store: ${formatBytes(held.bytes)} in ${count(held.blobs, "blob")} that locks reach, ` +
          `${formatBytes(old.bytes)} in ${count(old.blobs, "other")}\n`,
      );
      if (daemon !== undefined)
        output.result(
          `BuildKit at ${daemon.address}: ${formatBytes(daemon.sizeBytes)} in ${count(daemon.records, "record")}, ` +
            `${formatBytes(daemon.reclaimableBytes)} of them not in use\n`,
        );
      if (!quiet)
        for (const { unseen } of surveys)
          if (unseen !== undefined)
            output.remark(`note: ${unseen}: what is there of layers that nobody here knows is not seen\n`);
      const isBlind = options.all && surveys.some(({ unseen }) => unseen !== undefined);
      const code = tellSilent(output, silent);
      return code === exitCode.done && isBlind ? exitCode.environment : code;
    } finally {
      stopListening();
    }
  },
});
