// What with-sccache prints, as scripts count it.

import { expect, test } from "vitest";
import { readSccacheCounts } from "../../../scripts/tools/sccache-counts.ts";

const cook = `    Finished \`release\` profile [optimized] target(s) in 43.10s
Compile requests executed           164
Cache hits                            2
Cache hits (Rust)                     2
Cache misses                        161
Cache misses (Rust)                 161
Cache hits rate                    1.22 %
Cache hits rate (Rust)             1.22 %
Cache write errors                    0
Cache errors                          0
Non-cacheable calls                  40
`;

const build = `   Compiling shelf v0.1.0 (/project/crates/shelf)
Compile requests executed             2
Cache hits                            0
Cache misses                          2
Cache misses (Rust)                   2
`;

test("hits and misses of each step, in their order", () => {
  expect(readSccacheCounts(`${cook}${build}`.split("\n"))).toEqual([
    { hits: 2, misses: 161 },
    { hits: 0, misses: 2 },
  ]);
});

test("none where no step used sccache", () => {
  expect(
    readSccacheCounts(["with-sccache: the storage does not answer, so everything is compiled here"]),
  ).toEqual([]);
});
