// .build-spec.ncl and build_directives.ncl in a layer's folder: what they say, what is wrong with them, how long that is remembered,
// and that a layer is built from the same inputs whatever they say.

import { describe, expect, test } from "vitest";
import { loadCatalog } from "../../engine/catalog/load.ts";
import { readOwnInputs } from "../../engine/graph/fingerprint.ts";
import { Memory } from "../../engine/memory/memory.ts";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import { FakeFiles } from "../fakes/files.ts";
import { judgeCatalog } from "./written-catalog.ts";

const spec = "/project/catalog/one/.build-spec.ncl";
const directives = "/project/catalog/one/build_directives.ncl";

function catalogOf(dockerfile = "FROM scratch\nCOPY kept /\n"): FakeFiles {
  return new FakeFiles({
    "/project/catalog/one/workflow.ncl": `{
      name = "one", kind = 'utility, build_base = { image = "scratch" }, tools_provided = [], artifact_paths = [],
      language = "none",
    }`,
    "/project/catalog/one/Dockerfile": dockerfile,
    "/project/catalog/one/kept": "",
  });
}

/** Loads the catalog as a process of its own would; counts evaluations. */
function loader(files: FakeFiles) {
  const counted = { evaluations: 0 };
  const load = async () => {
    const memory = new Memory({ files, folder: "/project/.lamina/cache", producer: "test", nowMs: () => 0 });
    const evaluator = createEvaluator({ files: memory.files, importPaths: [] });
    const loaded = await loadCatalog("/project", {
      files: memory.files,
      memory,
      evaluate: (entry) => {
        counted.evaluations += 1;
        return evaluator.evaluate(entry);
      },
    });
    memory.save();
    // The file system's time goes on: what was just written may change unseen within one tick.
    for (let tick = 0; tick < 50; tick++) files.put("/tick", "");
    const { diagnostics } = loaded;
    const [layer] = loaded.catalog.layers;
    return diagnostics.length === 0
      ? (layer?.directives ?? layer?.buildSpec)
      : diagnostics.map(({ message }) => message);
  };
  return { load, counted };
}

test("it is remembered until it comes, changes or goes", async () => {
  const files = catalogOf();
  const { load, counted } = loader(files);
  expect([await load(), await load(), counted.evaluations]).toEqual([undefined, undefined, 1]);
  files.put(spec, 'import "../size.ncl"');
  files.put("/project/catalog/size.ncl", "{ runner_type = 'cax31 }");
  const big = { runner_type: "cax31" };
  expect([await load(), await load(), counted.evaluations]).toEqual([big, big, 2]);
  files.put("/project/catalog/size.ncl", "{ cpu = 3, memory_gb = 6, time_budget_min = 90 }");
  const other = { cpu: 3, memory_gb: 6, time_budget_min: 90 };
  expect([await load(), await load(), counted.evaluations]).toEqual([other, other, 3]);
  files.put(spec, "{ cpu = 3 }");
  const fault = ["`cpu` needs memory_gb beside it: a size is both, or a runner_type"];
  expect([await load(), await load()]).toEqual([fault, fault]);
  files.remove(spec);
  expect([await load(), await load()]).toEqual([undefined, undefined]);
});

test("a layer's own directives are remembered likewise, with what they import", async () => {
  const files = catalogOf();
  const { load, counted } = loader(files);
  expect([await load(), counted.evaluations]).toEqual([undefined, 1]);
  files.put(directives, '{ runner_override = import "../size.ncl", runners = { reuse = \'never } }');
  files.put("/project/catalog/size.ncl", "{ runner_type = 'cax31 }");
  const big = { runner_override: { runner_type: "cax31" }, runners: { reuse: "never" } };
  expect([await load(), await load(), counted.evaluations]).toEqual([big, big, 2]);
  files.put("/project/catalog/size.ncl", "{ cpu = 3, memory_gb = 6 }");
  const other = { ...big, runner_override: { cpu: 3, memory_gb: 6 } };
  expect([await load(), await load(), counted.evaluations]).toEqual([other, other, 3]);
  files.remove(directives);
  expect([await load(), await load()]).toEqual([undefined, undefined]);
});

async function digest(files: FakeFiles): Promise<string> {
  const evaluator = createEvaluator({ files, importPaths: [] });
  const { catalog } = await loadCatalog("/project", {
    files,
    evaluate: (entry) => evaluator.evaluate(entry),
  });
  const [layer] = catalog.layers;
  const own = layer && readOwnInputs(layer, files);
  if (own?.ok !== true) throw new Error("no inputs");
  return own.value.digest;
}

describe("the inputs of the layer", () => {
  test("are the same whatever size is asked for", async () => {
    const files = catalogOf();
    const before = await digest(files);
    files.put(spec, "{ runner_type = 'cax41 }");
    files.put(directives, "{ runner_override = { runner_type = 'cax31 }, runners = { reuse = 'never } }");
    expect(await digest(files)).toBe(before);
  });

  test("hold it only as a file that the Dockerfile copies", async () => {
    const files = catalogOf("FROM scratch\nCOPY . /\n");
    const before = await digest(files);
    files.put(spec, "{ runner_type = 'cax41 }");
    expect(await digest(files)).not.toBe(before);
  });
});

test("what is wrong with it is told at its place", async () => {
  expect(
    await judgeCatalog({
      "rust/.build-spec.ncl": `{
  runner_type = 'cax12,
  memory = 4,
}
`,
      "nushell/.build-spec.ncl": "{ cpu = ",
    }),
  ).toBe(`error[E0101]: unexpected end of file
 --> catalog/nushell/.build-spec.ncl:1:9
  |
1 | { cpu =
  |         ^ expected an expression

error[E0307]: \`runner_type\` must be one of 'cax11, 'cax21, 'cax31, 'cax41
 --> catalog/rust/.build-spec.ncl:2:17
  |
2 |   runner_type = 'cax12,
  |                 ^^^^^^
  |
  = help: did you mean 'cax11?

error[E0306]: \`memory\` is not a field of a build spec
 --> catalog/rust/.build-spec.ncl:3:3
  |
3 |   memory = 4,
  |   ^^^^^^ unknown field
  |
  = help: did you mean "memory_gb"?`);
});

test("what cannot be said for one layer is told with where it is said", async () => {
  expect(
    await judgeCatalog({
      "rust/build_directives.ncl": `{
  compute_provider = 'hcloud,
  artifact = { image = "a/b" },
  runner_overide = {},
  runners = { reuse = 'run, max_machines = 2 },
}
`,
    }),
  ).toBe(`error[E0306]: \`compute_provider\` is not a field of a layer's build directives
 --> catalog/rust/build_directives.ncl:2:3
  |
2 |   compute_provider = 'hcloud,
  |   ^^^^^^^^^^^^^^^^ unknown field
  |
  = help: it must be said in catalog/build_directives.ncl, for all layers

error[E0306]: \`artifact\` is not a field of a layer's build directives
 --> catalog/rust/build_directives.ncl:3:3
  |
3 |   artifact = { image = "a/b" },
  |   ^^^^^^^^ unknown field
  |
  = help: it must be said in the layer's workflow.ncl, which has args, secrets, platforms, target and dockerfile

error[E0306]: \`runner_overide\` is not a field of a layer's build directives
 --> catalog/rust/build_directives.ncl:4:3
  |
4 |   runner_overide = {},
  |   ^^^^^^^^^^^^^^ unknown field
  |
  = help: did you mean "runner_override"?

error[E0307]: \`runners.reuse\` must be 'never
 --> catalog/rust/build_directives.ncl:5:23
  |
5 |   runners = { reuse = 'run, max_machines = 2 },
  |                       ^^^^

error[E0306]: \`runners.max_machines\` is not a field of a layer's runners
 --> catalog/rust/build_directives.ncl:5:29
  |
5 |   runners = { reuse = 'run, max_machines = 2 },
  |                             ^^^^^^^^^^^^ unknown field
  |
  = help: it must be said in catalog/build_directives.ncl, for all layers`);
});
