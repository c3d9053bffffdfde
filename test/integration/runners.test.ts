// `lamina build` on leased machines: real hosts of two sizes behind the test server of the provider's API.

import { afterEach, expect, test } from "vitest";
import { type LeasedProject, openLeasedProject } from "./leased-project.ts";

let leased: LeasedProject;
afterEach(() => leased.close());

const build = ["build", "--reporter", "json", "--concurrency", "3"];

test("six layers of a diamond are built on three hosts, and nothing is left", async () => {
  leased = await openLeasedProject(
    {
      base: { run: "true" },
      left: { on: "base", run: "sleep 1" },
      middle: { on: "base", run: "sleep 1" },
      right: { on: "base", run: "sleep 1" },
      join: { on: "left", copies: ["middle", "right"], run: "middle && right" },
      crown: { on: "join", run: "true" },
    },
    "max_machines = 3,",
  );
  const run = await leased.lamina(build);
  expect(run.exitCode, run.stderr + run.events.map((event) => JSON.stringify(event)).join("\n")).toBe(0);
  expect(leased.locked()).toEqual(["base", "crown", "join", "left", "middle", "right"]);
  expect(run.events.filter(({ type }) => type === "runner.leased")).toHaveLength(3);
  expect(run.events.filter(({ type }) => type === "runner.released")).toHaveLength(3);
  expect(leased.api.servers()).toEqual([]);
  expect(leased.yard.listHosts()).toEqual([]);
  expect(leased.journal()).toEqual([]);
});
