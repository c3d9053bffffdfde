// E04xx and W04xx: what is wrong between layers. Long because each code stands here whole.

import type { Explanation } from "./explanation.ts";
import { declare } from "./sound-catalog.ts";

const check = { kind: "check" } as const;
const rust = "catalog/rust/workflow.ncl";
const dockerfile = "catalog/rust/Dockerfile";
const debian = "catalog/debian/workflow.ncl";
const nushell = "catalog/nushell/workflow.ncl";

export const betweenLayers: readonly Explanation[] = [
  {
    code: "E0401",
    title: "a base that is no layer",
    cause: "A string in build_base names a layer of the catalog, and there is none of that name.",
    fix: 'Mend the spelling; an image from outside is written as a record: { image = "debian:trixie-slim" }.',
    question: check,
    wrong: { [rust]: declare("rust", { build_base: '«"debain"»' }) },
    mended: { [rust]: declare("rust", { build_base: '"debian"' }) },
  },
  {
    code: "E0402",
    title: "a layer to copy from that does not exist",
    cause:
      "copies_from names layers of the catalog only. An image from outside needs no declaration: COPY --from=image suffices.",
    fix: "Mend the spelling, or take the name out.",
    question: check,
    wrong: {
      [rust]: declare("rust", { copies_from: '[«"nushel"»]' }),
      [dockerfile]: "FROM lamina/debian\nCOPY --from=lamina/nushell /usr/bin/nu /usr/bin/\n",
    },
    mended: {
      [rust]: declare("rust", { copies_from: '["nushell"]' }),
      [dockerfile]: "FROM lamina/debian\nCOPY --from=lamina/nushell /usr/bin/nu /usr/bin/\n",
    },
  },
  {
    code: "E0403",
    title: "layers that stand on one another in a circle",
    cause:
      "Each of the layers would have to be built before the others. The trail is the shortest way round; each step of it is shown with its place.",
    fix: "Take one of the steps out: let one layer stand on something else, or move what both need to a layer below them.",
    question: check,
    wrong: {
      [nushell]: declare("nushell", { build_base: '«"rust"»' }),
      "catalog/nushell/Dockerfile": "FROM lamina/rust\nRUN install-nu\n",
      [rust]: declare("rust", { build_base: '"nushell"' }),
      [dockerfile]: "FROM lamina/nushell\nRUN install-rust\n",
    },
    mended: {
      [nushell]: declare("nushell", { build_base: '"rust"' }),
      "catalog/nushell/Dockerfile": "FROM lamina/rust\nRUN install-nu\n",
      [rust]: declare("rust", { build_base: '"debian"' }),
      [dockerfile]: "FROM lamina/debian\nRUN install-rust\n",
    },
  },
  {
    code: "E0404",
    title: "a platform that a layer below is not declared for",
    cause:
      "A layer can be built for a platform only if all that it takes from is. Layers without platforms go along with any, so that the question passes on to those below them.",
    fix: "Add the platform below, or take it out here.",
    question: check,
    wrong: {
      [debian]: declare("debian", { platforms: '["linux/amd64"]' }),
      [nushell]: declare("nushell", { platforms: '["linux/amd64"]' }),
      [rust]: declare("rust", { platforms: '["linux/amd64", «"linux/arm64"»]' }),
    },
    mended: {
      [debian]: declare("debian", { platforms: '["linux/amd64", "linux/arm64"]' }),
      [nushell]: declare("nushell", { platforms: '["linux/amd64"]' }),
      [rust]: declare("rust", { platforms: '["linux/amd64", "linux/arm64"]' }),
    },
  },
  {
    code: "E0405",
    title: "a tool that the image has already",
    cause:
      "A layer provides a tool that a layer below it in its chain of bases provides too. Only one of the two is found, and which depends on PATH. What is merely copied from does not count: its tools are not in the image.",
    fix: "Let one layer provide it; to replace it on purpose, take it out of the lower one.",
    question: check,
    wrong: { [rust]: declare("rust", { tools_provided: '["rustc", «"bash"»]' }) },
    mended: { [rust]: declare("rust", { tools_provided: '["rustc"]' }) },
  },
  {
    code: "E0406",
    title: "a tool that is required, but that nothing below provides",
    cause:
      "tools_required names what the build of a layer needs at hand. At hand are the tools of its base's image, with all that this stands on, and of the images that it copies from. What those in turn only copied from is not in them.",
    fix: "Stand on, or copy from, a layer that provides it; or let a layer below provide it.",
    question: check,
    wrong: { [rust]: declare("rust", { tools_required: '[«"nu"»]' }) },
    mended: {
      [rust]: declare("rust", { copies_from: '["nushell"]', tools_required: '["nu"]' }),
      [dockerfile]: "FROM lamina/debian\nRUN --mount=from=lamina/nushell,target=/nu install-rust\n",
    },
  },
  {
    code: "W0407",
    title: "a replacement that replaces nothing",
    cause:
      "--base, or bases in .lamina/local.json, names an image that no layer takes from by that very name.",
    fix: "Write the name as the Dockerfiles do.",
    question: { kind: "plan", bases: { "debian:bookworm": "registry.example/debian:trixie" } },
    wrong: {},
    mended: {
      [debian]: declare("debian", { build_base: '{ image = "debian:bookworm" }' }),
      "catalog/debian/Dockerfile": "FROM debian:bookworm\n",
    },
  },
  {
    code: "W0408",
    title: "a layer without platforms on one that is declared for certain ones",
    cause:
      "Without platforms a layer is built for whatever the builder is. On a builder of another platform than those below are declared for, they would be built for it too, or not be found.",
    fix: "Declare the platforms of this layer as well.",
    question: check,
    wrong: {
      [debian]: declare("debian", { platforms: '["linux/arm64"]' }),
      [nushell]: declare("nushell", { platforms: '["linux/arm64"]' }),
      [rust]: declare("rust", { build_base: '«"debian"»' }),
    },
    mended: {
      [debian]: declare("debian", { platforms: '["linux/arm64"]' }),
      [nushell]: declare("nushell", { platforms: '["linux/arm64"]' }),
      [rust]: declare("rust", { platforms: '["linux/arm64"]' }),
    },
  },
  {
    code: "E0420",
    title: "a file of the build that cannot be read",
    cause:
      "The build would see the file, but it cannot be read here, so that nobody can tell whether it changed.",
    fix: "Make it readable, or keep it out with .dockerignore.",
    question: { kind: "plan" },
    wrong: { [dockerfile]: "FROM lamina/debian\nCOPY . /src\n", "catalog/rust/secret.key": "1234\n" },
    unreadable: ["catalog/rust/secret.key"],
    mended: {
      [dockerfile]: "FROM lamina/debian\nCOPY . /src\n",
      "catalog/rust/.dockerignore": "secret.key\n",
      "catalog/rust/secret.key": "1234\n",
    },
  },
];
