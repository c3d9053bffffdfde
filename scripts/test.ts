// `npm test`: what the machine lacks is installed, then every check runs, cheapest first; ends with the first that fails.

import { execa } from "execa";
import { ensureBuildkit } from "./tools/buildkit.ts";
import { runScript } from "./tools/missing-requirement.ts";
import { ensureTestRequirements } from "./tools/test-requirements.ts";

const checks: readonly (readonly [label: string, command: string, ...args: string[]])[] = [
  ["format", "biome", "ci", "."],
  ["types", "tsc", "-p", "."],
  ["types of the page", "tsc", "-p", "cli/page"],
  ["lint", "oxlint", "--type-aware", "--deny-warnings"],
  ["unused code", "knip"],
  ["build", "npm", "run", "--silent", "build"],
  ["tests", "vitest", "run", "--project", "unit", "--project", "integration", ...process.argv.slice(2)],
];

await runScript(async (signal) => {
  await ensureTestRequirements();
  await ensureBuildkit();
  for (const [label, command, ...args] of checks) {
    process.stderr.write(`\n▸ ${label}: ${command} ${args.join(" ")}\n`);
    const { exitCode } = await execa(command, args, {
      preferLocal: true,
      stdio: "inherit",
      reject: false,
      cancelSignal: signal,
    });
    if (exitCode !== 0) return exitCode ?? 1;
  }
  return 0;
});
