// What a user waits for before any work is done: the bare runtime, `lamina --version`, what changed since a commit, a plan,
// and, where the project in the current folder is built and current, a `lamina build` with nothing to do. Whole processes in turns, so that a machine whose speed
// drifts slows all of them alike; medians and the difference to the bare runtime.
//
//   npm run build && node bench/startup.ts [runs]

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { median } from "./median.ts";

const runs = Number(process.argv[2] ?? 15);
const lamina = join(import.meta.dirname, "../dist/cli/main.js");
const candidates: ReadonlyMap<string, readonly string[]> = new Map([
  ["node -e 0", ["-e", "0"]],
  ["lamina --version", [lamina, "--version"]],
  ["lamina list --since HEAD", [lamina, "list", "--since", "HEAD", "--json"]],
  ["lamina plan", [lamina, "plan"]],
  ["lamina build, nothing to do", [lamina, "build", "debian", "rust", "rust-deps"]],
]);

const seconds = new Map<string, number[]>();
for (let run = -1; run < runs; run++) {
  for (const [name, args] of candidates) {
    const startedMs = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    const elapsed = (performance.now() - startedMs) / 1000;
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
    // The first round only warms file and compile caches.
    if (run >= 0) seconds.set(name, [...(seconds.get(name) ?? []), elapsed]);
  }
}

const floor = median(seconds.get("node -e 0") ?? []);
process.stdout.write(`${runs} runs each, in turns; seconds\n`);
for (const [name, all] of seconds) {
  const middle = median(all);
  process.stdout.write(
    `${name.padEnd(30)} median ${middle.toFixed(3)}  min ${Math.min(...all).toFixed(3)}  max ${Math.max(...all).toFixed(3)}  over node +${((middle - floor) * 1000).toFixed(0)} ms\n`,
  );
}
