// E0301 to E0309 and what stands from E0340 on: a layer's workflow.ncl by itself. Long because each code stands here whole.

import type { Explanation, SampleFiles } from "./explanation.ts";
import { declare, soundCatalog } from "./sound-catalog.ts";

const check = { kind: "check" } as const;
const rust = "catalog/rust/workflow.ncl";
const rustDockerfile = "catalog/rust/Dockerfile";

/** A project without the sound catalog. */
const nothing: SampleFiles = Object.fromEntries(Object.keys(soundCatalog).map((path) => [path, undefined]));

export const layerDeclaration: readonly Explanation[] = [
  {
    code: "E0301",
    title: "no catalog here or above",
    cause:
      "A project is the nearest folder, from where one is upwards, that has a catalog/ with a layer (catalog/<layer>/workflow.ncl) or a build_directives.ncl.",
    fix: "Go to the project, or point to it with -C DIR; in a new project write the first layer.",
    question: check,
    wrong: { ...nothing, "README.md": "No layers yet.\n" },
    mended: {
      ...nothing,
      "catalog/debian/workflow.ncl": declare("debian"),
      "catalog/debian/Dockerfile": "FROM debian:trixie-slim\n",
    },
  },
  {
    code: "E0302",
    title: "a file of a layer that cannot be read",
    cause: "The file is there, but it is a folder, is not UTF-8, or its permissions forbid to read it.",
    fix: "Mend what the message says.",
    question: check,
    wrong: {
      [rust]: declare("rust", { name: '«"rust"»' }),
      [rustDockerfile]: undefined,
      "catalog/rust/Dockerfile/notes": "A folder, where a file belongs.\n",
    },
    mended: { [rust]: declare("rust"), [rustDockerfile]: "FROM lamina/debian\n" },
  },
  {
    code: "E0303",
    title: "a Dockerfile without a declaration",
    cause:
      "A folder of the catalog with a Dockerfile is a layer, and each layer declares itself in workflow.ncl.",
    fix: "Write the declaration, or move the Dockerfile out of the catalog.",
    question: check,
    wrong: { [rust]: undefined, [rustDockerfile]: "FROM lamina/debian\n" },
    mended: { [rust]: declare("rust"), [rustDockerfile]: "FROM lamina/debian\n" },
  },
  {
    code: "E0304",
    title: "a file that evaluates to something else than a record",
    cause: "workflow.ncl, build_directives.ncl and .lamina/local.json each are one record.",
    fix: "Put the fields into braces: { name = …, … }.",
    question: check,
    wrong: { [rust]: '«["rust", "debian"]»\n' },
    mended: { [rust]: declare("rust") },
  },
  {
    code: "E0305",
    title: "a field that must be there is missing",
    cause:
      "Every layer declares name, kind, build_base, tools_provided, artifact_paths and language; a tool that is a record declares its name, an external base its image.",
    fix: "Write the field, as the help line shows.",
    question: check,
    wrong: { [rust]: declare("rust", { name: '«"rust"»', kind: undefined }) },
    mended: { [rust]: declare("rust") },
  },
  {
    code: "E0306",
    title: "a field that does not exist",
    cause: "Fields that nobody reads are refused, since most of them are misspelt.",
    fix: "Mend the spelling, or take the field out. Further notes belong into a comment: # …",
    question: check,
    wrong: { [rust]: declare("rust", { language: undefined, "«langauge»": '"rust"' }) },
    mended: { [rust]: declare("rust") },
  },
  {
    code: "E0307",
    title: "a value that its field cannot have",
    cause:
      "The value is of the wrong kind, is not one of those that there are, does not have the form of a name or path, stands twice in a list, or names what the provider of machines does not have.",
    fix: "Write a value as the message describes it.",
    question: check,
    wrong: { [rust]: declare("rust", { kind: "«'compiler»" }) },
    mended: { [rust]: declare("rust", { kind: "'toolchain" }) },
  },
  {
    code: "E0308",
    title: "a layer that is named differently from its folder",
    cause:
      "A layer goes by one name: in its folder, in its declaration, and in the Dockerfiles that stand on it.",
    fix: "Rename either of the two.",
    question: check,
    wrong: { [rust]: declare("rust", { name: '«"rustlang"»' }) },
    mended: { [rust]: declare("rust") },
  },
  {
    code: "E0309",
    title: "two layers of one name",
    cause: "A declaration was copied, and its name with it.",
    fix: "Name the layer like its folder.",
    question: check,
    wrong: { [rust]: declare("rust", { name: '«"nushell"»' }) },
    mended: { [rust]: declare("rust") },
  },
  {
    code: "E0340",
    title: "a demand on a version that none can meet",
    cause:
      "Words of a range that stand side by side must all hold, and these exclude each other: the proof could never succeed.",
    fix: "Mend the bounds, or write || between alternatives.",
    question: check,
    wrong: { [rust]: declare("rust", { tools_provided: '[{ name = "rustc", version = «">=2 <1.96"» }]' }) },
    mended: { [rust]: declare("rust", { tools_provided: '[{ name = "rustc", version = ">=1.96 <2" }]' }) },
  },
  {
    code: "W0341",
    title: "a check that is written for a shell",
    cause:
      "The check of a tool is a list of words, the command first, and is run as it stands: without a shell nobody splits a word at its blanks, and && or > are words like any other.",
    fix: 'Write each word by itself, or call a shell: ["sh", "-c", "…"].',
    question: check,
    wrong: {
      [rust]: declare("rust", { tools_provided: '[{ name = "rustc", check = «["rustc --version"]» }]' }),
    },
    mended: {
      [rust]: declare("rust", { tools_provided: '[{ name = "rustc", check = ["rustc", "--version"] }]' }),
    },
  },
  {
    code: "W0342",
    title: "a check that proves another tool",
    cause:
      "The check runs another tool of the same layer, and never names its own: it was copied from there.",
    fix: "Run the tool itself. Without a check, the tool is run with --version.",
    question: check,
    wrong: {
      [rust]: declare("rust", {
        tools_provided: '["rustc", { name = "cargo", check = «["rustc", "--version"]» }]',
      }),
    },
    mended: {
      [rust]: declare("rust", {
        tools_provided: '["rustc", { name = "cargo", check = ["cargo", "--version"] }]',
      }),
    },
  },
  {
    code: "W0343",
    title: "an external image without a version",
    cause:
      "The tag latest, written or left out, stands for another image whenever somebody pushes one. The lock pins what it stood for, but no two people who renew the pin get the same, and nothing says which version was meant.",
    fix: "Name a tag, such as debian:trixie-slim.",
    question: check,
    wrong: {
      "catalog/debian/workflow.ncl": declare("debian", { build_base: '{ image = «"debian"» }' }),
      "catalog/debian/Dockerfile": "FROM debian\n",
    },
    mended: {
      "catalog/debian/workflow.ncl": declare("debian", { build_base: '{ image = "debian:trixie-slim" }' }),
      "catalog/debian/Dockerfile": "FROM debian:trixie-slim\n",
    },
  },
  {
    code: "W0344",
    title: "a build argument that seems to be a secret",
    cause:
      "Build arguments are kept in the image's history, in caches and in the lock. A name with token, password, key and the like seems to be one that should not be.",
    fix: "Declare the secret in secrets and mount it where it is needed.",
    question: check,
    wrong: {
      [rust]: declare("rust", { args: '{ «REGISTRY_TOKEN» = "abc" }' }),
      [rustDockerfile]: "FROM lamina/debian\nARG REGISTRY_TOKEN\nRUN install-rust\n",
    },
    mended: {
      [rust]: declare("rust", { secrets: '["registry_token"]' }),
      [rustDockerfile]: "FROM lamina/debian\nRUN --mount=type=secret,id=registry_token install-rust\n",
    },
  },
  {
    code: "W0345",
    title: "the base among the layers to copy from",
    cause: "A Dockerfile may take from its base without further ado; copies_from is for other layers.",
    fix: "Take the base out of copies_from.",
    question: check,
    wrong: { [rust]: declare("rust", { copies_from: '[«"debian"»]' }) },
    mended: { [rust]: declare("rust") },
  },
  {
    code: "W0346",
    title: "a time budget of more than a day",
    cause: "time_budget_min counts minutes. A number so large is mostly meant in seconds.",
    fix: "Write minutes.",
    question: check,
    wrong: { [rust]: declare("rust", { time_budget_min: "«3600»" }) },
    mended: { [rust]: declare("rust", { time_budget_min: "60" }) },
  },
  {
    code: "W0347",
    title: "an artifact within another",
    cause: "What lies in a folder of artifact_paths is promoted with the folder.",
    fix: "Keep the folder, or name only the files that are wanted.",
    question: check,
    wrong: { [rust]: declare("rust", { artifact_paths: '["/opt/rust", «"/opt/rust/bin/rustc"»]' }) },
    mended: { [rust]: declare("rust", { artifact_paths: '["/opt/rust"]' }) },
  },
  {
    code: "W0349",
    title: "a size beside a runner's type",
    cause: "runner_type names the runner; cpu and memory_gb, which would choose one, are then not heard.",
    fix: "Keep either of the two.",
    question: check,
    wrong: { [rust]: declare("rust", { runner_type: "'cax31", cpu: "«2»", memory_gb: "4" }) },
    mended: { [rust]: declare("rust", { cpu: "2", memory_gb: "4" }) },
  },
];
