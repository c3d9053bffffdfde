// E0320 to E0337 and W0348: a layer's Dockerfile, and whether it and the declaration agree. Long because each code stands here
// whole.

import type { Explanation } from "./explanation.ts";
import { declare } from "./sound-catalog.ts";

const check = { kind: "check" } as const;
const rust = "catalog/rust/workflow.ncl";
const dockerfile = "catalog/rust/Dockerfile";

export const layerDockerfile: readonly Explanation[] = [
  {
    code: "E0320",
    title: "a layer without a Dockerfile",
    cause:
      "Each layer is built by the Dockerfile beside its workflow.ncl, or by the one that `dockerfile` names.",
    fix: "Write it, or mend the name (Dockerfile begins with a capital letter).",
    question: check,
    wrong: { [rust]: declare("rust", { dockerfile: '«"rust.Dockerfile"»' }) },
    mended: { [rust]: declare("rust"), [dockerfile]: "FROM lamina/debian\nRUN install-rust\n" },
  },
  {
    code: "E0321",
    title: "a Dockerfile that BuildKit would refuse",
    cause:
      "An instruction that does not exist, a FROM or COPY that lacks a part, a here-document that is never closed, a stage that takes from itself: found without a build.",
    fix: "Mend the underlined instruction.",
    question: check,
    wrong: { [dockerfile]: "FROM lamina/debian\n«RNU» install-rust\n" },
    mended: { [dockerfile]: "FROM lamina/debian\nRUN install-rust\n" },
  },
  {
    code: "E0322",
    title: "a target that is no stage",
    cause: "`target` names the stage that becomes the image, and the Dockerfile has no stage of that name.",
    fix: "Mend the spelling, or name the stage: FROM … AS final. Without a target the last stage is the image.",
    question: check,
    wrong: {
      [rust]: declare("rust", { target: '«"finale"»' }),
      [dockerfile]: "FROM lamina/debian AS final\nRUN install-rust\n",
    },
    mended: {
      [rust]: declare("rust", { target: '"final"' }),
      [dockerfile]: "FROM lamina/debian AS final\nRUN install-rust\n",
    },
  },
  {
    code: "E0323",
    title: "a file to copy that is not there",
    cause:
      "COPY, ADD and bind mounts without a from= read the layer's own folder. Nothing above it can be reached.",
    fix: "Mend the path, or put the file into the layer's folder.",
    question: check,
    wrong: {
      [dockerfile]: "FROM lamina/debian\nCOPY «instal.sh» /\n",
      "catalog/rust/install.sh": "#!/bin/sh\n",
    },
    mended: {
      [dockerfile]: "FROM lamina/debian\nCOPY install.sh /\n",
      "catalog/rust/install.sh": "#!/bin/sh\n",
    },
  },
  {
    code: "E0324",
    title: "a file to copy that is ignored",
    cause: "The file is there, but .dockerignore (or <Dockerfile>.dockerignore) keeps it out of the build.",
    fix: "Add an exception (!install.sh) below the pattern that ignores it, or do not copy it.",
    question: check,
    wrong: {
      [dockerfile]: "FROM lamina/debian\nCOPY «install.sh» /\n",
      "catalog/rust/.dockerignore": "*\n",
      "catalog/rust/install.sh": "#!/bin/sh\n",
    },
    mended: {
      [dockerfile]: "FROM lamina/debian\nCOPY install.sh /\n",
      "catalog/rust/.dockerignore": "*\n!install.sh\n",
      "catalog/rust/install.sh": "#!/bin/sh\n",
    },
  },
  {
    code: "E0325",
    title: "a malformed pattern in .dockerignore",
    cause:
      "A [ that is never closed, or a backslash with nothing behind it. BuildKit refuses the whole file.",
    fix: "Close the bracket; write \\\\ for a backslash.",
    question: check,
    wrong: { "catalog/rust/.dockerignore": "target\n«[a-z»\n" },
    mended: { "catalog/rust/.dockerignore": "target\n[a-z]\n" },
  },
  {
    code: "E0326",
    title: "a stage that is named like an image",
    cause:
      "BuildKit looks a stage's name up among the images that it is handed before it looks at the stages: the image is taken, and the stage is lost without a word.",
    fix: "Give the stage a name of its own.",
    question: check,
    wrong: {
      "catalog/debian/workflow.ncl": declare("debian", { build_base: '{ image = "debian" }' }),
      "catalog/debian/Dockerfile": "«FROM debian AS debian»\n",
    },
    mended: {
      "catalog/debian/workflow.ncl": declare("debian"),
      "catalog/debian/Dockerfile": "FROM debian:trixie-slim AS root\n",
    },
  },
  {
    code: "E0330",
    title: "a declared base that the Dockerfile does not stand on",
    cause:
      "build_base says what the layer stands on, and so does the FROM of the Dockerfile's target stage. The order of builds and the digests come of the one, the image of the other, so that they must agree.",
    fix: "Mend whichever of the two is not meant.",
    question: check,
    wrong: { [rust]: declare("rust", { build_base: '«"nushell"»' }), [dockerfile]: "FROM lamina/debian\n" },
    mended: { [rust]: declare("rust", { build_base: '"nushell"' }), [dockerfile]: "FROM lamina/nushell\n" },
  },
  {
    code: "E0331",
    title: "a layer that the Dockerfile takes from without a declaration",
    cause:
      "COPY --from, RUN --mount=from= and further FROMs of layers are edges of the graph, and edges are declared.",
    fix: "Name the layer in copies_from, or mend its spelling in the Dockerfile.",
    question: check,
    wrong: { [dockerfile]: "FROM lamina/debian\nCOPY --from=«lamina/nushell» /usr/bin/nu /usr/bin/\n" },
    mended: {
      [rust]: declare("rust", { copies_from: '["nushell"]' }),
      [dockerfile]: "FROM lamina/debian\nCOPY --from=lamina/nushell /usr/bin/nu /usr/bin/\n",
    },
  },
  {
    code: "E0332",
    title: "a layer to copy from that the Dockerfile does not use",
    cause:
      "copies_from names a layer, but no stage that the target reaches takes anything from it: the layer would be built for nothing.",
    fix: "Copy from it, or take it out.",
    question: check,
    wrong: { [rust]: declare("rust", { copies_from: '[«"nushell"»]' }) },
    mended: {
      [rust]: declare("rust", { copies_from: '["nushell"]' }),
      [dockerfile]: "FROM lamina/debian\nCOPY --from=lamina/nushell /usr/bin/nu /usr/bin/\n",
    },
  },
  {
    code: "E0333",
    title: "a secret that is mounted but not declared",
    cause: "Only declared secrets are handed to a build, so that this mount would be empty, or fail.",
    fix: "Name its id in secrets.",
    question: check,
    wrong: { [dockerfile]: "FROM lamina/debian\nRUN --mount=type=secret,id=«token» install-rust\n" },
    mended: {
      [rust]: declare("rust", { secrets: '["token"]' }),
      [dockerfile]: "FROM lamina/debian\nRUN --mount=type=secret,id=token install-rust\n",
    },
  },
  {
    code: "W0334",
    title: "a secret that is declared but not mounted",
    cause: "No stage that the target reaches mounts it. What is not needed should not be handed over.",
    fix: "Mount it, or take it out.",
    question: check,
    wrong: { [rust]: declare("rust", { secrets: '[«"token"»]' }) },
    mended: { [rust]: declare("rust") },
  },
  {
    code: "E0335",
    title: "an SSH agent that is mounted but not declared",
    cause: "The agent of whoever builds is handed over only where the layer says that it needs it.",
    fix: "Declare ssh = true.",
    question: check,
    wrong: { [dockerfile]: "FROM lamina/debian\nRUN --mount=«type=ssh» install-rust\n" },
    mended: {
      [rust]: declare("rust", { ssh: "true" }),
      [dockerfile]: "FROM lamina/debian\nRUN --mount=type=ssh install-rust\n",
    },
  },
  {
    code: "W0336",
    title: "an SSH agent that is declared but not mounted",
    cause: "No stage that the target reaches mounts it. What is not needed should not be handed over.",
    fix: "Mount it, or take ssh out.",
    question: check,
    wrong: { [rust]: declare("rust", { ssh: "«true»" }) },
    mended: { [rust]: declare("rust") },
  },
  {
    code: "W0337",
    title: "a build argument that nothing takes",
    cause:
      "A stage sees an argument only by an ARG of that name. None of the stages that the target reaches has one.",
    fix: "Write ARG where it is needed, or take the argument out.",
    question: check,
    wrong: {
      [rust]: declare("rust", { args: '{ «CHANNEL» = "stable" }' }),
      [dockerfile]: "FROM lamina/debian\nRUN install-rust\n",
    },
    mended: {
      [rust]: declare("rust", { args: '{ CHANNEL = "stable" }' }),
      [dockerfile]: "FROM lamina/debian\nARG CHANNEL\nRUN install-rust $CHANNEL\n",
    },
  },
  {
    code: "W0348",
    title: "an image that stands on a stage of a fixed platform",
    cause:
      "FROM --platform=$BUILDPLATFORM (or of a platform by name) is for stages that only make something, on the builder's own processor. The image itself would be of that platform, whichever is asked for.",
    fix: "Leave --platform out of the target stage and of all that it stands on.",
    question: check,
    wrong: { [dockerfile]: "FROM --platform=«$BUILDPLATFORM» lamina/debian\nRUN install-rust\n" },
    mended: { [dockerfile]: "FROM lamina/debian\nRUN install-rust\n" },
  },
  {
    code: "W0350",
    title: "a Dockerfile frontend that is not pinned",
    cause:
      "With # syntax= BuildKit fetches an image and has it read the rest of the Dockerfile. What a tag stands for changes, and no lock knows of it: the same files may give another image tomorrow. BuildKit's own frontend comes with it and needs no such line.",
    fix: "Leave the line out, or pin the frontend by its digest.",
    question: check,
    wrong: {
      [dockerfile]: "«# syntax=docker/dockerfile:1»\nFROM lamina/debian\nRUN install-rust\n",
    },
    mended: { [dockerfile]: "FROM lamina/debian\nRUN install-rust\n" },
  },
  {
    code: "W0351",
    title: "an ONBUILD that reads the files of other layers",
    cause:
      "ONBUILD COPY, ADD and bind mounts are done in the layers that stand on this one, with files of theirs. Their own Dockerfiles do not name these files, so a change of them rebuilds nothing.",
    fix: "Write the instruction in the Dockerfiles of the layers that need it.",
    question: check,
    wrong: { [dockerfile]: "FROM lamina/debian\nRUN install-rust\nONBUILD «COPY Cargo.toml /src/»\n" },
    mended: { [dockerfile]: "FROM lamina/debian\nRUN install-rust\n" },
  },
];
