// Kinds of tests: `unit` needs nothing but Node; `integration` runs against a real buildkitd and registry that test/rig starts
// once; `slow` does so as well, and is no part of `npm test`: it may build for minutes what it needs.

import { defineConfig } from "vitest/config";

// What a terminal or a CI asks for must not reach the programs that tests start: they judge what lamina says without colours.
const env = { FORCE_COLOR: "0" };

export default defineConfig({
  test: {
    reporters: process.env["GITHUB_ACTIONS"] === "true" ? ["default", "github-actions"] : ["default"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/integration/**", "test/slow/**"],
          env,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          globalSetup: ["test/rig/setup.ts"],
          env,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "slow",
          include: ["test/slow/**/*.test.ts"],
          globalSetup: ["test/rig/setup.ts"],
          env,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
