// Caches and images as tables, and what was done with them.

import pc from "picocolors";
import { unreachable } from "../../engine/core/unreachable.ts";
import { type CacheCause, distinctBytes } from "../../engine/hygiene/choose-removals.ts";
import type { FoundCache } from "../../engine/hygiene/survey-caches.ts";
import type { FoundImage } from "../../engine/hygiene/survey-images.ts";
import type { Tagged } from "../../engine/hygiene/tagged.ts";
import { spellNamespace } from "../../engine/plan/cache/cache-ref.ts";
import { count, formatBytes } from "../report/format.ts";
import { renderTable } from "../report/table.ts";
import type { CacheKeeping } from "./cache-keeping.ts";
import type { Cleared } from "./clear-registries.ts";
import type { RegistrySurvey } from "./survey-registries.ts";

interface TextStyle {
  readonly nowMs: number;
  readonly color: boolean;
}

/** With line ends; nothing where nothing was found. */
export function renderRegistry(
  { registry, caches, images }: RegistrySurvey,
  { inCatalog }: Pick<CacheKeeping, "inCatalog">,
  { nowMs, color }: TextStyle,
): string {
  const paint = pc.createColors(color);
  const all = [...caches, ...images];
  const rows = [
    ...caches.map((found) => [
      spellNamespace(found.ref.namespace),
      found.ref.layer,
      found.ref.platform,
      formatBytes(distinctBytes([found])),
      formatAge(found, "cache", nowMs),
      describeCache(found),
    ]),
    ...images.map((found) => [
      "image",
      found.layer,
      found.place.tag,
      formatBytes(distinctBytes([found])),
      formatAge(found, "image", nowMs),
      describeImage(found, inCatalog(found.layer)),
    ]),
  ];
  const heading = `${paint.bold(registry.name)} (${registry.provider})\n`;
  if (rows.length === 0) return `${heading}nothing\n`;
  const sum = all.reduce((total, found) => total + distinctBytes([found]), 0);
  const table = renderTable(
    [
      { title: "WHERE" },
      { title: "LAYER" },
      { title: "FOR" },
      { title: "SIZE", align: "right" },
      { title: "WRITTEN" },
      { title: "REACHED" },
    ],
    rows,
    paint.dim,
  );
  const tags = `${count(caches.length, "cache")}, ${count(images.length, "image tag")}`;
  return `${heading}${table}${tags}: ${formatBytes(sum)}, ${formatBytes(distinctBytes(all))} with each blob counted once\n`;
}

/** A line for each that went, or would go. */
export function renderCleared(
  removed: readonly Cleared[],
  { dryRun, nowMs, color }: TextStyle & { readonly dryRun: boolean },
): string {
  if (removed.length === 0) return "";
  const paint = pc.createColors(color);
  return renderTable(
    [
      { title: dryRun ? "WOULD DELETE" : "DELETED" },
      { title: "SIZE", align: "right" },
      { title: "WRITTEN" },
      { title: "WHY" },
    ],
    removed.map((cleared) => [
      nameCleared(cleared),
      formatBytes(distinctBytes([cleared.found])),
      formatAge(cleared.found, cleared.kind, nowMs),
      cleared.kind === "cache"
        ? describeCause(cleared.cause, cleared.found)
        : "neither a lock nor a name reaches it",
    ]),
    paint.dim,
  );
}

/** "ci/lamina/rust for linux/arm64", "image rust:l-0123456789abcdef". */
export function nameCleared(cleared: Cleared): string {
  if (cleared.kind === "image") return `image ${cleared.found.layer}:${cleared.found.place.tag}`;
  const { ref, isStaged } = cleared.found;
  return `${spellNamespace(ref.namespace)}/${ref.layer} for ${ref.platform}${isStaged ? ", left waiting" : ""}`;
}

function describeCause(cause: CacheCause, { ref, reach }: FoundCache): string {
  switch (cause) {
    case "dev":
      return reach === "reached" ? "--dev" : "--dev, and not in the catalog";
    case "left-over":
      return "a run left it before its end";
    case "unreached":
      return `the catalog has no ${ref.layer} for ${ref.platform}`;
    default:
      return unreachable(cause);
  }
}

/** "3 d ago", "today"; "unknown" where nobody tells. Of a cache it is its newest step's age: it was written then or later. */
function formatAge(
  { writtenAtMs }: Pick<Tagged, "writtenAtMs">,
  kind: Cleared["kind"],
  nowMs: number,
): string {
  if (writtenAtMs === undefined) return "unknown";
  const days = Math.floor((nowMs - writtenAtMs) / 86_400_000);
  if (days <= 0) return "today";
  return kind === "cache" ? `within ${days} d` : `${days} d ago`;
}

function describeCache({ reach, isStaged }: FoundCache): string {
  if (isStaged) return "no: left by a run, or waiting for its end";
  switch (reach) {
    case "reached":
      return "by the catalog";
    case "unreached":
      return "no";
    case "foreign":
      return "another workspace's";
    default:
      return unreachable(reach);
  }
}

function describeImage({ reachedBy }: FoundImage, inCatalog: boolean): string {
  switch (reachedBy) {
    case "lock":
      return "by a lock";
    case "name":
      return inCatalog ? "by name" : "by name, of no layer of the catalog";
    case "promotion":
      return "by a promotion";
    case undefined:
      return "no";
    default:
      return unreachable(reachedBy);
  }
}
