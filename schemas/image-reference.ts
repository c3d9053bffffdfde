// An image outside the catalog, as a Dockerfile spells it: "debian:trixie-slim", "ghcr.io/owner/name@sha256:…",
// "scratch".

import { z } from "zod";
import { expects } from "./form/expects.ts";
import { imageReferencePattern } from "./image-reference-pattern.ts";

const what = 'the reference of an image, such as "debian:trixie-slim", or "scratch"';

export const imageReference = z.string(expects(what)).regex(imageReferencePattern, `must be ${what}`);
