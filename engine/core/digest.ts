// Content digests, branded by what they identify, so that an image's digest never stands where an input's belongs.

import { hash } from "node:crypto";

declare const kind: unique symbol;

/** "sha256:" and 64 lower-case hexadecimal digits (OCI image spec, descriptor.md#digests). */
export type Digest = string & { readonly [kind]?: "digest" };
/** Of everything that a build of a layer reads. */
export type InputDigest = Digest & { readonly __input: true };
/** Of an image manifest or index. */
export type ImageDigest = Digest & { readonly __image: true };

const pattern = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return pattern.test(text);
}

function isInputDigest(text: string): text is InputDigest {
  return isDigest(text);
}

function isImageDigest(text: string): text is ImageDigest {
  return isDigest(text);
}

/** @throws RangeError when the text is no sha256 digest: check foreign text with `isDigest` first. */
export function inputDigest(text: string): InputDigest {
  if (!isInputDigest(text)) throw new RangeError(`not a sha256 digest: ${text}`);
  return text;
}

/** @throws RangeError when the text is no sha256 digest: check foreign text with `isDigest` first. */
export function imageDigest(text: string): ImageDigest {
  if (!isImageDigest(text)) throw new RangeError(`not a sha256 digest: ${text}`);
  return text;
}

/** The sha256 digest of bytes or of a text's UTF-8. */
export function sha256(content: Uint8Array | string): Digest {
  return `sha256:${hash("sha256", content, "hex")}`;
}

/** The first `length` hexadecimal digits, for people. */
export function shortDigest(digest: Digest, length = 12): string {
  return digest.slice("sha256:".length, "sha256:".length + length);
}
