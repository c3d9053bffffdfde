// Who stands on which external image, by platform.

import { expect, test } from "vitest";
import { emptyLock } from "../../engine/lock/lock.ts";
import { findBaseUses } from "../../engine/plan/base-uses.ts";
import { emptyHistory } from "../../engine/plan/history.ts";
import { makePlan } from "../../engine/plan/plan.ts";
import { amd64 } from "../lock/samples.ts";
import { type LayerSpec, projectOf } from "./project.ts";

function usesOf(specs: Readonly<Record<string, LayerSpec>>) {
  const project = projectOf(specs);
  const { steps } = makePlan({
    ...project,
    lock: emptyLock,
    selection: [],
    options: { only: false, force: false, withAncestors: true },
    defaultPlatform: amd64,
    platforms: [],
    images: { holds: () => true },
    replacedBases: new Map(),
    history: emptyHistory,
    leased: false,
  });
  return findBaseUses(project.graph, steps).map(({ image, platform, steps: users }) => [
    `${image} ${platform}`,
    users.map(({ layer }) => layer).join(" "),
  ]);
}

test("layers that take from it, and all that stand on them, parents first", () => {
  expect(
    usesOf({
      z: { build_base: { image: "debian" } },
      a: { build_base: "z" },
      other: { build_base: { image: "alpine" }, copies_from: ["z"] },
      free: {},
    }),
  ).toEqual([
    ["alpine linux/amd64", "other"],
    ["debian linux/amd64", "z a other"],
  ]);
});

test("each platform by itself", () => {
  expect(
    usesOf({
      base: { build_base: { image: "debian" }, platforms: ["linux/amd64", "linux/arm64"] },
      both: { build_base: "base", platforms: ["linux/amd64", "linux/arm64"] },
      one: { build_base: "base", platforms: ["linux/arm64"] },
    }),
  ).toEqual([
    ["debian linux/amd64", "base both"],
    ["debian linux/arm64", "base both one"],
  ]);
});
