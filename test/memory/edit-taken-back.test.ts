// What is kept of a catalog after an edit, sound or not, that is taken back: the catalog is what it was.

import { expect, test } from "vitest";
import { Memory } from "../../engine/memory/memory.ts";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import { checkCatalog } from "../../engine/project.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeFiles } from "../fakes/files.ts";
import { catalogFiles, layer } from "../graph/memory-catalog.ts";

const workflow = "/project/catalog/rust/workflow.ncl";
const original = catalogFiles({ debian: [], rust: ["debian"] });

async function look(files: FakeFiles) {
  const memory = new Memory({ files, folder: "/project/.lamina/cache", producer: "test", nowMs: () => 0 });
  const evaluator = createEvaluator({ files: memory.files, importPaths: [] });
  const host = { files, clock: new FakeClock(), env: () => undefined };
  const evaluate = (path: string) => evaluator.evaluate(path);
  const { graph } = await checkCatalog({ directory: "/project", host, evaluate, memory });
  memory.save();
  for (let tick = 0; tick < 50; tick++) files.put("/tick", "");
  const rust = graph?.layer(layer("rust"));
  return rust && { base: rust.workflow.build_base, text: rust.located.span.file.text };
}

test.each<readonly [string, string, string]>([
  ["a misspelt base", '"debian"', '"debain"'],
  ["another name", 'name = "rust"', 'name = "rost"'],
  ["a syntax error", "kind = ", "kind = = "],
  ["a sound edit", "artifact_paths = []", 'artifact_paths = ["/bin/x"]'],
])("%s", async (_, from, to) => {
  const files = new FakeFiles(original);
  await look(files);
  await look(files);
  files.put(workflow, (original[workflow] ?? "").replace(from, to));
  await look(files);
  await look(files);
  files.put(workflow, original[workflow] ?? "");
  const due = { base: "debian", text: original[workflow] };
  expect(await look(files)).toEqual(due);
  expect(await look(files)).toEqual(due);
});
