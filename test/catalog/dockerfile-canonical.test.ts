// Dockerfiles that mean the same to a build have one text, others have not. That BuildKit agrees is held in
// test/integration/digest-laws.test.ts.

import { describe, expect, test } from "vitest";
import { parseDockerfile } from "../../engine/catalog/dockerfile.ts";
import { SourceFile } from "../../engine/core/source.ts";

function textOf(dockerfile: string, target?: string): string {
  const file = new SourceFile("/Dockerfile", dockerfile);
  const span = { file, start: 0, end: 0 };
  const parsed = parseDockerfile(file, {
    target: target === undefined ? undefined : { name: target, span },
    args: {},
    platforms: ["linux/amd64", "linux/arm64"],
  });
  if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join("\n"));
  return parsed.value.canonicalText;
}

test("the text is a line for what holds for all, and one an instruction", () => {
  const text = textOf(
    "# syntax=docker/dockerfile:1\n\nFROM a AS b\nrun  --network=none   x  \\\n # no\n  y\nCOPY <<E /f\n# yes\r\n\nE\n",
  );
  expect(text.split("\n")).toEqual([
    '{"escape":null,"syntax":"docker/dockerfile:1"}',
    '["FROM",[],"a AS b"]',
    '["RUN",["network=none"],"x    y"]',
    '["COPY",[],"<<E /f","# yes\\r\\n\\n"]',
  ]);
});

describe("the same text", () => {
  test.each([
    ["comments and blank lines", "FROM a\nRUN x\n", "# c\n\nFROM a\n  # c\n\n\nRUN x\n# c"],
    [
      "comments and blank lines inside an instruction",
      "FROM a\nRUN x \\\n  y\n",
      "FROM a\nRUN x \\\n# c\n\n  # c\n  y\n",
    ],
    ["where a line is continued", "FROM a\nRUN x y\n", "FROM a\nRUN \\\nx y\n"],
    ["ends of lines", "FROM a\nRUN x \\\n y\n", "FROM a\r\nRUN x \\\r\n y\r\n"],
    ["a byte-order mark's absence", "FROM a\n", "FROM a"],
    ["capitals of keywords", "FROM a\nRUN x\n", "from a\nRun x\n"],
    ["blanks around", "FROM a\nRUN x\n", "  FROM   a  \n\tRUN\tx \n"],
    ["# check", "FROM a\n", "# check=skip=all\nFROM a\n"],
    ["the usual escape", "FROM a\nRUN a\\b\n", "# escape=\\\nFROM a\nRUN a\\b\n"],
    ["another escape that is not heard", "FROM a\nRUN x \\\n y\n", "# escape=`\nFROM a\nRUN x `\n y\n"],
    ["# syntax behind an instruction", "FROM a\n", "FROM a\n# syntax=docker/dockerfile:1\n"],
    [
      "stages that nothing reaches",
      "FROM a AS x\nFROM b\nCOPY --from=x / /\n",
      "FROM c\nRUN y\nFROM a AS x\nFROM d AS z\nFROM b\nCOPY --from=x / /\n",
    ],
    [
      "numbers that shift",
      "FROM a\nFROM b\nCOPY --from=0 / /\n",
      "FROM c\nFROM a\nFROM b\nCOPY --from=1 / /\n",
    ],
    ["ARGs above that nothing takes", "ARG A=1\nFROM a:$A\n", "ARG B=1\nARG A=1\nARG C\nFROM a:$A\n"],
  ])("%s", (_, one, other) => {
    expect(textOf(other)).toBe(textOf(one));
  });

  test("stages behind the target", () => {
    expect(textOf("FROM a AS x\nFROM b\n", "x")).toBe(textOf("FROM a AS x\n"));
  });
});

describe("another text", () => {
  test.each([
    ["blanks inside", "FROM a\nRUN x y\n", "FROM a\nRUN x  y\n"],
    ["the order", "FROM a\nRUN x\nRUN y\n", "FROM a\nRUN y\nRUN x\n"],
    ["a flag", "FROM a\nCOPY b /\n", "FROM a\nCOPY --link b /\n"],
    ["a comment's sign inside a line", "FROM a\nRUN x # y\n", "FROM a\nRUN x\n"],
    ["a comment in a here-document", "FROM a\nRUN <<E\nx\nE\n", "FROM a\nRUN <<E\n# c\nx\nE\n"],
    ["a blank line in a here-document", "FROM a\nRUN <<E\nx\nE\n", "FROM a\nRUN <<E\nx\n\nE\n"],
    ["an end of line in a here-document", "FROM a\nRUN <<E\nx\nE\n", "FROM a\nRUN <<E\nx\r\nE\n"],
    [
      "which of two here-documents",
      "FROM a\nCOPY <<A <<B /\n1\nA\n2\nB\n",
      "FROM a\nCOPY <<A <<B /\n1\n2\nA\nB\n",
    ],
    ["# syntax", "FROM a\n", "# syntax=docker/dockerfile:1\nFROM a\n"],
    ["its value", "# syntax=docker/dockerfile:1\nFROM a\n", "# syntax=docker/dockerfile:2\nFROM a\n"],
    ["an escape that is heard", "FROM a\nENV x=a\\b\n", "# escape=`\nFROM a\nENV x=a\\b\n"],
    ["a name of a stage", "FROM a AS x\n", "FROM a AS y\n"],
    [
      "a number of a stage",
      "FROM a\nRUN x\nFROM a\nRUN y\nFROM b\nCOPY --from=0 / /\nCOPY --from=1 / /\n",
      "FROM a\nRUN x\nFROM a\nRUN y\nFROM b\nCOPY --from=1 / /\nCOPY --from=0 / /\n",
    ],
    ["an ARG above a FROM that takes it", "ARG A=1\nFROM a:$A\n", "ARG A=2\nFROM a:$A\n"],
    [
      "an ARG above that one of those takes",
      "ARG B=1\nARG A=$B\nFROM a:$A\n",
      "ARG B=2\nARG A=$B\nFROM a:$A\n",
    ],
    ["an ARG above that a stage asks for", "ARG A=1\nFROM a\nARG A\n", "ARG A=2\nFROM a\nARG A\n"],
    [
      "an ARG above for a platform",
      "ARG P=linux/amd64\nFROM --platform=$P a\n",
      "ARG P=linux/arm64\nFROM --platform=$P a\n",
    ],
    [
      "what BuildKit asks for itself",
      "ARG SOURCE_DATE_EPOCH=1\nFROM a\n",
      "ARG SOURCE_DATE_EPOCH=2\nFROM a\n",
    ],
    [
      "what an ONBUILD may count",
      "FROM a\nFROM b\nFROM c AS d\nONBUILD COPY --from=0 / /\nFROM d\nCOPY --from=0 / /\n",
      "FROM b\nFROM a\nFROM c AS d\nONBUILD COPY --from=0 / /\nFROM d\nCOPY --from=1 / /\n",
    ],
    [
      "a stage for one of the platforms",
      "FROM a AS amd64\nRUN x\nFROM a AS arm64\nFROM $TARGETARCH\n",
      "FROM a AS amd64\nFROM a AS arm64\nFROM $TARGETARCH\n",
    ],
  ])("%s", (_, one, other) => {
    expect(textOf(other)).not.toBe(textOf(one));
  });
});

test("another frontend's language counts to the byte, and may see everything", () => {
  const text = "# syntax=example.com/pack:1\n# comment\nFROM a\nCOPY b /\n";
  expect(textOf(text)).toBe(text);
  const parsed = parseDockerfile(new SourceFile("/Dockerfile", text), {
    args: {},
    platforms: ["linux/amd64"],
  });
  expect(parsed.ok && parsed.value.contextSources.map(({ path }) => path)).toEqual([undefined]);
});
