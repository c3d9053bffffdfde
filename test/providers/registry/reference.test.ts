// Image references as people write them, and where they lead.

import { expect, test } from "vitest";
import { apiBase, parseReference } from "../../../providers/registry/reference.ts";

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
])("%s", (text, registry, repository, version) => {
  expect(parseReference(text)).toEqual({ registry, repository, version });
});

test.each(["", "Debian", "a b", "a:", "a/", "/a", "a@sha256:12", "ghcr.io/", "a:b:c", "-a"])(
  "%j is none",
  (text) => {
    expect(parseReference(text)).toBeUndefined();
  },
);

test.each([
  ["docker.io", "https://registry-1.docker.io/v2"],
  ["ghcr.io", "https://ghcr.io/v2"],
  ["localhost:5000", "http://localhost:5000/v2"],
  ["127.0.0.1", "http://127.0.0.1/v2"],
  ["127.0.0.1.example.com", "https://127.0.0.1.example.com/v2"],
  ["10.0.0.1:5000", "https://10.0.0.1:5000/v2"],
])("the API of %s is at %s", (registry, base) => {
  expect(apiBase(registry)).toBe(base);
});
