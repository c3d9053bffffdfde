import { assert, property, stringMatching } from "fast-check";
import { expect, test } from "vitest";
import { poolName } from "../../cli/pool-name.ts";
import { workspacePattern } from "../../schemas/is-workspace.ts";

test("a pool is named after its workspace, for people and for machines", () => {
  expect(poolName("lamina")).toBe("lamina-lamina-6bba192c");
  expect(poolName("a_workspace_with-a-long-name")).toBe("lamina-a-workspace-with-c8f59db3");
});

test("workspaces whose names look alike have pools of their own", () => {
  const alike = ["a_b", "a-b", "sixteen-letters-and-more", "sixteen-letters-and-others"];
  expect(new Set(alike.map(poolName)).size).toBe(alike.length);
});

test("every name of a workspace makes a pool's", () => {
  assert(
    property(stringMatching(workspacePattern), (workspace) => {
      expect(poolName(workspace)).toMatch(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/);
    }),
  );
});
