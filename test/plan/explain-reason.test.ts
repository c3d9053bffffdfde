// Every reason in the words that people read.

import { expect, test } from "vitest";
import { inputDigest } from "../../engine/core/digest.ts";
import { describeReason } from "../../engine/plan/explain-reason.ts";
import type { Reason } from "../../engine/plan/step.ts";
import { a, b, layer } from "../lock/samples.ts";

const rust = layer("rust");

test.each<[string, Reason]>([
  ["it was never built", { kind: "never-built" }],
  ["--force asks for it", { kind: "forced" }],
  ["Dockerfile was modified", { kind: "file-changed", path: "Dockerfile", change: "modified" }],
  ["src/ was removed", { kind: "file-changed", path: "src/", change: "removed" }],
  [
    'language changed in the declaration ("go" -> "rust")',
    { kind: "declaration-changed", key: "language", was: "go", is: "rust" },
  ],
  ["args was added to the declaration", { kind: "declaration-changed", key: "args", was: undefined, is: {} }],
  [
    "args was removed from the declaration",
    { kind: "declaration-changed", key: "args", was: {}, is: undefined },
  ],
  [
    "args changed in the declaration",
    {
      kind: "declaration-changed",
      key: "args",
      was: {},
      is: { A: "a value that is too long for one line of text" },
    },
  ],
  ["its parent rust is built first", { kind: "parent-pending", parent: rust }],
  [
    "its parent rust changed (aaaaaaaaaaaa -> bbbbbbbbbbbb)",
    { kind: "parent-changed", parent: rust, was: a, is: b },
  ],
  ["it now stands on rust", { kind: "parent-changed", parent: rust, was: undefined, is: b }],
  ["it no longer stands on rust", { kind: "parent-removed", parent: rust }],
  [
    "oci-layout:/gone, which stands in for debian:trixie-slim, was not found",
    { kind: "base-not-found", image: "debian:trixie-slim", reference: "oci-layout:/gone" },
  ],
  ["debian:trixie-slim is not pinned yet", { kind: "base-unpinned", image: "debian:trixie-slim" }],
  ["debian changed (aaaaaaaaaaaa -> bbbbbbbbbbbb)", { kind: "base-changed", image: "debian", was: a, is: b }],
  ["it now stands on debian", { kind: "base-changed", image: "debian", was: undefined, is: b }],
  ["it no longer stands on debian", { kind: "base-changed", image: "debian", was: a, is: undefined }],
  ["its image aaaaaaaaaaaa is not here", { kind: "image-missing", image: a }],
  ["this lamina hashes inputs another way (recipe 1 -> 2)", { kind: "recipe-changed", was: 1, is: 2 }],
  [
    "its input digest is another (aaaaaaaaaaaa -> bbbbbbbbbbbb)",
    { kind: "digest-changed", was: inputDigest(a), is: inputDigest(b) },
  ],
  ["its parent rust is not current, and --only leaves it out", { kind: "parent-not-current", parent: rust }],
])("%s", (text, reason) => {
  expect(describeReason(reason)).toBe(text);
});
