// Catalogs in which several things are wrong at once, or one thing that could be told more than once; and sound ones that look
// suspicious. Long because each stands here whole.

import type { SampleFiles } from "../explain/explanation.ts";
import { completeSample, declare } from "../explain/sound-catalog.ts";
import type { PlantedCase } from "./planted-case.ts";

const debian = "catalog/debian/workflow.ncl";
const debianDockerfile = "catalog/debian/Dockerfile";
const nushell = "catalog/nushell/workflow.ncl";
const nushellDockerfile = "catalog/nushell/Dockerfile";
const rust = "catalog/rust/workflow.ncl";
const rustDockerfile = "catalog/rust/Dockerfile";

function check(name: string, files: SampleFiles, unplaced: readonly string[] = []): PlantedCase {
  return { name, files: completeSample(files), question: { kind: "check" }, unplaced };
}

/** A further layer, on another or on several. */
function layer(
  name: string,
  base: string,
  fields: Readonly<Record<string, string>> = {},
  dockerfile = "",
): SampleFiles {
  return {
    [`catalog/${name}/workflow.ncl`]: declare(name, {
      kind: "'utility",
      build_base: `"${base}"`,
      tools_provided: "[]",
      artifact_paths: "[]",
      language: '"none"',
      ...fields,
    }),
    [`catalog/${name}/Dockerfile`]: `FROM lamina/${base}\n${dockerfile}`,
  };
}

/** The same declaration under lamina's own contract. */
function contracted(text: string): string {
  return `let W = import "lamina/workflow.ncl" in\n${text.trimEnd()} | W.Workflow\n`;
}

export const causesBeforeSymptoms: readonly PlantedCase[] = [
  check("a misspelt base: what the layer requires of it is not missed", {
    [rust]: declare("rust", { build_base: '«E0401:"debain"»', tools_required: '["bash"]' }),
  }),
  check("a misspelt base: nor what others require of the layers below", {
    [rust]: declare("rust", { build_base: '«E0401:"debain"»' }),
    ...layer("app", "rust", { tools_required: '["rustc", "bash", "strange"]' }),
  }),
  check("a syntax error: the layers above know their base", {
    [debian]: declare("debian", { kind: "«E0100:=» 'utility" }),
    [rust]: declare("rust", { tools_required: '["bash"]' }),
  }),
  check("a syntax error in a file that two layers import is told once", {
    "catalog/languages.ncl": '{ rust = «E0100:=» "rust" }\n',
    [rust]: declare("rust", { language: '(import "../languages.ncl").rust' }),
    [nushell]: declare("nushell", { language: '(import "../languages.ncl").rust' }),
  }),
  check("a wrong value in a file that two layers import is told once", {
    "catalog/languages.ncl": '{ rust = «E0307:"Rust!"» }\n',
    [rust]: declare("rust", { language: '(import "../languages.ncl").rust' }),
    [nushell]: declare("nushell", { language: '(import "../languages.ncl").rust' }),
  }),
  check("a missing import is told at each place that asks for it", {
    [rust]: declare("rust", { language: '(import «E0240:"../languages.ncl"»).rust' }),
    [nushell]: declare("nushell", { language: '(import «E0240:"../languages.ncl"»).rust' }),
  }),
  check("a Dockerfile that cannot be read: the layers above know their base", {
    [debianDockerfile]: "FROM debian:trixie-slim\n«E0321:RNU» true\n",
    [rust]: declare("rust", { tools_required: '["bash"]' }),
  }),
  check("a list of tools that cannot be read: nothing is missed of it, the rest is checked", {
    [debian]: declare("debian", { tools_provided: "«E0307:3»", secrets: '[«W0334:"token"»]' }),
    [rust]: declare("rust", { tools_required: '["bash"]' }),
  }),
  check("a layer named differently from its folder is known to others by its folder", {
    [debian]: declare("debian", { name: '«E0308:"debian13"»' }),
  }),
  check("a misspelt field is not missing as well", {
    [rust]: declare("rust", { tools_provided: undefined, "«E0306:tools_provide»": '["rustc"]' }),
    ...layer("app", "rust", { tools_required: '["rustc"]' }),
  }),
  check("a layer misspelt in the Dockerfile: that the right one is not used is not told", {
    [rust]: declare("rust", { copies_from: '["nushell"]' }),
    [rustDockerfile]: "FROM lamina/debian\nCOPY --from=«E0331:lamina/nushel» /usr/bin/nu /usr/bin/\n",
  }),
  check("a secret misspelt on one side is told once", {
    [rust]: declare("rust", { secrets: '["registry_token"]' }),
    [rustDockerfile]: "FROM lamina/debian\nRUN --mount=type=secret,id=«E0333:registry_tokens» install-rust\n",
  }),
  check("a circle: what its layers and those above require is not missed", {
    [nushell]: declare("nushell", { build_base: '«E0403:"rust"»', tools_required: '["bash"]' }),
    [nushellDockerfile]: "FROM lamina/rust\n",
    [rust]: declare("rust", { build_base: '"nushell"' }),
    [rustDockerfile]: "FROM lamina/nushell\n",
    ...layer("app", "rust", { tools_required: '["bash", "rustc"]' }),
  }),
  check("an ignore file that cannot be read: whether files are ignored is not told", {
    "catalog/rust/.dockerignore": "*\n«E0325:[a»\n",
    "catalog/rust/install": "",
    [rustDockerfile]: "FROM lamina/debian\nCOPY install /\n",
  }),
  check("a here-document that is left open: what it swallows is not told", {
    [rust]: declare("rust", { target: '"final"' }),
    [rustDockerfile]:
      "FROM lamina/debian AS builder\n«E0321:RUN <<END»\ntrue\n\nFROM lamina/debian AS final\n",
  }),
];

export const severalAtOnce: readonly PlantedCase[] = [
  check("each layer has a fault of another kind", {
    [debian]: declare("debian", { language: undefined, "«E0306:langauge»": '"shell"' }),
    [nushell]: declare("nushell", { build_base: '«E0401:"debiann"»', kind: "«E0307:'tool»" }),
    [rustDockerfile]: "FROM lamina/debian\nRUN --mount=type=secret,id=«E0333:token» install-rust\n",
  }),
  check("declaration and Dockerfile disagree in everything", {
    [rust]: declare("rust", {
      build_base: '«E0330:"nushell"»',
      args: '{ «W0337:CHANNEL» = "stable" }',
      secrets: '[«W0334:"signing"»]',
    }),
    [rustDockerfile]: `FROM lamina/debian
COPY --from=lamina/nushell /usr/bin/nu /usr/bin/
COPY «E0323:missing» /
RUN --mount=type=secret,id=«E0333:token» --mount=«E0335:type=ssh» install-rust
`,
  }),
  check(
    "two unknown bases, an unknown layer to copy from, a missing declaration",
    {
      [nushell]: declare("nushell", { build_base: '«E0401:"alpine"»' }),
      [rust]: declare("rust", { build_base: '«E0401:"fedora"»', copies_from: '[«E0402:"python"»]' }),
      "catalog/zig/Dockerfile": "FROM lamina/debian\n",
    },
    ["E0303"],
  ),
  check("two circles and a layer on itself", {
    ...layer("a", "b", { build_base: '«E0403:"b"»' }),
    ...layer("b", "a"),
    ...layer("x", "y", { build_base: '«E0403:"y"»' }),
    ...layer("y", "z"),
    ...layer("z", "x"),
    ...layer("self", "self", { build_base: '«E0403:"self"»' }),
  }),
  check("a circle by way of copies, and a fault beside it", {
    [nushell]: declare("nushell", { copies_from: '[«E0403:"rust"»]', tools_required: '[«E0406:"python"»]' }),
    [nushellDockerfile]: "FROM lamina/debian\nCOPY --from=lamina/rust /usr/bin/rustc /\n",
    [rust]: declare("rust", { copies_from: '["nushell"]' }),
    [rustDockerfile]: "FROM lamina/debian\nCOPY --from=lamina/nushell /usr/bin/nu /\n",
  }),
  check("tools: twice in a chain of three, and one that nobody provides", {
    [rust]: declare("rust", { tools_provided: '["rustc", «E0405:"bash"»]' }),
    ...layer("app", "rust", {
      tools_provided: '[«E0405:"bash"», «E0405:"rustc"», "app"]',
      tools_required: '["rustc", «E0406:"python"»]',
    }),
  }),
  check("tools: what a layer below only copied from is not at hand", {
    [rust]: declare("rust", { copies_from: '["nushell"]', tools_required: '["nu"]' }),
    [rustDockerfile]: "FROM lamina/debian\nCOPY --from=lamina/nushell /usr/bin/nu /opt/\n",
    ...layer("app", "rust", { tools_required: '["rustc", "bash", «E0406:"nu"»]' }),
  }),
  check("tools: versions, shells and others' checks", {
    [rust]: declare("rust", {
      tools_provided: `[
    "rustc",
    { name = "cargo", check = «W0341:["cargo --version"]», version = «E0340:">=2 <1"» },
    { name = "sccache", check = «W0342:["rustc", "-V"]» },
    { name = "cargo-chef", check = ["cargo", "chef", "--version"] },
    { name = "gcc", check = «W0341:["gcc", "--version", "&&", "true"]» },
  ]`,
    }),
  }),
  check("platforms: seen through a layer that has none", {
    [debian]: declare("debian", { platforms: '["linux/amd64"]' }),
    [nushell]: declare("nushell", { build_base: '«W0408:"debian"»' }),
    [rust]: declare("rust", { build_base: '"nushell"', platforms: '["linux/amd64", «E0404:"linux/arm64"»]' }),
    [rustDockerfile]: "FROM lamina/nushell\n",
  }),
  check("platforms: of a layer that is only copied from", {
    [nushell]: declare("nushell", { platforms: '["linux/arm64"]' }),
    [rust]: declare("rust", {
      copies_from: '["nushell"]',
      platforms: '[«E0404:"linux/amd64"», "linux/arm64"]',
    }),
    [rustDockerfile]: "FROM lamina/debian\nCOPY --from=lamina/nushell /usr/bin/nu /usr/bin/\n",
  }),
  check("lists: something twice; half a size; a path that is not absolute", {
    [rust]: declare("rust", {
      tools_provided: '["rustc", «E0307:"rustc"»]',
      artifact_paths: '["/usr/bin/rustc", «E0307:"usr/bin/cargo"»]',
      cpu: "«E0307:4»",
    }),
  }),
  check("in Dockerfiles: two malformed instructions, a stage lost, a file ignored", {
    [debian]: declare("debian", { build_base: '{ image = "debian" }' }),
    [debianDockerfile]: "«E0326:FROM debian AS debian»\n",
    [nushellDockerfile]: "FROM lamina/debian\n«E0321:RNU» true\n«E0321:COPY nu»\n",
    "catalog/rust/.dockerignore": "*.key\n",
    "catalog/rust/a.key": "",
    [rustDockerfile]: "FROM lamina/debian\nCOPY «E0324:a.key» «E0323:b.key» /\n",
  }),
  check("the catalog's directives and a layer", {
    "catalog/build_directives.ncl": '{ workspace = «E0307:"La Mina"», «E0306:compute_provder» = \'hcloud }\n',
    [rust]: declare("rust", { language: "«E0307:3»" }),
  }),
  check("under lamina's contract: a wrong kind of value and an unknown field", {
    [nushell]: contracted(declare("nushell", { language: "«E0210:3»" })),
    [rust]: contracted(declare("rust", { "«E0211:colour»": '"red"' })),
  }),
  check("what hardly is meant, all in one layer", {
    [rust]: declare("rust", {
      copies_from: '[«W0345:"debian"»]',
      artifact_paths: '[«W0347:"/opt/rust/bin"», "/opt/rust"]',
      args: '{ «W0344:API_KEY» = "1", PUBLIC_KEY = "2" }',
      secrets: '["token", «W0334:"signing"»]',
      ssh: "«W0336:true»",
      runner_type: "'cax21",
      cpu: "«W0349:2»",
      memory_gb: "4",
      time_budget_min: "«W0346:7200»",
    }),
    [rustDockerfile]: `FROM --platform=«W0348:linux/amd64» lamina/debian AS final
ARG API_KEY PUBLIC_KEY
COPY --from=«W0343:alpine» /etc/os-release /
RUN --mount=type=secret,id=token install-rust
`,
  }),
  check("an argument that only a stage beside the way takes", {
    [rust]: declare("rust", { args: '{ «W0337:CHANNEL» = "stable", EDITION = "2024" }' }),
    [rustDockerfile]: `ARG EDITION
FROM lamina/debian AS unused
ARG CHANNEL
FROM lamina/debian
RUN install-rust
`,
  }),
];

export const soundThoughSuspicious: readonly PlantedCase[] = [
  check("stages that the target does not reach may do what they like", {
    [rust]: declare("rust", { target: '"final"' }),
    [rustDockerfile]: `FROM --platform=$BUILDPLATFORM lamina/nowhere AS unused
RUN --mount=type=secret,id=token true
COPY missing /
FROM lamina/debian AS final
`,
  }),
  check("line ends of Windows, a byte-order mark, tabs", {
    [rust]: `\uFEFF${declare("rust").replaceAll("\n", "\r\n").replaceAll("  ", "\t")}`,
    [rustDockerfile]: "FROM lamina/debian\r\nRUN install-rust \\\r\n  && true\r\n",
  }),
  check("a layer to copy from that only a builder stage stands on", {
    [nushell]: declare("nushell", { copies_from: '["rust"]', tools_required: '["rustc", "bash"]' }),
    [nushellDockerfile]:
      "FROM lamina/rust AS builder\nRUN true\nFROM lamina/debian\nCOPY --from=builder /nu /usr/bin/\n",
  }),
  check("the same tool in two layers side by side, and in one that is copied from", {
    [nushell]: declare("nushell", { tools_provided: '["nu", "rustc"]' }),
    ...layer("app", "nushell", { copies_from: '["rust"]' }, "COPY --from=lamina/rust /usr/bin/rustc /opt/\n"),
  }),
  check("another workspace, a Dockerfile of another name, predefined arguments, a global ARG", {
    "catalog/build_directives.ncl": '{ workspace = "acme" }\n',
    [debian]: declare("debian", { args: '{ RELEASE = "trixie-slim", HTTP_PROXY = "http://proxy" }' }),
    [debianDockerfile]: "ARG RELEASE=bookworm\nFROM debian:$RELEASE\n",
    [nushellDockerfile]: "FROM acme/debian:whatever\n",
    [rust]: declare("rust", { dockerfile: '"build/rust.Dockerfile"' }),
    "catalog/rust/build/rust.Dockerfile": "FROM acme/debian\n",
  }),
  check("a stage for the builder's own platform that is only copied from", {
    [rustDockerfile]: `FROM --platform=$BUILDPLATFORM lamina/debian AS cross
FROM --platform=$TARGETPLATFORM lamina/debian
COPY --from=cross /rustc /usr/bin/
`,
  }),
  check("under lamina's contract, with all optional fields, by way of imports and merges", {
    "catalog/shared.ncl": '{ language | default = "rust", time_budget_min = 90 }\n',
    [rust]: `let W = import "lamina/workflow.ncl" in
(import "../shared.ncl") & ${declare("rust", {
      language: undefined,
      platforms: '["linux/amd64"]',
      args: '{ CHANNEL = "stable" }',
      cpu: "2",
      memory_gb: "4",
    }).trimEnd()} | W.Workflow
`,
    [rustDockerfile]: "FROM lamina/debian\nARG CHANNEL\n",
  }),
];
