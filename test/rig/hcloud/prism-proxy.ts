// Prism between a client and a server: an independent judge of whether both keep to an OpenAPI document. It changes nothing
// and tells what it found in a header of the answer.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";
import { type RunningDaemon, startDaemon } from "../daemon.ts";

const require = createRequire(import.meta.url);

/** What is used of the API. */
export const ownDocument = join(import.meta.dirname, "../../fixtures/hcloud-openapi.json");

/** Judged by instead, where it is set: a path, such as of the provider's whole document. */
const document = process.env["LAMINA_TEST_HCLOUD_OPENAPI"] ?? ownDocument;

/**
 * `told` of the result is where it listens: "http://127.0.0.1:40123"; paths begin there without "/v1". `judgedBy` is the path of
 * another document.
 */
export async function startPrismProxy(
  upstream: string,
  directory: string,
  judgedBy = document,
): Promise<RunningDaemon> {
  const prism = join(dirname(require.resolve("@stoplight/prism-cli/package.json")), "dist/index.js");
  const args = ["proxy", judgedBy, upstream, "--host", "127.0.0.1", "--port", "0"];
  return await startDaemon({
    // It tells on stdout what the rig reads of stderr.
    command: ["/bin/sh", "-c", 'exec "$@" >&2', "prism", process.execPath, prism, ...args],
    directory,
    readyLine: /Prism is listening on (http:\/\/127\.0\.0\.1:\d+)/,
  });
}

const violation = z.looseObject({
  /** Its first part is "request" or "response". */
  location: z.array(z.string()),
  severity: z.string(),
  message: z.string(),
});

/** What Prism found against a request and its answer. */
export function readViolations(answer: Response): readonly string[] {
  return parseViolations(answer.headers.get("sl-violations"));
}

/** The same of the header `sl-violations` itself, where there is one. */
export function parseViolations(told: string | null | undefined): readonly string[] {
  return z
    .array(violation)
    .parse(JSON.parse(told ?? "[]"))
    .map(({ location, message }) => `${location.join(".")}: ${message}`);
}
