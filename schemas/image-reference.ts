// An image outside the catalog, as a Dockerfile spells it: "debian:trixie-slim", "ghcr.io/owner/name@sha256:…",
// "scratch". Grammar of the distribution project's reference format, without its limit of lengths.

import { z } from "zod";
import { expects } from "./form/expects.ts";

const host =
  "([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*(:[0-9]+)?/)?";
const component = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*";

export const imageReferencePattern = new RegExp(
  `^${host}${component}(/${component})*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$`,
);

const what = 'the reference of an image, such as "debian:trixie-slim", or "scratch"';

export const imageReference = z.string(expects(what)).regex(imageReferencePattern, `must be ${what}`);
