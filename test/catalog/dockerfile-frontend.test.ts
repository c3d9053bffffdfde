// Where BuildKit finds the frontend that a file asks for (parser.DetectSyntax), and which of them read Dockerfiles.

import { expect, test } from "vitest";
import { detectFrontend } from "../../engine/catalog/dockerfile-frontend.ts";
import { SourceFile } from "../../engine/core/source.ts";

test.each([
  ["# syntax=docker/dockerfile:1\nFROM a\n", "docker/dockerfile:1", true],
  [
    "#syntax = docker/dockerfile-upstream:master and more \r\nFROM a\n",
    "docker/dockerfile-upstream:master",
    true,
  ],
  ["# Escape=`\n# check=skip=all\n# SYNTAX=docker/dockerfile\nFROM a\n", "docker/dockerfile", true],
  [
    "#!/usr/bin/env docker\n# syntax=docker.io/docker/dockerfile@sha256:0\n",
    "docker.io/docker/dockerfile@sha256:0",
    true,
  ],
  [
    "// syntax=mirror.example.com:5000/docker/dockerfile:1.4\n",
    "mirror.example.com:5000/docker/dockerfile:1.4",
    true,
  ],
  ['{ "syntax": "example.com/pack" }', "example.com/pack", false],
  ["# syntax=mydocker/dockerfile\n", "mydocker/dockerfile", false],
  ["# syntax=example.com/dockerfile:1\n", "example.com/dockerfile:1", false],
])("%j asks for %s", (text, image, isDockerfile) => {
  expect(detectFrontend(new SourceFile("/Dockerfile", text))).toMatchObject({ image, isDockerfile });
});

test.each([
  "FROM a\n# syntax=docker/dockerfile:1\n",
  "\n# syntax=docker/dockerfile:1\nFROM a\n",
  "# a comment\n# syntax=docker/dockerfile:1\nFROM a\n",
  " # syntax=docker/dockerfile:1\nFROM a\n",
  "# syntax=\nFROM a\n",
  '{ "syntax": 1 }',
  "{",
  "",
])("%j asks for none", (text) => {
  expect(detectFrontend(new SourceFile("/Dockerfile", text))).toBeUndefined();
});
