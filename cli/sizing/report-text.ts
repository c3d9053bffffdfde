// What builds were given, used and wasted: as a table, and as JSON.

import pc from "picocolors";
import type { SizingReportJson } from "../../schemas/sizing-report.ts";
import { count } from "../report/format.ts";
import { renderTable } from "../report/table.ts";
import type { LayerSizes, SizeSurvey } from "./survey-sizes.ts";

const gibibyte = 2 ** 30;

interface GbHours {
  readonly asked: number;
  readonly used: number;
  readonly wasted: number;
}

/** Over the builds on leased machines of which the peak is known, or at least its 95th percentile: this machine is there anyway. */
function gbHoursOf(sizes: readonly LayerSizes[]): GbHours {
  let [asked, used, wasted] = [0, 0, 0];
  for (const build of sizes.flatMap(({ builds }) => builds)) {
    const bytes = build.memoryPeakBytes ?? build.memoryP95Bytes;
    if (build.place !== "leased" || bytes === undefined) continue;
    const hours = build.seconds / 3600;
    asked += build.memoryGb * hours;
    used += (bytes / gibibyte) * hours;
    wasted += Math.max(0, build.memoryGb - bytes / gibibyte) * hours;
  }
  return { asked: round(asked), used: round(used), wasted: round(wasted) };
}

function oomsOf(sizes: readonly LayerSizes[]): number {
  return sizes.flatMap(({ builds }) => builds).filter(({ outcome }) => outcome === "oom").length;
}

function buildsOf(sizes: readonly LayerSizes[]): number {
  return sizes.reduce((sum, { builds }) => sum + builds.length, 0);
}

/** schemas/sizing-report.ts, which a test holds it to. */
export function reportToJson({ sizes, place }: SizeSurvey) {
  return {
    version: 1 satisfies SizingReportJson["version"],
    source: place,
    layers: sizes.map((each) => {
      const { tier, cpu, memoryGb, source } = each.runner;
      const { used, approved } = each;
      return {
        layer: each.layer,
        platform: each.platform,
        runner: { tier, cpu, memoryGb, source },
        builds: each.builds.length,
        oom: oomsOf([each]),
        used:
          used === undefined
            ? null
            : {
                cpu: round(used.cpu),
                memoryGb: round(used.memoryGb),
                builds: used.builds,
                place: used.place,
              },
        gbHours: gbHoursOf([each]),
        advice: each.advice ?? null,
        approved:
          approved === undefined
            ? null
            : { cpu: approved.cpu, memoryGb: approved.memoryGb, builds: approved.builds },
      };
    }),
    total: { builds: buildsOf(sizes), oom: oomsOf(sizes), gbHours: gbHoursOf(sizes) },
  };
}

/** Layers of which builds are recorded or a size is approved, and the sum of all; with line ends. */
export function renderReport({ sizes, place }: SizeSurvey, color: boolean): string {
  const colors = pc.createColors(color);
  const known = sizes.filter(({ builds, approved }) => builds.length > 0 || approved !== undefined);
  if (known.length === 0) return `no builds are recorded in ${place}\n`;
  const several = new Set(known.map(({ platform }) => platform)).size > 1;
  const rows = known.map((each) => {
    const { layer, platform, runner, builds, used, advice, approved } = each;
    const hours = gbHoursOf([each]);
    const ooms = oomsOf([each]);
    return [
      layer,
      several ? platform : "",
      `${describe(runner)} (${runner.source})`,
      used === undefined ? "" : `${describe(used)}${used.place === "here" ? " (here)" : ""}`,
      `${builds.length}${ooms === 0 ? "" : ` (${ooms} out of memory)`}`,
      hours.wasted.toFixed(2),
      advice === undefined ? "" : `${advice.tier}: ${describe(advice)}`,
      approved === undefined ? "" : describe(approved),
    ];
  });
  const table = renderTable(
    [
      { title: "layer" },
      { title: "platform" },
      { title: "given" },
      { title: "used" },
      { title: "builds" },
      { title: "GB-hours wasted", align: "right" },
      { title: "advice" },
      { title: "approved" },
    ],
    rows,
    colors.dim,
  );
  const { asked, used, wasted } = gbHoursOf(sizes);
  const hours = `${asked.toFixed(2)} GB-hours given, ${used.toFixed(2)} used at peak, ${wasted.toFixed(2)} wasted`;
  return `${table}${count(buildsOf(sizes), "build")}: ${hours}\n`;
}

/** "4 cpu, 8 GB" */
export function describe({ cpu, memoryGb }: { readonly cpu: number; readonly memoryGb: number }): string {
  return `${round(cpu)} cpu, ${round(memoryGb)} GB`;
}

/** To two places. */
function round(amount: number): number {
  return Math.round(amount * 100) / 100;
}
