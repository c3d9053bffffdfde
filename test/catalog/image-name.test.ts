import { expect, test } from "vitest";
import { isSameImage, layerOfImage } from "../../engine/catalog/image-name.ts";

test.each([
  ["lamina/rust", "rust"],
  ["lamina/rust:1.96", "rust"],
  ["lamina/rust@sha256:00", "rust"],
  ["docker.io/lamina/rust:latest", "rust"],
  ["lamina/rust/inner", undefined],
  ["lamina", undefined],
  ["lamina/", undefined],
  ["other/rust", undefined],
  ["ghcr.io/lamina/rust", undefined],
  ["localhost:5000/lamina/rust", undefined],
  ["scratch", undefined],
])("in workspace lamina, %s is layer %s", (image, layer) => {
  expect(layerOfImage(image, "lamina")).toBe(layer);
});

test.each([
  ["debian", "docker.io/library/debian:latest", true],
  ["debian:trixie-slim", "library/debian:trixie-slim", true],
  ["debian:trixie-slim", "debian:trixie", false],
  ["localhost:5000/debian", "localhost:5000/debian:latest", true],
  ["localhost:5000/debian", "localhost/debian:latest", false],
  ["debian@sha256:00", "debian", false],
])("%s and %s mean the same: %s", (a, b, same) => {
  expect(isSameImage(a, b)).toBe(same);
  expect(isSameImage(b, a)).toBe(same);
});
