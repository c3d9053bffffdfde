// The file of metrics where it is not as it should be, and where several processes have it.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runProcess } from "../../../providers/host/process.ts";
import { openSqliteMetrics } from "../../../providers/metrics/sqlite.ts";
import { layerName } from "../../../schemas/layer-name.ts";
import { build } from "../../ports/metrics.ts";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lamina-metrics-"));
  path = join(directory, "metrics.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

/** What each call says of the file, which must be the same. */
async function complaint(): Promise<unknown> {
  const store = openSqliteMetrics(path);
  const answers = [await store.record(build(1)), await store.p95("lamina"), await store.builds("lamina", 1)];
  await store.close();
  const [first] = answers;
  for (const answer of answers) expect(answer).toEqual(first);
  return first?.ok === false ? first.error : undefined;
}

/** A sound file, with something done to it behind lamina's back. */
async function makeFile(sql: string): Promise<void> {
  const store = openSqliteMetrics(path);
  expect(await store.record(build(1))).toEqual({ ok: true, value: undefined });
  await store.close();
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

test("who only looks makes no file", async () => {
  const store = openSqliteMetrics(path);
  await store.p95("lamina");
  await store.builds("lamina", 1);
  await store.close();
  expect(existsSync(path)).toBe(false);
});

test("a file that is no database is told, and stays", async () => {
  const text = "builds: many\n".repeat(100);
  writeFileSync(path, text);
  expect(await complaint()).toEqual({
    kind: "refused",
    message: `${path} is broken (file is not a database): move it away, and metrics begin anew`,
  });
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("a database of something else is told, and stays", async () => {
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE builds (a); INSERT INTO builds VALUES (7)");
  database.close();
  const bytes = readFileSync(path);
  expect(await complaint()).toEqual({
    kind: "refused",
    message: `${path} is a database of something else: move it away, and metrics begin anew`,
  });
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test("a newer lamina's file is told, and stays", async () => {
  await makeFile("PRAGMA user_version = 3");
  const bytes = readFileSync(path);
  expect(await complaint()).toEqual({
    kind: "refused",
    message: `${path} was written by a newer lamina (version 3, this one knows 2): use that one, or move the file away`,
  });
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test("an older lamina's file is brought up to date: all its builds were on leased machines", async () => {
  await makeFile("ALTER TABLE builds DROP COLUMN place; PRAGMA user_version = 1");
  const both = [openSqliteMetrics(path), openSqliteMetrics(path)];
  for (const store of both) {
    expect(await store.builds("lamina", 9)).toEqual({ ok: true, value: [build(1)] });
    expect(await store.p95("lamina")).toMatchObject({ ok: true, value: [{ place: "leased", builds: 1 }] });
  }
  for (const store of both) await store.close();
});

test("what was seen on this machine counts only where nothing was on leased ones", async () => {
  const here = { place: "here", tier: "none", cpu: 64, cpuP95: 40, memoryPeakBytes: 60 * 2 ** 30 } as const;
  const leptos = layerName.parse("leptos");
  const store = openSqliteMetrics(path);
  for (const each of [build(1, here), build(2), build(3, here), build(4, { ...here, layer: leptos })])
    await store.record(each);
  expect(await store.p95("lamina")).toMatchObject({
    value: [
      { layer: "leptos", place: "here", cpu: 40, memoryGb: 60, builds: 1 },
      { layer: "rust", place: "leased", cpu: 1.5, memoryGb: 2, builds: 1 },
    ],
  });
  await store.close();
});

test("a file that lost its table is told", async () => {
  await makeFile("DROP TABLE builds");
  expect(await complaint()).toEqual({
    kind: "refused",
    message: `${path} is broken (no such table: builds): move it away, and metrics begin anew`,
  });
});

test("a row that no lamina wrote is told, and fails no call by throwing", async () => {
  await makeFile("UPDATE builds SET layer = 'No Layer'");
  const store = openSqliteMetrics(path);
  expect(await store.p95("lamina")).toEqual({
    ok: false,
    error: {
      kind: "refused",
      message: `${path} is broken (malformed: a build's layer is none): move it away, and metrics begin anew`,
    },
  });
  await store.close();
});

test("an empty file is taken up", async () => {
  writeFileSync(path, "");
  const store = openSqliteMetrics(path);
  expect(await store.record(build(1))).toEqual({ ok: true, value: undefined });
  expect(await store.builds("lamina", 1)).toEqual({ ok: true, value: [build(1)] });
  await store.close();
});

test("where nothing can be written it is told, without a word of what was recorded", async () => {
  writeFileSync(join(directory, "file"), "");
  const store = openSqliteMetrics(join(directory, "file/metrics.db"));
  expect(await store.record(build(1))).toMatchObject({ ok: false, error: { kind: "unreachable" } });
  await store.close();
});

test("of a layer the last two hundred builds are kept", async () => {
  const store = openSqliteMetrics(path);
  for (let minute = 0; minute < 205; minute++) await store.record(build(minute));
  const builds = await store.builds("lamina", 1000);
  expect(builds.ok && builds.value.map(({ atMs }) => atMs)).toEqual(
    Array.from({ length: 200 }, (_, index) => build(204 - index).atMs),
  );
  await store.close();
});

test("several processes make the file and write to it at once, and nothing is lost", async () => {
  const writers = 4;
  const each = 25;
  const script = `
    import { openSqliteMetrics } from ${JSON.stringify(new URL("../../../providers/metrics/sqlite.ts", import.meta.url).href)};
    const store = openSqliteMetrics(process.argv[1]);
    for (let count = 0; count < ${each}; count++) {
      const recorded = await store.record({ ...JSON.parse(process.argv[2]), atMs: count });
      if (!recorded.ok) throw new Error(recorded.error.message);
      const seen = await store.p95("lamina");
      if (!seen.ok) throw new Error(seen.error.message);
    }
    await store.close();
  `;
  const ended = await Promise.all(
    Array.from({ length: writers }, (_, writer) =>
      runProcess(
        {
          program: process.execPath,
          args: [
            "--input-type=module",
            "--eval",
            script,
            path,
            JSON.stringify(build(0, { runId: `run-${writer}` })),
          ],
        },
        new AbortController().signal,
      ),
    ),
  );
  expect(ended.map((end) => (end.ok ? "" : JSON.stringify(end.error)))).toEqual(Array(writers).fill(""));
  const store = openSqliteMetrics(path);
  const builds = await store.builds("lamina", 1000);
  expect(builds.ok && builds.value.length).toBe(writers * each);
  await store.close();
});
