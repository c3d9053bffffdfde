import { describe, expect, test } from "vitest";
import { parseDockerfile } from "../../engine/catalog/dockerfile.ts";
import { SourceFile, type Span } from "../../engine/core/source.ts";

interface Choices {
  readonly target?: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly platforms?: readonly string[];
}

function parse(text: string, { target, args = {}, platforms = ["linux/arm64"] }: Choices = {}) {
  const file = new SourceFile("/Dockerfile", text);
  const span = { file, start: 0, end: 0 };
  return parseDockerfile(file, {
    target: target === undefined ? undefined : { name: target, span },
    args,
    platforms,
  });
}

function read(text: string, choices: Choices = {}) {
  const parsed = parse(text, choices);
  if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join("\n"));
  return parsed.value;
}

/** References as `via image@stage "text as written"`. */
function references(text: string, choices: Choices = {}): string[] {
  return read(text, choices).references.map(
    ({ via, image, stage, span }) => `${via} ${image}@${stage} ${written(span)}`,
  );
}

function images(text: string, choices: Choices = {}): string[] {
  return read(text, choices).references.map(({ image }) => image);
}

function faults(text: string, choices: Choices = {}): string[] {
  const parsed = parse(text, choices);
  if (parsed.ok) return [];
  return parsed.error.map(({ message, span, help }) =>
    [message, span === undefined ? "" : written(span), help].filter(Boolean).join(" | "),
  );
}

function written({ file, start, end }: Span): string {
  return JSON.stringify(file.text.slice(start, end));
}

describe("references", () => {
  test("of FROM, COPY --from and RUN --mount=from, with their places", () => {
    expect(
      references(`FROM lamina/rust:1.96 AS build
COPY --chown=0:0 --from=lamina/nushell@sha256:0 /nu /nu
RUN --network=none --mount=type=cache,target=/c --mount=from=lamina/leptos,target=/l make
`),
    ).toEqual([
      'from lamina/rust:1.96@0 "lamina/rust:1.96"',
      'copy-from lamina/nushell@sha256:0@0 "lamina/nushell@sha256:0"',
      'mount-from lamina/leptos@0 "lamina/leptos"',
    ]);
  });

  test("only of stages that the target reaches, directly or through others", () => {
    const text = `FROM a AS base
FROM b AS unused
FROM c AS tools
FROM base AS final
COPY --from=TOOLS /x /x
COPY --from=1 /y /y
FROM d AS after
`;
    expect(images(text, { target: "final" })).toEqual(["a", "b", "c"]);
    expect(images(text, { target: "FINAL" })).toEqual(["a", "b", "c"]);
    expect(images(text, { target: "base" })).toEqual(["a"]);
    expect(images(text)).toEqual(["d"]);
  });

  test("a stage is entered through a mount, and may stand below", () => {
    expect(
      images("FROM a AS one\nRUN --mount=from=two,target=/t true\nFROM b AS two\n", { target: "one" }),
    ).toEqual(["a", "b"]);
  });

  test("a mount goes by names only, and a FROM sees only the stages above it, in lower case", () => {
    expect(images("FROM a AS one\nRUN --mount=from=0 true\n")).toEqual(["a", "0"]);
    expect(images("FROM two AS one\nFROM one AS two\n")).toEqual(["two"]);
    expect(images("FROM a AS Base\nFROM Base\n")).toEqual(["Base"]);
    expect(images("FROM a AS Base\nFROM base\n")).toEqual(["a"]);
  });

  test("instructions and flags in any case, AS too", () => {
    expect(images("from a as x\nfrom x\ncopy --from=lamina/rust /a /a\n")).toEqual(["a", "lamina/rust"]);
  });

  test("--platform does not hide the image", () => {
    expect(references("FROM --platform=$BUILDPLATFORM lamina/rust\n")).toEqual([
      'from lamina/rust@0 "lamina/rust"',
    ]);
  });

  test("JSON form of COPY, and commas and quotes in a mount", () => {
    expect(
      images(
        'FROM a\nCOPY --from=b ["x y", "/"]\nRUN --mount=type=bind,"from=c",source="/q,r",target=/t true\n',
      ),
    ).toEqual(["a", "b", "c"]);
  });
});

describe("lines", () => {
  test("continued over lines, with comments and empty lines between: the place spans them", () => {
    const text = `FROM \\
  # the base
\\
  lamina/rust \\

  AS build
RUN \\
  --mount=type=bind,from=lamina/nushell,target=/n \\
  true
`;
    expect(references(text)).toEqual([
      'from lamina/rust@0 "lamina/rust"',
      'mount-from lamina/nushell@0 "lamina/nushell"',
    ]);
  });

  test("a word that is broken by a continuation is one word", () => {
    expect(references("FROM lamina/\\\nrust\n")).toEqual(['from lamina/rust@0 "lamina/\\\\\\nrust"']);
  });

  test("an escaped backslash at the end continues nothing", () => {
    expect(images("FROM a\nRUN echo \\\\\nCOPY --from=b / /\n")).toEqual(["a", "b"]);
  });

  test("another escape character by directive, which only the first lines can give", () => {
    expect(
      images(
        "# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN x `\n  y\nRUN dir C:\\\nCOPY --from=b . .\n",
      ),
    ).toEqual(["a", "b"]);
    expect(images("# a comment\n# escape=`\nFROM a\nRUN x \\\n  COPY --from=b . .\n")).toEqual(["a"]);
  });

  test("line ends of either kind", () => {
    expect(references("FROM a AS x\r\nRUN y \\\r\n  z\r\nCOPY --from=b c d\r\n")).toEqual([
      'from a@0 "a"',
      'copy-from b@0 "b"',
    ]);
  });
});

describe("here-documents", () => {
  test.each([
    ["plain", "RUN <<EOF\nFROM evil\nCOPY --from=evil / /\nEOF\n"],
    ["with a file descriptor, quoted, in a pipe", "RUN cat 3<<'E O F' | tee x\nFROM evil\nE O F\n"],
    ["with tabs taken off", "COPY <<-EOF /d\n\tFROM evil\n\tEOF\n"],
    ["two of them, only one with tabs taken off", "COPY <<-a <<b /d/\n\ta\n\tb\nFROM evil\nb\n"],
    ["a name that begins like the terminator", "RUN <<EOF\nEOFX\nFROM evil\nEOF\n"],
    ["in ONBUILD", "ONBUILD RUN <<EOF\nFROM evil\nEOF\n"],
    ["opened after a continued line", "RUN cat \\\n  <<EOF\nFROM evil \\\nEOF\n"],
  ])("%s", (_, text) => {
    expect(images(`FROM a\n${text}COPY --from=b / /\n`)).toEqual(["a", "b"]);
  });

  test.each([
    ["JSON form", 'RUN ["cat", "<<EOF"]\n'],
    ["quoted", 'RUN echo "<<EOF"\n'],
    ["a here-string", "RUN cat <<<EOF\n"],
    ["another instruction", "CMD cat <<EOF\n"],
    ["in a comment", "# RUN <<EOF\n"],
  ])("none: %s", (_, text) => {
    expect(images(`FROM a\n${text}COPY --from=b / /\n`)).toEqual(["a", "b"]);
  });

  test("its words are no sources", () => {
    expect(read("FROM a\nCOPY <<EOF x /\nEOF\n").contextSources.map(({ path }) => path)).toEqual(["x"]);
  });
});

describe("ARG", () => {
  const text = `ARG VERSION=1
ARG IMAGE=lamina/rust:\${VERSION}
FROM \${IMAGE:-none} AS build
ARG VERSION
FROM debian:\${SUITE:-trixie}-slim
`;

  test("defaults, which may stand on earlier ones, and :- in place", () => {
    expect(images(text, { target: "build" })).toEqual(["lamina/rust:1"]);
    expect(images(text)).toEqual(["debian:trixie-slim"]);
  });

  test("a declared argument overrides the default; an argument without ARG is not seen", () => {
    expect(images(text, { target: "build", args: { VERSION: "2" } })).toEqual(["lamina/rust:2"]);
    expect(images(text, { args: { SUITE: "sid" } })).toEqual(["debian:trixie-slim"]);
    expect(images(`ARG SUITE\n${text}`, { args: { SUITE: "sid" } })).toEqual(["debian:sid-slim"]);
  });

  test("of a stage do not reach a FROM", () => {
    expect(images("FROM a\nARG X=1\nFROM b${X}\n")).toEqual(["b"]);
  });

  test("platform arguments: a stage for each platform", () => {
    const perPlatform = "FROM amd AS build-amd64\nFROM arm AS build-arm64\nFROM build-${TARGETARCH}\n";
    expect(images(perPlatform, { platforms: ["linux/amd64", "linux/arm64"] })).toEqual(["amd", "arm"]);
    expect(images(perPlatform, { platforms: ["linux/arm64"] })).toEqual(["arm"]);
    expect(read(perPlatform, { platforms: ["linux/arm64"] }).bases.map(({ image }) => image)).toEqual([
      "arm",
    ]);
  });

  test("names of all ARGs are known", () => {
    expect([...read("ARG A\nFROM x\nARG B=1 C=2\n").args]).toEqual(["A", "B", "C"]);
  });
});

test("the base of the target, through stages", () => {
  const text = "FROM lamina/debian AS one\nFROM lamina/rust AS two\nFROM one AS three\nCOPY --from=two / /\n";
  expect(read(text).bases.map(({ image }) => image)).toEqual(["lamina/debian"]);
});

test("secrets go by source, id or target; SSH", () => {
  const dockerfile = read(`FROM a
ARG WHICH=third
RUN --mount=type=secret,id=first,required --mount=type=secret,target=/run/secrets/second true
RUN --mount=type=secret,id=$WHICH,env=X --mount=type=SSH true
RUN --mount=type=secret,src=fourth,required=true,target=/x true
FROM b
`);
  expect(dockerfile.secrets).toEqual([]);
  const reached = read(dockerfile.file.text.replace("FROM b\n", ""));
  expect(reached.secrets.map(({ id, required, span }) => [id, required, written(span)])).toEqual([
    ["first", true, '"first"'],
    ["second", false, '"/run/secrets/second"'],
    ["third", false, '"$WHICH"'],
    ["fourth", true, '"fourth"'],
  ]);
  expect(reached.ssh === undefined ? "" : written(reached.ssh)).toBe('"type=SSH"');
});

test("what is read of the context", () => {
  const sources = read(`FROM a AS base
ENV DIR=src
FROM base
ARG FILE=main.rs
COPY Cargo.toml ./Cargo.lock* $DIR/$FILE /a//b/ $HOME/x /work
ADD https://example.org/x git@example.org:x.git me@example.org:x.git local.tar /
COPY ["with space", "/"]
COPY --from=base other /
RUN --mount=type=bind,source=scripts,target=/s --mount=target=/all --mount=type=tmpfs,target=/t true
`).contextSources;
  expect(sources.map(({ path, hasWildcard }) => [path, hasWildcard])).toEqual([
    ["Cargo.toml", false],
    ["Cargo.lock*", true],
    ["src/main.rs", false],
    ["a/b", false],
    [undefined, false],
    ["local.tar", false],
    ["with space", false],
    ["scripts", false],
    ["", false],
  ]);
});

test("what of it a copy leaves out, and what it keeps the folders of", () => {
  const sources = read(`FROM a
COPY --exclude=*.md --exclude="!a b" src /
COPY --parents ./x/./y/*.c z --parents=no /
COPY --parents=false x/./y /
RUN --mount=type=bind,from=,source=s*,target=/s true
`).contextSources;
  expect(
    sources.map(({ path, hasWildcard, via, parents, excludes }) => [
      path,
      hasWildcard,
      via,
      parents,
      excludes,
    ]),
  ).toEqual([
    ["src", false, "copy", undefined, ["*.md", "!a b"]],
    ["x/y/*.c", true, "copy", { root: "x", pattern: "y/*.c" }, []],
    ["z", false, "copy", { root: "", pattern: "z" }, []],
    ["--parents=no", false, "copy", { root: "", pattern: "--parents=no" }, []],
    ["x/y", false, "copy", undefined, []],
    ["s*", false, "mount", undefined, []],
  ]);
});

function pathsOf(text: string): readonly (string | undefined)[] {
  return read(text).contextSources.map(({ path }) => path);
}

test("ONBUILD is done in the stages of the file that stand on it, and nowhere else", () => {
  const base = "FROM scratch AS base\nARG A=x\nONBUILD COPY $A /\n";
  expect(pathsOf(base)).toEqual([]);
  expect(pathsOf(`${base}FROM base\nCOPY y /\n`)).toEqual(["x", "y"]);
  expect(pathsOf(`${base}FROM base AS one\nFROM one\n`)).toEqual(["x"]);
  expect(pathsOf(`${base}FROM scratch\nCOPY --from=base / /\n`)).toEqual([]);
});

describe("faults", () => {
  test.each([
    ["", ['Dockerfile: it has no FROM | ""']],
    ["RUN x\n", ['Dockerfile: RUN before the first FROM | "RUN" | only ARG may stand before FROM']],
    ["FROM a\nCOPPY x y\n", ['Dockerfile: unknown instruction COPPY | "COPPY" | did you mean COPY?']],
    [
      "FROM a b c d\n",
      ['Dockerfile: FROM takes an image, and at most AS and a name | "a b c d" | write FROM image AS name'],
    ],
    [
      "FROM a AS 1st\n",
      ['Dockerfile: "1st" cannot name a stage | "1st" | begin with a letter, then letters, digits and _ . -'],
    ],
    ["FROM a\nRUN <<EOF\nx\n", ['Dockerfile: the here-document "EOF" is never closed | "RUN <<EOF"']],
    [
      "FROM ${X}\n",
      [
        'Dockerfile: the base "${X}" comes out empty | "${X}" | give the ARG a default above the first FROM, or a value in args',
      ],
    ],
    ["FROM ${X\n", ['Dockerfile: "}" is missing in "${X" | "${X"']],
    ["FROM ${X:?missing}\n", ['Dockerfile: X: missing | "${X:?missing}"']],
    [
      "FROM a\nCOPY --from=$X a b\n",
      [
        'Dockerfile: COPY --from takes no variables | "$X" | name a stage with FROM … AS … above, and take from that',
      ],
    ],
    [
      "FROM a\nCOPY --from=3 a b\n",
      ['Dockerfile: there is no stage 3 | "3" | stages count from 0: this file has 1'],
    ],
    ["FROM a AS x\nCOPY --from=x a b\n", ['Dockerfile: the stage "x" takes from itself | "FROM a AS x"']],
    [
      "FROM a\nRUN --mount=type=secrets,id=x true\n",
      ['Dockerfile: there is no mount of type "secrets": did you mean "secret"? | "secrets"'],
    ],
    [
      "FROM a\nRUN --mount=type=secret true\n",
      ['Dockerfile: a secret mount names no secret | "type=secret" | write --mount=type=secret,id=…'],
    ],
    ["# escape=x\nFROM a\n", ['Dockerfile: the escape character must be \\ or `, not x | "# escape=x"']],
    ["FROM a\n \\\n", ['Dockerfile: a \\ that continues nothing | "\\\\"']],
  ])("%j", (text, expected) => {
    expect(faults(text)).toEqual(expected);
  });

  test("all of them at once", () => {
    expect(faults("FROM a\nCOPPY x y\nADD x\nCOPY --from=9 a b\n")).toHaveLength(3);
  });
});
