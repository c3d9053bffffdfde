// Every reason in the words that people read.

import { expect, test } from "vitest";
import { inputDigest } from "../../engine/core/digest.ts";
import { describeReason } from "../../engine/plan/explain-reason.ts";
import type { Reason } from "../../engine/plan/step.ts";
import { a, b, layer } from "../lock/samples.ts";

const rust = layer("rust");

test.each<[string, Reason]>([
  ["it was never built", { kind: "never-built" }],
  ["it was asked for", { kind: "forced" }],
  ["Dockerfile was modified", { kind: "file-changed", path: "Dockerfile", change: "modified" }],
  ["src/ was removed", { kind: "file-changed", path: "src/", change: "removed" }],
  ["a was modified", { kind: "file-changed", path: "a", change: "modified", was: "1 644", is: "2 755" }],
  [
    "the mode of a changed (644 -> 755)",
    { kind: "file-changed", path: "a", change: "modified", was: "1 644", is: "1 755" },
  ],
  [
    "the mode of src/ changed (755 -> 700)",
    { kind: "file-changed", path: "src/", change: "modified", was: "folder 755", is: "folder 700" },
  ],
  [
    "link leads elsewhere (a b -> c)",
    { kind: "file-changed", path: "link", change: "modified", was: "-> a b", is: "-> c" },
  ],
  ["a was modified", { kind: "file-changed", path: "a", change: "modified", was: "-> b", is: "2 644" }],
  [
    'args.RUST_VERSION: "1.80" -> "1.82"',
    { kind: "declaration-changed", key: "args.RUST_VERSION", was: "1.80", is: "1.82" },
  ],
  ["ssh: false -> true", { kind: "declaration-changed", key: "ssh", was: false, is: true }],
  ['args.A was added ("1")', { kind: "declaration-changed", key: "args.A", was: undefined, is: "1" }],
  ['args.A was removed ("1")', { kind: "declaration-changed", key: "args.A", was: "1", is: undefined }],
  [
    'build_base: "debian" -> {"image":"debian:trixie"}',
    { kind: "declaration-changed", key: "build_base", was: "debian", is: { image: "debian:trixie" } },
  ],
  [
    'copies_from: + "go", - "rust"',
    { kind: "declaration-changed", key: "copies_from", was: ["hg", "rust"], is: ["go", "hg"] },
  ],
  ['check: + "a"', { kind: "declaration-changed", key: "check", was: ["a", "b"], is: ["a", "b", "a"] }],
  ["check: in another order", { kind: "declaration-changed", key: "check", was: ["a", "b"], is: ["b", "a"] }],
  [
    'check: + "1", + "2", + "3", + "4", + "5", + "6", and 2 more',
    {
      kind: "declaration-changed",
      key: "check",
      was: ["0"],
      is: ["1", "2", "3", "4", "5", "6", "7"],
    },
  ],
  [
    `args.A: …${"-".repeat(8)}old${"-".repeat(49)}… -> …${"-".repeat(8)}new"`,
    {
      kind: "declaration-changed",
      key: "args.A",
      was: `${"-".repeat(70)}old${"-".repeat(70)}`,
      is: `${"-".repeat(70)}new`,
    },
  ],
  [
    `args.A was added ("${"a".repeat(59)}…)`,
    { kind: "declaration-changed", key: "args.A", was: undefined, is: "a".repeat(100) },
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
