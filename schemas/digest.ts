// Digests as they cross a border; the brands are the engine's own.

import { z } from "zod";
import { type ImageDigest, type InputDigest, isDigest } from "../engine/core/digest.ts";

const message = 'must be "sha256:" and 64 hexadecimal digits';

export const inputDigestSchema = z.custom<InputDigest>(
  (value) => typeof value === "string" && isDigest(value),
  message,
);
export const imageDigestSchema = z.custom<ImageDigest>(
  (value) => typeof value === "string" && isDigest(value),
  message,
);
