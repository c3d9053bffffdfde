// External images that moved on, for people and as JSON.

import pc from "picocolors";
import { shortDigest } from "../../engine/core/digest.ts";
import type { Plan } from "../../engine/plan/step.ts";
import type { OutdatedJson } from "../../schemas/lock-reports.ts";
import { count } from "../report/format.ts";
import { renderTable } from "../report/table.ts";
import { type BaseNews, isMoved } from "./base-news.ts";

export function outdatedToJson(news: readonly BaseNews[], { replacedBases }: Plan): OutdatedJson {
  return {
    version: 1,
    bases: news.map((each) => {
      const { use, pinned, now, pinnedCreatedMs, nowCreatedMs } = each;
      return {
        image: use.image,
        platform: use.platform,
        state: stateOf(each),
        pinned: pinned ?? null,
        pinnedCreated: isoDate(pinnedCreatedMs),
        now: typeof now === "string" ? now : null,
        nowCreated: isoDate(nowCreatedMs),
        failure: typeof now === "string" ? null : now.kind,
        layers: use.steps.map(({ layer }) => layer),
      };
    }),
    replacedBases: Object.fromEntries(replacedBases),
  };
}

function stateOf(news: BaseNews): OutdatedJson["bases"][number]["state"] {
  if (typeof news.now !== "string") return "unknown";
  if (news.pinned === undefined) return "unpinned";
  return isMoved(news) ? "moved" : "current";
}

function isoDate(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString();
}

export interface OutdatedTextOptions {
  readonly color: boolean;
  readonly quiet: boolean;
  /** Also those that have not moved. */
  readonly verbose: boolean;
  readonly nowMs: number;
}

/** A table of those that are not what is pinned, and how many there are of each kind; with line ends. */
export function renderOutdated(
  news: readonly BaseNews[],
  { color, quiet, verbose, nowMs }: OutdatedTextOptions,
): string {
  const colors = pc.createColors(color);
  const shown = news.filter((each) => verbose || stateOf(each) !== "current");
  const age = (milliseconds: number | undefined) =>
    milliseconds === undefined ? "" : `${describeDays(nowMs - milliseconds)} old`;
  const table = renderTable(
    [
      { title: "base" },
      { title: "platform" },
      { title: "pinned" },
      { title: "" },
      { title: "now", paint: (cell) => (/^[0-9a-f]{12}/.test(cell) ? colors.yellow(cell) : cell) },
      { title: "" },
      { title: "layers", align: "right" },
    ],
    shown.map((each) => {
      const { use, pinned, now } = each;
      return [
        use.image,
        use.platform,
        pinned === undefined ? "not pinned" : shortDigest(pinned),
        age(each.pinnedCreatedMs),
        typeof now !== "string" ? "unknown" : now === pinned ? "the same" : shortDigest(now),
        age(each.nowCreatedMs),
        String(use.steps.length),
      ];
    }),
    colors.dim,
  );
  return (shown.length === 0 ? "" : table) + (quiet ? "" : summarize(news));
}

function summarize(news: readonly BaseNews[]): string {
  if (news.length === 0) return "no external image to ask for\n";
  const states = Map.groupBy(news, stateOf);
  const of = (state: ReturnType<typeof stateOf>, words: string) => {
    const amount = states.get(state)?.length ?? 0;
    return amount === 0 ? [] : [`${amount} ${words}`];
  };
  const parts = [
    ...of("moved", "moved on"),
    ...of("unpinned", "not pinned"),
    ...of("unknown", "could not be looked up"),
    ...of("current", "as pinned"),
  ];
  return `${count(news.length, "base")}: ${parts.join(", ")}\n`;
}

const dayMs = 86_400_000;

/** "today" counts as 0 days; from two months on in months, from two years on in years. */
function describeDays(milliseconds: number): string {
  const days = Math.max(0, Math.floor(milliseconds / dayMs));
  if (days < 61) return count(days, "day");
  return days < 730 ? `${Math.floor(days / 30.44)} months` : `${Math.floor(days / 365.25)} years`;
}
