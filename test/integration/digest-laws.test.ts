// Our verdict on an edit of a context held against what BuildKit makes of it: where the image becomes another one the digest
// must, and what we say the build cannot see must leave the image the same. Images are told apart by their digests: a build
// of the same files gives the same to the byte. Long as it is one table.

import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { systemFiles } from "../../providers/host/files.ts";
import type { Seed } from "../fakes/files.ts";
import { plant, readContext, type Seeds } from "../graph/context.ts";
import { never, openSetting, type Setting } from "./builder-setting.ts";

/**
 * "seen": digest and image both become others. "unseen": neither does. "cautious": the digest does, though the image comes out
 * the same.
 */
type Verdict = "seen" | "unseen" | "cautious";

interface Law {
  readonly name: string;
  /** After `FROM scratch`, unless it begins with FROM. */
  readonly dockerfile: string;
  readonly files: Seeds;
  /** Each is done by itself to the files above. */
  readonly edits: readonly (readonly [verdict: Verdict, edit: Seeds])[];
}

const folder: Seed = { folder: true };
const executable: Seed = { content: "1", mode: 0o755 };

/** A tar archive of one file (POSIX ustar), made at the beginning of 1970. */
function archiveOf(name: string, content: string): Uint8Array {
  const header = Buffer.alloc(512);
  const fields: readonly (readonly [offset: number, text: string])[] = [
    [0, name],
    [100, "0000644\0"],
    [108, "0000000\0"],
    [116, "0000000\0"],
    [124, `${content.length.toString(8).padStart(11, "0")}\0`],
    [136, "00000000000\0"],
    [148, "        0"],
    [257, "ustar\u000000"],
  ];
  for (const [offset, text] of fields) header.write(text, offset);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(512);
  body.write(content);
  return Buffer.concat([header, body, Buffer.alloc(1024)]);
}

const laws: readonly Law[] = [
  {
    name: "a file by its name",
    dockerfile: "COPY a /",
    files: { a: "1", b: "1" },
    edits: [
      ["seen", { a: "2" }],
      ["seen", { a: executable }],
      ["unseen", { b: "2" }],
      ["unseen", { b: null }],
      ["unseen", { c: "1" }],
      ["unseen", { "d/a": "1" }],
    ],
  },
  {
    name: "what leads out of the context ends at its root",
    dockerfile: "COPY ../../a ./x/../b /c/../d /to/",
    files: { a: "1", b: "1", d: "1", "x/b": "1" },
    edits: [
      ["seen", { a: "2" }],
      ["seen", { b: "2" }],
      ["seen", { d: "2" }],
      ["unseen", { "x/b": "2" }],
    ],
  },
  {
    name: "a folder takes everything below",
    dockerfile: "COPY src /to/",
    files: { "src/a": "1", "src/deep/b": "1", "src/empty": folder, "source/a": "1" },
    edits: [
      ["seen", { "src/deep/b": "2" }],
      ["seen", { "src/deep/c": "" }],
      ["seen", { "src/other": folder }],
      ["seen", { "src/empty": null }],
      ["seen", { "src/deep": { folder: true, mode: 0o700 } }],
      ["seen", { "src/empty": { folder: true, mode: 0o700 } }],
      ["unseen", { src: { folder: true, mode: 0o700 } }],
      ["unseen", { "source/a": "2" }],
    ],
  },
  {
    name: "modes",
    dockerfile: "COPY src /to/",
    files: { "src/a": "1", "src/b": executable },
    edits: [
      ["seen", { "src/a": { content: "1", mode: 0o600 } }],
      ["seen", { "src/b": { content: "1", mode: 0o4755 } }],
      ["seen", { "src/b": "1" }],
    ],
  },
  {
    name: "wildcards stop at slashes",
    dockerfile: "COPY *.txt s*/?.c /to/",
    files: {
      "a.txt": "1",
      "b.md": "1",
      "sub/c.txt": "1",
      "sub/x.c": "1",
      "sub/xy.c": "1",
      "sub/deep/x.c": "1",
      "t/x.c": "1",
    },
    edits: [
      ["seen", { "a.txt": "2" }],
      ["seen", { "new.txt": "1" }],
      ["seen", { "sub/x.c": "2" }],
      ["seen", { "soup/y.c": "1" }],
      ["unseen", { "b.md": "2" }],
      ["unseen", { "sub/c.txt": "2" }],
      ["unseen", { "sub/xy.c": "2" }],
      ["unseen", { "sub/deep/x.c": "2" }],
      ["unseen", { "t/x.c": "2" }],
    ],
  },
  {
    name: "two asterisks are one",
    dockerfile: "COPY **/*.c /to/",
    files: { "x.c": "1", "a/x.c": "1", "a/b/x.c": "1" },
    edits: [
      ["seen", { "a/x.c": "2" }],
      ["unseen", { "x.c": "2" }],
      ["unseen", { "a/b/x.c": "2" }],
    ],
  },
  {
    name: "classes and escapes",
    dockerfile: 'COPY [a-c]1 [^a-y]2 /to/\nCOPY ["arr[[]0].txt", "/to/"]',
    files: { a1: "1", d1: "1", z2: "1", b2: "1", "arr[0].txt": "1", "arr0.txt": "1" },
    edits: [
      ["seen", { a1: "2" }],
      ["seen", { z2: "2" }],
      ["seen", { "arr[0].txt": "2" }],
      ["unseen", { d1: "2" }],
      ["unseen", { b2: "2" }],
      ["unseen", { "arr0.txt": "2" }],
    ],
  },
  {
    name: "a class that takes a slash",
    dockerfile: "COPY a[^x]b /to/",
    files: { "a/b": "1", a1b: "1", axb: "1" },
    edits: [
      ["seen", { "a/b": "2" }],
      ["seen", { a1b: "2" }],
      ["unseen", { axb: "2" }],
    ],
  },
  {
    name: "a folder that a wildcard matches is taken whole, and that there is one shows",
    dockerfile: "COPY d* /to/",
    files: { "d1/x": "1", "e1/x": "1" },
    edits: [
      ["seen", { "d1/deep/y": "1" }],
      ["seen", { "d2/z": "1" }],
      ["unseen", { "e1/x": "2" }],
      ["cautious", { d2: folder }],
      ["unseen", { d1: { folder: true, mode: 0o700 } }],
    ],
  },
  {
    name: "a wildcard that nothing matches",
    dockerfile: "COPY a /\nCOPY d* /to/",
    files: { a: "1", x: "1" },
    edits: [
      ["seen", { d1: folder }],
      ["seen", { "d1/x": "1" }],
      ["unseen", { x: "2" }],
    ],
  },
  {
    name: ".dockerignore by its effect",
    dockerfile: "COPY src /to/",
    files: { ".dockerignore": "**/*.log\n", "src/a": "1", "src/b.log": "1", "src/logs/c.log": "1" },
    edits: [
      ["unseen", { "src/b.log": "2" }],
      ["unseen", { "src/logs/c.log": null }],
      ["seen", { "src/logs": null }],
      ["unseen", { ".dockerignore": "# logs\n\n**/*.log\nother\n" }],
      ["seen", { ".dockerignore": "src/b.log\n" }],
      ["seen", { ".dockerignore": null }],
    ],
  },
  {
    name: ".dockerignore with exceptions",
    dockerfile: "COPY . /to/",
    files: {
      ".dockerignore": "*\n!src\nsrc/*\n!src/keep\n!**/*.rs\n",
      "src/a": "1",
      "src/keep/x": "1",
      "src/deep/m.rs": "1",
      "src/deep/n": "1",
      "top.rs": "1",
    },
    edits: [
      ["unseen", { "src/a": "2" }],
      ["unseen", { "src/deep/n": "2" }],
      ["seen", { "src/keep/x": "2" }],
      ["seen", { "src/deep/m.rs": "2" }],
      ["seen", { "src/deep": { folder: true, mode: 0o700 } }],
      ["seen", { "top.rs": null }],
      ["unseen", { "other/n": "1" }],
      ["seen", { "other/m.rs": "1" }],
    ],
  },
  {
    name: "the Dockerfile's own .dockerignore",
    dockerfile: "COPY a* b* /to/",
    files: { "Dockerfile.dockerignore": "a1\n", ".dockerignore": "b1\n", a1: "1", a2: "1", b1: "1" },
    edits: [
      ["unseen", { a1: "2" }],
      ["seen", { a2: "2" }],
      ["seen", { b1: "2" }],
      ["unseen", { ".dockerignore": null }],
      ["seen", { "Dockerfile.dockerignore": null }],
    ],
  },
  {
    name: "--exclude below a folder",
    dockerfile: "COPY --exclude=*.md --exclude=deep/**/x src /to/",
    files: {
      "src/a": "1",
      "src/b.md": "1",
      "src/deep/x": "1",
      "src/deep/c.md": "1",
      "src/deep/er/x": "1",
      "src/deep/er/y": "1",
    },
    edits: [
      ["seen", { "src/a": "2" }],
      ["unseen", { "src/b.md": "2" }],
      ["unseen", { "src/deep/x": "2" }],
      ["seen", { "src/deep/c.md": "2" }],
      ["unseen", { "src/deep/er/x": null }],
      ["seen", { "src/deep/er/y": "2" }],
    ],
  },
  {
    name: "--exclude with an exception",
    dockerfile: "COPY --exclude=deep --exclude=!deep/keep src /to/",
    files: { "src/a": "1", "src/deep/x": "1", "src/deep/keep": "1" },
    edits: [
      ["unseen", { "src/deep/x": "2" }],
      ["seen", { "src/deep/keep": "2" }],
      ["seen", { "src/deep/keep": null }],
    ],
  },
  {
    name: "--exclude of what is ignored but for what is excluded",
    dockerfile: "COPY --exclude=sub/keep src /to/",
    files: { ".dockerignore": "src/sub\n!src/sub/keep\n", "src/a": "1", "src/sub/keep": "1" },
    edits: [
      ["unseen", { "src/sub/keep": "2" }],
      ["seen", { "src/sub/keep": null }],
    ],
  },
  {
    name: "--exclude and files that a wildcard matches themselves",
    dockerfile: "COPY --exclude=*.md *.md a /to/",
    files: { a: "1", "b.md": "1" },
    edits: [["seen", { "b.md": "2" }]],
  },
  {
    name: "--parents",
    dockerfile: "COPY --parents x/y/a.c x/**/b.c ./p/./q/*.h /to/",
    files: {
      "x/y/a.c": "1",
      "x/y/other": "1",
      "x/z/deep/b.c": "1",
      "p/q/h.h": "1",
      "p/q/h.c": "1",
      "q/h.h": "1",
    },
    edits: [
      ["seen", { "x/y/a.c": "2" }],
      ["unseen", { "x/y/other": "2" }],
      ["seen", { "x/z/deep/b.c": "2" }],
      ["seen", { "x/b.c": "2" }],
      ["seen", { "x/z": { folder: true, mode: 0o700 } }],
      ["seen", { "p/q/h.h": "2" }],
      ["unseen", { "p/q/h.c": "2" }],
      ["unseen", { "q/h.h": "2" }],
      ["seen", { "p/q": { folder: true, mode: 0o700 } }],
      ["unseen", { p: { folder: true, mode: 0o700 } }],
    ],
  },
  {
    name: "a source that is a link is followed",
    dockerfile: "COPY link /to/",
    files: { link: { link: "real" }, real: "1", other: "2" },
    edits: [
      ["seen", { real: "2" }],
      ["seen", { link: { link: "other" } }],
      ["unseen", { other: "3" }],
      ["cautious", { link: { link: "./real" } }],
    ],
  },
  {
    name: "links in a source's path are followed, from link to link, and out of the context only to its root",
    dockerfile: "COPY one/two/file /to/",
    files: {
      one: { link: "/a/b" },
      "a/b": { link: "../../../c" },
      "c/two": { link: "../d" },
      "d/file": "1",
      "c/file": "1",
      file: "1",
    },
    edits: [
      ["seen", { "d/file": "2" }],
      ["unseen", { "c/file": "2" }],
      ["unseen", { file: "2" }],
      ["seen", { "c/two": { link: "/e" }, "e/file": "2" }],
    ],
  },
  {
    name: "a link that a wildcard matches is followed, a folder that is a link not searched",
    dockerfile: "COPY l* a*/x* /to/",
    files: { link: { link: "sub" }, "sub/x": "1", "real/xy": "1", a1: { link: "real" }, "a2/xz": "1" },
    edits: [
      ["seen", { "sub/x": "2" }],
      ["unseen", { "real/xy": "2" }],
      ["seen", { "a2/xz": "2" }],
      ["unseen", { a1: { link: "sub" } }],
    ],
  },
  {
    name: "links in folders that are copied stay links",
    dockerfile: "COPY src /to/",
    files: { "src/link": { link: "../real" }, real: "1", "src/dir": { link: "../folder" }, "folder/x": "1" },
    edits: [
      ["unseen", { real: "2" }],
      ["unseen", { "folder/x": "2" }],
      ["seen", { "src/link": { link: "../other" } }],
      ["seen", { "src/link": "1" }],
    ],
  },
  {
    name: "ADD unpacks an archive, and leaves out what --exclude names",
    dockerfile: "ADD --exclude=*.md a.tar src /to/",
    files: { "a.tar": { content: archiveOf("x", "1"), mode: 0o644 }, "src/b": "1", "src/c.md": "1" },
    edits: [
      ["seen", { "a.tar": archiveOf("x", "2") }],
      ["cautious", { "a.tar": { content: archiveOf("x", "1"), mode: 0o755 } }],
      ["seen", { "src/b": "2" }],
      ["unseen", { "src/c.md": "2" }],
    ],
  },
  {
    name: "COPY with another mode, linked in",
    dockerfile: "COPY --chmod=600 --link a src /to/",
    files: { a: "1", "src/b": "1", c: "1" },
    edits: [
      ["seen", { a: "2" }],
      ["cautious", { a: executable }],
      ["seen", { "src/b": null }],
      ["unseen", { c: "2" }],
    ],
  },
  {
    name: "a link to the root of the context, which names what is in it",
    dockerfile: "COPY top/src/a /",
    files: { top: { link: "../.." }, "src/a": "1", "src/b": "1", a: "1" },
    edits: [
      ["seen", { "src/a": "2" }],
      ["unseen", { "src/b": "2" }],
      ["unseen", { a: "2" }],
      ["cautious", { top: { link: "/" } }],
    ],
  },
  {
    name: "names with blanks and other letters",
    dockerfile: 'COPY ["a b", "é*", "/to/"]',
    files: { "a b": "1", éa: "1", x: "1", a: "1" },
    edits: [
      ["seen", { "a b": "2" }],
      ["seen", { éa: "2" }],
      ["unseen", { x: "2" }],
      ["unseen", { a: "2" }],
    ],
  },
  {
    name: "one source in the folder of another, each with exclusions of its own",
    dockerfile: "COPY --exclude=deep src /one/\nCOPY --exclude=x src/deep /two/",
    files: { "src/a": "1", "src/deep/x": "1", "src/deep/y": "1" },
    edits: [
      ["seen", { "src/a": "2" }],
      ["seen", { "src/deep/y": "2" }],
      ["unseen", { "src/deep/x": "2" }],
      ["unseen", { "src/deep": { folder: true, mode: 0o700 } }],
      ["seen", { "src/x": "1" }],
    ],
  },
  {
    name: "--parents of folders that are links, ignored, empty",
    dockerfile: "COPY --parents a/* b/**/k /to/",
    files: {
      "a/link": { link: "../c" },
      "c/x": "1",
      "a/empty": folder,
      "a/full/y": "1",
      "b/n/k": "1",
      "b/n/l": "1",
      ".dockerignore": "a/gone\nb\n!b/n\n",
    },
    edits: [
      ["seen", { "a/empty": null }],
      ["seen", { "a/full/y": "2" }],
      ["seen", { "a/other": folder }],
      ["seen", { "a/link": { link: "../d" } }],
      ["unseen", { "c/x": "2" }],
      ["unseen", { "a/gone/z": "1" }],
      ["seen", { "b/n/k": "2" }],
      ["unseen", { "b/n/l": "2" }],
      ["unseen", { "b/m/k": "1" }],
      ["seen", { "b/n": { folder: true, mode: 0o750 } }],
      ["seen", { a: { folder: true, mode: 0o750 } }],
    ],
  },
  {
    name: "stages that the target does not reach",
    dockerfile:
      "FROM scratch AS unused\nCOPY b /\nFROM scratch AS used\nCOPY a /\nFROM scratch\nCOPY --from=used /a /",
    files: { a: "1", b: "1" },
    edits: [
      ["seen", { a: "2" }],
      ["unseen", { b: "2" }],
      ["unseen", { Dockerfile: "FROM scratch AS used\nCOPY a /\nFROM scratch\nCOPY --from=used /a /" }],
    ],
  },
  {
    name: "numbers of stages",
    dockerfile: "FROM scratch\nCOPY a /\nFROM scratch\nCOPY b /a\nFROM scratch\nCOPY --from=1 /a /",
    files: { a: "1", b: "2" },
    edits: [
      ["unseen", { Dockerfile: "FROM scratch\nCOPY b /a\nFROM scratch\nCOPY --from=0 /a /" }],
      [
        "seen",
        { Dockerfile: "FROM scratch\nCOPY a /\nFROM scratch\nCOPY b /a\nFROM scratch\nCOPY --from=0 /a /" },
      ],
      ["unseen", { a: "2" }],
      ["seen", { b: "3" }],
    ],
  },
  {
    name: "what a Dockerfile says",
    dockerfile:
      "ARG UNUSED=1\nARG VERSION=1\nFROM scratch\nARG VERSION\nLABEL v=$VERSION\nCOPY a \\\n  b /to/\nCOPY <<EOF /here\n# text\nEOF",
    files: { a: "1", b: "1" },
    edits: [
      [
        "unseen",
        {
          Dockerfile:
            "# check=skip=all\n\nARG VERSION=1\n# why\nFROM scratch\nARG VERSION\nLABEL v=$VERSION\nCOPY a \\\n# also\n\n  b /to/\n\nCOPY <<EOF /here\n# text\nEOF\n",
        },
      ],
      [
        "unseen",
        {
          Dockerfile:
            "ARG UNUSED=2\r\nARG VERSION=1\r\nfrom scratch\r\nARG VERSION\r\nLABEL v=$VERSION\r\nCOPY a \\\r\n  b /to/\r\nCOPY <<EOF /here\n# text\nEOF\r\n",
        },
      ],
      [
        "unseen",
        {
          Dockerfile:
            "# escape=`\nARG VERSION=1\nFROM scratch\nARG VERSION\nLABEL v=$VERSION\nCOPY a `\n  b /to/\nCOPY <<EOF /here\n# text\nEOF",
        },
      ],
      [
        "seen",
        {
          Dockerfile:
            "ARG VERSION=2\nFROM scratch\nARG VERSION\nLABEL v=$VERSION\nCOPY a b /to/\nCOPY <<EOF /here\n# text\nEOF",
        },
      ],
      [
        "seen",
        {
          Dockerfile:
            "ARG VERSION=1\nFROM scratch\nARG VERSION\nLABEL v=$VERSION\nCOPY a b /to/\nCOPY <<EOF /here\nEOF",
        },
      ],
      [
        "seen",
        {
          Dockerfile:
            "ARG VERSION=1\nFROM scratch\nARG VERSION\nLABEL v=$VERSION\nCOPY a b /to/\nCOPY <<EOF /here\n# text\r\nEOF",
        },
      ],
    ],
  },
  {
    name: "ONBUILD, which a stage of the same file does",
    dockerfile:
      "FROM scratch AS base\nONBUILD COPY a /\nFROM base AS built\nFROM scratch\nCOPY --from=built /a /",
    files: { a: "1", b: "1" },
    edits: [
      ["seen", { a: "2" }],
      ["unseen", { b: "2" }],
    ],
  },
  {
    name: "ONBUILD, which only others do",
    dockerfile: "COPY b /\nONBUILD COPY a /",
    files: { a: "1", b: "1" },
    edits: [
      ["unseen", { a: "2" }],
      ["seen", { b: "2" }],
    ],
  },
  {
    name: "a path with a variable",
    dockerfile: "ARG WHICH=a\nCOPY $WHICH/${WHICH}x /to/",
    files: { "a/ax": "1", "b/bx": "1" },
    edits: [
      ["seen", { "a/ax": "2" }],
      ["unseen", { "b/bx": "2" }],
    ],
  },
  {
    name: "a path that only the build knows takes everything",
    dockerfile: "FROM busybox\nCOPY $UNKNOWN/a /to/",
    files: { a: "1", b: "1" },
    edits: [
      ["seen", { a: "2" }],
      ["cautious", { b: "2" }],
    ],
  },
  {
    name: "bind mounts",
    dockerfile:
      "FROM busybox\nRUN --mount=type=bind,source=src,target=/src (cd /src; ls -laR --full-time . | sed 's/ 20[0-9-]* [0-9:.]* [+0-9]* / /; s/^total.*//') > /told; cat /src/a /src/deep/b >> /told",
    files: { "src/a": "1", "src/deep/b": "1", "src/link": { link: "../c" }, c: "1" },
    edits: [
      ["seen", { "src/a": "2" }],
      ["seen", { "src/a": { content: "1", mode: 0o600 } }],
      ["seen", { "src/deep": { folder: true, mode: 0o700 } }],
      ["seen", { src: { folder: true, mode: 0o700 } }],
      ["unseen", { c: "2" }],
    ],
  },
  {
    name: "mounts that are no bind mounts of the context",
    dockerfile:
      "FROM scratch AS other\nCOPY b /\nFROM busybox\nRUN --mount=type=cache,target=/a --mount=type=tmpfs,target=/t --mount=from=other,target=/o --mount=source=c,from=,target=/c cat /o/b /c > /told",
    files: { a: "1", b: "1", c: "1", d: "1" },
    edits: [
      ["unseen", { a: "2" }],
      ["seen", { b: "2" }],
      ["seen", { c: "2" }],
      ["unseen", { d: "2" }],
    ],
  },
  {
    name: "a bind mount of a link, and of the whole context",
    dockerfile:
      "FROM busybox\nRUN --mount=type=bind,source=link,target=/one --mount=type=bind,target=/all cat /one/a /all/b > /told",
    files: { link: { link: "src" }, "src/a": "1", b: "1", ".dockerignore": "c\n", c: "1" },
    edits: [
      ["seen", { "src/a": "2" }],
      ["seen", { b: "2" }],
      ["unseen", { c: "2" }],
      ["cautious", { d: "1" }],
    ],
  },
];

describe("a change of the context", () => {
  let setting: Setting;
  beforeAll(async () => {
    setting = await openSetting(inject("rig"));
  });
  afterAll(() => setting.close());

  /** Digest of what we say the build sees, and of what it made; why it failed, where it did. */
  async function judge(seeds: readonly Seeds[]): Promise<{ readonly own: string; readonly image: string }> {
    const request = setting.request({}, { noCache: true });
    for (const each of seeds) plant(request.contextDirectory, each);
    const { digest } = readContext(request.contextDirectory, systemFiles);
    const solved = await setting.builder.solve(request, () => {}, never);
    return { own: digest, image: solved.ok ? solved.value.imageDigest : JSON.stringify(solved.error) };
  }

  test.concurrent.each(laws)("$name", async ({ dockerfile, files, edits }) => {
    const text = /^(ARG .*\n)*FROM/.test(dockerfile) ? dockerfile : `FROM scratch\n${dockerfile}`;
    const planted: Seeds = { Dockerfile: `${text}\n`, ...files };
    const before = await judge([planted]);
    expect(before.image).toMatch(/^sha256:/);
    const told: Record<string, Verdict | "unsound"> = {};
    for (const [, edit] of edits) {
      const after = await judge([planted, edit]);
      const isSeen = after.own !== before.own;
      const isAnother = after.image !== before.image;
      told[JSON.stringify(edit)] = isAnother ? (isSeen ? "seen" : "unsound") : isSeen ? "cautious" : "unseen";
    }
    expect(told).toEqual(Object.fromEntries(edits.map(([verdict, edit]) => [JSON.stringify(edit), verdict])));
  });
});
