// How long after a file was written the first build begins: `lamina watch` as it is installed, on a catalog where everything is
// current; from the write of one file of a layer that nothing stands on to the line of its `layer.started` event, without the quiet
// time that was asked for (--debounce). The builds themselves are real, and are waited for but not measured.
//
//   npm run build && node bench/watch.ts [--layers 6,1000] [--runs 20] [--debounce 100]

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { lamina } from "./graph/lamina.ts";
import { makeShape } from "./graph/shape.ts";
import { median } from "./median.ts";

const { values } = parseArgs({
  options: {
    layers: { type: "string", default: "6,1000" },
    runs: { type: "string", default: "20" },
    debounce: { type: "string", default: "100" },
  },
});
const program = join(import.meta.dirname, "../dist/cli/main.js");
/** The first ones start the builder and warm the code. */
const warmUps = 3;
const runs = Number(values.runs);
const debounceMs = Number(values.debounce);

/** Milliseconds above the debounce, of each run. */
async function measure(root: string, edited: string): Promise<readonly number[]> {
  const child = spawn(
    process.execPath,
    [program, "watch", "--reporter", "json", "--debounce", values.debounce],
    {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const seen: { readonly type: string; readonly atMs: number }[] = [];
  let wake: (() => void) | undefined;
  createInterface(child.stdout).on("line", (line) => {
    seen.push({ type: /"type":"([^"]+)"/.exec(line)?.[1] ?? "", atMs: performance.now() });
    wake?.();
  });
  /** When the next event of a type came. */
  const next = async (type: string): Promise<number> => {
    for (;;) {
      const at = seen.findIndex((event) => event.type === type);
      const [found] = seen.splice(0, at + 1).slice(-1);
      if (found !== undefined) return found.atMs;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const file = join(root, "catalog", edited, "tool.sh");
  const elapsed: number[] = [];
  await next("watch.waiting");
  for (let run = -warmUps; run < runs; run++) {
    const text = `${readFileSync(file, "utf8")}# ${run}\n`;
    const startedMs = performance.now();
    writeFileSync(file, text);
    const tookMs = (await next("layer.started")) - startedMs - debounceMs;
    if (run >= 0) elapsed.push(tookMs);
    await next("run.completed");
    await next("watch.waiting");
  }
  child.kill("SIGTERM");
  await new Promise((resolve) => {
    child.on("close", resolve);
  });
  return elapsed;
}

process.stdout.write(`${runs} edits each; milliseconds above the ${debounceMs} that it waits for quiet\n`);
for (const layers of values.layers.split(",").map(Number)) {
  const directory = mkdtempSync(join(tmpdir(), "lamina-bench-watch-"));
  try {
    const root = join(directory, "project");
    const shape = makeShape(layers);
    await lamina.makeProject(root, shape);
    const elapsed = await measure(root, shape.at(-1)?.name ?? "");
    const [least, middle, most] = [Math.min(...elapsed), median(elapsed), Math.max(...elapsed)];
    process.stdout.write(
      `${String(layers).padStart(6)} layers  median ${middle.toFixed(0)}  min ${least.toFixed(0)}  max ${most.toFixed(0)}\n`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
