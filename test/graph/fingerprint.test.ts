import { describe, expect, test } from "vitest";
import { type ImageDigest, imageDigest, sha256 } from "../../engine/core/digest.ts";
import { canonicalJson } from "../../engine/graph/canonical-json.ts";
import {
  combineInputs,
  lockInputsOf,
  type OwnInputs,
  readOwnInputs,
  recipeVersion,
} from "../../engine/graph/fingerprint.ts";
import { lockInputs } from "../../schemas/lock.ts";
import { platform } from "../../schemas/platform.ts";
import { FakeFiles, type Seed } from "../fakes/files.ts";
import { catalogFiles, graphOf, layer } from "./memory-catalog.ts";

const folder = "/project/catalog/debian";
const arm = platform.parse("linux/arm64");

function filesWith(context: Readonly<Record<string, Seed>>): FakeFiles {
  return new FakeFiles({
    ...catalogFiles({ debian: [] }),
    ...Object.fromEntries(Object.entries(context).map(([name, seed]) => [`${folder}/${name}`, seed])),
  });
}

async function own(files: FakeFiles, name = "debian"): Promise<OwnInputs> {
  const read = readOwnInputs((await graphOf(files)).layer(layer(name)), files);
  if (!read.ok) throw new Error(read.error.map(({ message }) => message).join("\n"));
  return read.value;
}

/** A Dockerfile that copies from the context. */
function copying(sources: string) {
  return { Dockerfile: `FROM debian:trixie-slim\nCOPY ${sources} /\n` };
}

async function digestOf(context: Readonly<Record<string, Seed>>): Promise<string> {
  return combineInputs(await own(filesWith(context)), arm, new Map(), new Map());
}

async function paths(context: Readonly<Record<string, Seed>>): Promise<string[]> {
  return [...(await own(filesWith(context))).files.keys()];
}

const plainWorkflow = catalogFiles({ debian: [] })[`${folder}/workflow.ncl`] ?? "";

function language(comment: string) {
  return { "language.ncl": `# ${comment}\n"none"\n` };
}

function image(text: string): ImageDigest {
  return imageDigest(sha256(text));
}

describe("files that count", () => {
  test("those that the Dockerfile takes, and its own instructions", async () => {
    const context = {
      a: "1",
      "run.sh": { content: "2", mode: 0o775 },
      link: { link: "a" },
      empty: { folder: true },
      unseen: "",
    } as const;
    const copies = "FROM debian:trixie-slim\nCOPY a run.sh /\nCOPY --parents link empty /\n";
    const { files } = await own(filesWith({ ...context, Dockerfile: copies }));
    expect(Object.fromEntries(files)).toEqual({
      Dockerfile: expect.stringMatching(/^[0-9a-f]{64} instructions$/),
      a: `${sha256("1").slice(7)} 644`,
      "empty/": "folder 755",
      link: "-> a",
      "run.sh": `${sha256("2").slice(7)} 755`,
    });
    expect(await paths({ ...context, Dockerfile: "FROM debian:trixie-slim\n" })).toEqual(["Dockerfile"]);
  });

  test("a Dockerfile that is copied counts to the byte", async () => {
    const copied = copying(".");
    const { files } = await own(filesWith(copied));
    expect(files.get("Dockerfile")).toBe(`${sha256(copied.Dockerfile).slice(7)} 644`);
    expect(await digestOf({ Dockerfile: `# a comment\n${copied.Dockerfile}` })).not.toBe(
      await digestOf(copied),
    );
    const unsent = { ...copied, ".dockerignore": "Dockerfile\n" };
    expect(await digestOf({ ...unsent, Dockerfile: `# a comment\n${copied.Dockerfile}` })).toBe(
      await digestOf(unsent),
    );
  });

  test("a Dockerfile that is no UTF-8 counts to the byte", async () => {
    const [one, other] = [0xf0, 0xf1].map((byte) =>
      Buffer.from([...Buffer.from("FROM debian:trixie-slim\nRUN echo "), byte]),
    );
    if (one === undefined || other === undefined) throw new Error("two Dockerfiles");
    expect(await digestOf({ Dockerfile: one })).not.toBe(await digestOf({ Dockerfile: other }));
  });

  test("the Dockerfile's own ignore file comes before the general one", async () => {
    const ignores = { "Dockerfile.dockerignore": "a\n", ".dockerignore": "b\n", a: "", b: "" };
    expect(await paths({ ...ignores, ...copying("a* b*") })).toEqual(["Dockerfile", "b"]);
  });

  test("a folder that cannot be read is told, unless it is ignored", async () => {
    const files = filesWith({ "secret/x": "", ...copying("secret") });
    const debian = (await graphOf(files)).layer(layer("debian"));
    files.deny(`${folder}/secret`);
    const read = readOwnInputs(debian, files);
    expect(read.ok ? undefined : read.error.map(({ code, message }) => `${code} ${message}`)).toEqual([
      `E0420 cannot read catalog/debian/secret, which the build would see: denied: ${folder}/secret`,
    ]);
    files.put(`${folder}/.dockerignore`, "secret\n");
    expect(readOwnInputs(debian, files).ok).toBe(true);
  });

  test("Nickel that the declaration imports counts by its value, and by its text once it is copied", async () => {
    const declared = { "workflow.ncl": plainWorkflow.replace('"none"', 'import "language.ncl"') };
    expect(await digestOf({ ...declared, ...language("a") })).toBe(
      await digestOf({ ...declared, ...language("b") }),
    );
    for (const source of [".", "*.ncl", "language.ncl", "$HOME"]) {
      const copied = { ...declared, ...copying(source) };
      expect(await digestOf({ ...copied, ...language("a") })).not.toBe(
        await digestOf({ ...copied, ...language("b") }),
      );
    }
    const other = { ...declared, ...copying("*.txt") };
    expect(await digestOf({ ...other, ...language("a") })).toBe(
      await digestOf({ ...other, ...language("b") }),
    );
  });
});

describe("the declaration", () => {
  test.each([
    "runner_type = 'cax21,",
    "cpu = 4, memory_gb = 8,",
    "time_budget_min = 30,",
    'platforms = ["linux/arm64"],',
    "# a comment\n",
    "ssh = false,",
    'dockerfile = "Dockerfile",',
  ])("%s changes nothing", async (fields) => {
    const workflow = plainWorkflow.replace(/\}\n$/, `${fields}}\n`);
    expect(await digestOf({ "workflow.ncl": workflow })).toBe(await digestOf({}));
  });

  test("what is asked of the image, and what goes into it, does", async () => {
    const pending = [
      plainWorkflow,
      plainWorkflow.replace("tools_provided = []", 'tools_provided = ["bash"]'),
      plainWorkflow.replace(
        "tools_provided = []",
        'tools_provided = [{ name = "bash", check = ["bash", "-c", "true"] }]',
      ),
      plainWorkflow.replace("tools_provided = []", 'tools_provided = [{ name = "bash", version = ">=5" }]'),
      plainWorkflow.replace("artifact_paths = []", 'artifact_paths = ["/bin/bash"]'),
    ].map((workflow) => digestOf({ "workflow.ncl": workflow }));
    expect(new Set(await Promise.all(pending)).size).toBe(pending.length);
  });

  test("the order of a list that means a set does not", async () => {
    const [one, other] = await Promise.all(
      ['["bash", "cat"]', '["cat", "bash"]'].map((tools) =>
        digestOf({
          "workflow.ncl": plainWorkflow.replace("tools_provided = []", `tools_provided = ${tools}`),
        }),
      ),
    );
    expect(one).toBe(other);
  });
});

describe("combining", async () => {
  const inputs = await own(filesWith({ a: "1", ...copying("a") }));
  const rust = layer("rust");
  const nushell = layer("nushell");

  test("platform, parents and bases count; their order does not", async () => {
    const digests = [
      combineInputs(inputs, arm, new Map(), new Map()),
      combineInputs(inputs, platform.parse("linux/amd64"), new Map(), new Map()),
      combineInputs(inputs, arm, new Map([[rust, image("1")]]), new Map()),
      combineInputs(inputs, arm, new Map([[rust, image("2")]]), new Map()),
      combineInputs(inputs, arm, new Map([[nushell, image("1")]]), new Map()),
      combineInputs(inputs, arm, new Map(), new Map([["rust", image("1")]])),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    const pairs = [
      [rust, image("1")],
      [nushell, image("2")],
    ] as const;
    const one = combineInputs(inputs, arm, new Map(pairs), new Map());
    const other = combineInputs(inputs, arm, new Map(pairs.toReversed()), new Map());
    expect(one).toBe(other);
    expect(JSON.stringify(lockInputsOf(inputs, new Map(pairs), new Map()))).toBe(
      JSON.stringify(lockInputsOf(inputs, new Map(pairs.toReversed()), new Map())),
    );
  });

  test("the digest is that of canonical JSON", () => {
    const parents = new Map([
      [rust, image("1")],
      [nushell, image("2")],
    ]);
    const bases = new Map([
      ['b"\\u00e9', image("3")],
      ["a", image("4")],
    ]);
    const canonical = canonicalJson({
      recipe: recipeVersion,
      layer: inputs.layer,
      platform: arm,
      own: inputs.digest,
      parents: Object.fromEntries(parents),
      bases: Object.fromEntries(bases),
    });
    expect(combineInputs(inputs, arm, parents, bases)).toBe(sha256(canonical));
  });

  test("what goes into the lock is of its schema", async () => {
    const recorded = lockInputsOf(
      inputs,
      new Map([[rust, image("1")]]),
      new Map([["debian:trixie-slim", image("2")]]),
    );
    expect(lockInputs.parse(recorded)).toEqual(recorded);
    expect(recorded.files).toEqual({
      Dockerfile: expect.stringMatching(/^[0-9a-f]{16} instructions$/),
      a: `${sha256("1").slice(7, 23)} 644`,
    });
    expect(recorded.declaration).toEqual({
      args: {},
      artifact_paths: [],
      build_base: { image: "debian:trixie-slim" },
      copies_from: [],
      dockerfile: "Dockerfile",
      secrets: [],
      ssh: false,
      tools_provided: [],
    });
  });

  test("the digest of these inputs, which only a new recipe may change", async () => {
    expect(combineInputs(inputs, arm, new Map([[rust, image("1")]]), new Map())).toMatchInlineSnapshot(
      `"sha256:02ba1cb82c903e728883300b8c87432836bfb2d39c3dd9e3e5d11fced885e5ef"`,
    );
  });

  test("of a large context the lock keeps a line a folder", async () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`src/${index}`, `${index}`]));
    const before = await own(filesWith({ ...many, a: "", ...copying("a src") }));
    const after = await own(filesWith({ ...many, a: "", "src/7": "x", ...copying("a src") }));
    const [was, is] = [before, after].map((each) => lockInputsOf(each, new Map(), new Map()).files);
    expect(Object.keys(was ?? {})).toEqual(["Dockerfile", "a", "src/"]);
    expect(was?.["src/"]).toMatch(/^[0-9a-f]{16} of 201$/);
    expect(is?.["src/"]).not.toBe(was?.["src/"]);
    expect(is?.["a"]).toBe(was?.["a"]);
    expect(after.digest).not.toBe(before.digest);
  });
});
