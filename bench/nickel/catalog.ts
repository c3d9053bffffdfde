// A catalog of many workflow.ncl that share one schema: all in one process, by an entry that imports them and by `nickel batch`,
// against the reference on the same entry, and started for each file.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeCatalog } from "../graph/lamina-catalog.ts";
import { makeShape } from "../graph/shape.ts";
import { lamina, laminaCold, reference } from "./commands.ts";
import type { Contest } from "./contest.ts";

/** Of how many files the reference is really started for each; the time for all is reckoned from theirs. */
const sampled = 20;

export function prepareCatalog(directory: string, files: number, binary: string): readonly Contest[] {
  const paths: string[] = [];
  for (const [path, text] of writeCatalog(makeShape(files))) {
    if (!path.endsWith("/workflow.ncl")) continue;
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
    paths.push(path);
  }
  writeFileSync(
    join(directory, "all.ncl"),
    `[\n${paths.map((path) => `import ${JSON.stringify(path)},\n`).join("")}]\n`,
  );
  writeFileSync(join(directory, "paths"), paths.map((path) => `${path}\n`).join(""));
  const entry = ["nickel", "export", "all.ncl"];
  const whole = lamina(directory, ...entry);
  const batch = lamina(directory, "nickel", "batch");
  const single = reference(binary, "FILE");
  const each = 'for file in $(head -n "$0" paths); do "$@" "$file" || exit 1; done';
  return [
    {
      name: `${files} workflow.ncl in one process`,
      directory,
      contestants: [whole, laminaCold(directory, ...entry), reference(binary, "all.ncl")],
    },
    {
      name: `${files} workflow.ncl, batch against a start for each`,
      directory,
      contestants: [
        { ...batch, argv: ["sh", "-c", '"$@" < paths', "sh", ...batch.argv] },
        {
          ...single,
          label: `reference, ${sampled} starts reckoned up`,
          times: files / sampled,
          isAside: true,
          argv: [
            "sh",
            "-c",
            each,
            String(sampled),
            "sh",
            "-c",
            startEach,
            binary,
            join(import.meta.dirname, "../../dist"),
          ],
        },
      ],
    },
  ];
}

const startEach = 'ulimit -v 4000000; exec timeout 120 "$0" export "$2" -I "$1"';
