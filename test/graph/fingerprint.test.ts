import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ImageDigest, imageDigest, sha256 } from "../../engine/core/digest.ts";
import {
  combineInputs,
  lockInputsOf,
  type OwnInputs,
  readOwnInputs,
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
  test("all of the folder but the declaration, the Dockerfile among them", async () => {
    expect(
      await paths({
        "b/c": "",
        a: "",
        link: { link: "a" },
        empty: { folder: true },
        "build_directives.ncl": "{}",
        ".build-spec.ncl": "{}",
        "other.ncl": "{}",
      }),
    ).toEqual(["Dockerfile", "a", "b/c", "empty/", "link", "other.ncl"]);
  });

  test("what .dockerignore leaves in, and the Dockerfile in any case", async () => {
    expect(
      await paths({
        ".dockerignore": "*\n!src/**/*.rs\n!keep\n",
        "src/main.rs": "",
        "src/notes.md": "",
        "src/deep/lib.rs": "",
        "keep/file": "",
        "target/x": "",
      }),
    ).toEqual(["Dockerfile", "keep/file", "src/deep/lib.rs", "src/main.rs"]);
    expect(await paths({ ".dockerignore": "**/*.log\n", "logs/a.log": "" })).toEqual([
      ".dockerignore",
      "Dockerfile",
      "logs/",
    ]);
  });

  test("the Dockerfile's own ignore file comes before the general one", async () => {
    expect(
      await paths({ "Dockerfile.dockerignore": "a\n*ignore\n", ".dockerignore": "b\n", a: "", b: "" }),
    ).toEqual(["Dockerfile", "b"]);
  });

  test("a folder that cannot be read is told, unless it is ignored", async () => {
    const files = filesWith({ "secret/x": "" });
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
    expect(await paths({ ...declared, ...language("a") })).toEqual(["Dockerfile"]);
    expect(await digestOf({ ...declared, ...language("a") })).toBe(
      await digestOf({ ...declared, ...language("b") }),
    );

    for (const source of [".", "*.ncl", "language.ncl", "$HOME"]) {
      const copied = { ...declared, Dockerfile: `FROM debian:trixie-slim\nCOPY ${source} /\n` };
      expect(await digestOf({ ...copied, ...language("a") })).not.toBe(
        await digestOf({ ...copied, ...language("b") }),
      );
    }
    const other = { ...declared, Dockerfile: "FROM debian:trixie-slim\nCOPY *.txt /\n" };
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
  const inputs = await own(filesWith({ a: "1" }));
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

  test("what goes into the lock is of its schema", async () => {
    const recorded = lockInputsOf(
      inputs,
      new Map([[rust, image("1")]]),
      new Map([["debian:trixie-slim", image("2")]]),
    );
    expect(lockInputs.parse(recorded)).toEqual(recorded);
    expect(recorded.files).toEqual({
      Dockerfile: `${sha256("FROM debian:trixie-slim\n").slice(7, 23)} 644`,
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
      `"sha256:f89a056f86ab33558b9cd670b5a9e01aa244278c137e061ca6b6fa6eada31c2e"`,
    );
  });

  test("of a large context the lock keeps a line a folder", async () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`src/${index}`, `${index}`]));
    const before = await own(filesWith({ ...many, a: "" }));
    const after = await own(filesWith({ ...many, a: "", "src/7": "x" }));
    const [was, is] = [before, after].map((each) => lockInputsOf(each, new Map(), new Map()).files);
    expect(Object.keys(was ?? {})).toEqual(["Dockerfile", "a", "src/"]);
    expect(was?.["src/"]).toMatch(/^[0-9a-f]{16} of 201$/);
    expect(is?.["src/"]).not.toBe(was?.["src/"]);
    expect(is?.["a"]).toBe(was?.["a"]);
    expect(after.digest).not.toBe(before.digest);
  });
});

describe("any context", () => {
  const name = fc.stringMatching(/^[a-z_ é][a-z0-9. é-]{0,5}$/);
  const seed: fc.Arbitrary<Seed> = fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.record({ content: fc.string({ maxLength: 4 }), mode: fc.constantFrom(0o644, 0o755) }),
    fc.record({ link: fc.string({ minLength: 1, maxLength: 4 }) }),
  );
  const context = fc
    .uniqueArray(fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), seed), {
      // One top folder an entry, so that none stands in another's way.
      selector: ([segments]) => segments[0],
      minLength: 1,
      maxLength: 6,
    })
    .map((entries) => entries.map(([segments, content]) => [segments.join("/"), content] as const));

  test("the order of making, times and others' write bits change nothing", async () => {
    await fc.assert(
      fc.asyncProperty(context, async (entries) => {
        const files = filesWith(Object.fromEntries(entries));
        const shuffled = filesWith(Object.fromEntries(entries.toReversed()));
        for (const [file] of entries) shuffled.touch(`${folder}/${file}`);
        expect(JSON.stringify([...(await own(shuffled)).files])).toBe(
          JSON.stringify([...(await own(files)).files]),
        );
        for (const [file, content] of entries) {
          if (!(typeof content === "object" && "mode" in content)) continue;
          shuffled.put(`${folder}/${file}`, { ...content, mode: content.mode | 0o022 });
        }
        expect(await own(shuffled)).toEqual(await own(files));
      }),
      { numRuns: 40 },
    );
  });

  test("a changed byte, mode, target or name always changes the digest", async () => {
    await fc.assert(
      fc.asyncProperty(context, fc.nat(), async (entries, pick) => {
        const before = await digestOf(Object.fromEntries(entries));
        const index = pick % entries.length;
        const [file, content] = entries[index] ?? ["", ""];
        const others = entries.filter((_, at) => at !== index);
        const variants = [
          [...others, [file, changed(content)] as const],
          [...others, [file, anotherKind(content)] as const],
          [...others, [`${file}~`, content] as const],
          others,
        ];
        const digests = await Promise.all(variants.map((variant) => digestOf(Object.fromEntries(variant))));
        expect(new Set([before, ...digests]).size).toBe(variants.length + 1);
      }),
      { numRuns: 40 },
    );
  });
});

function changed(content: Seed): Seed {
  if (typeof content === "string") return `${content}!`;
  if (content instanceof Uint8Array) return new Uint8Array([...content, 0]);
  if ("link" in content) return { link: `${content.link}!` };
  if ("folder" in content) return content;
  return { ...content, content: `${String(content.content)}!` };
}

/** The same bytes as something else: another mode, or a file in place of a link. */
function anotherKind(content: Seed): Seed {
  if (typeof content === "string" || content instanceof Uint8Array) return { content, mode: 0o755 };
  if ("link" in content) return content.link;
  if ("folder" in content) return content;
  return { ...content, mode: content.mode ^ 0o100 };
}
