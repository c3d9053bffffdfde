// Image references as people write them, and where they lead.

import { expect, test } from "vitest";
import { parseReference } from "../../../providers/registry/reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

test.each([
  ["debian", "docker.io", "library/debian", "latest"],
  ["debian:trixie-slim", "docker.io", "library/debian", "trixie-slim"],
  ["docker.io/library/debian:trixie-slim", "docker.io", "library/debian", "trixie-slim"],
  ["index.docker.io/a/b", "docker.io", "a/b", "latest"],
  ["lamina/rust", "docker.io", "lamina/rust", "latest"],
  ["ghcr.io/a/b/c:v1.2_3", "ghcr.io", "a/b/c", "v1.2_3"],
  ["localhost/a", "localhost", "a", "latest"],
  ["localhost:5000/a__b:1", "localhost:5000", "a__b", "1"],
  ["127.0.0.1:5000/a", "127.0.0.1:5000", "a", "latest"],
  [`debian@${digest}`, "docker.io", "library/debian", digest],
  [`ghcr.io/a/b:1@${digest}`, "ghcr.io", "a/b", digest],
])("%s", (text, registry, name, version) => {
  expect(parseReference(text)).toEqual({ registry, name, version });
});

test.each(["", "Debian", "a b", "a:", "a/", "/a", "a@sha256:12", "ghcr.io/", "a:b:c", "-a"])(
  "%j is none",
  (text) => {
    expect(parseReference(text)).toBeUndefined();
  },
);
