// The body of a request: JSON, of a size that a request may have.

import type { IncomingMessage } from "node:http";
import { ok, type Result } from "../../engine/core/result.ts";
import { fault, type PoolFault } from "./fault.ts";

const maxBytes = 256 * 1024;

/** Reads a whole body and parses it. What is too long is not read to its end. */
export async function readBody(request: IncomingMessage): Promise<Result<unknown, PoolFault>> {
  const type = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json")
    return fault("unsupported_media_type", "the body must be JSON, of the type application/json");
  const pieces: Buffer[] = [];
  let length = 0;
  const tooLarge = fault("too_large", `the body may have ${maxBytes / 1024} kB`);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return tooLarge;
  try {
    for await (const piece of request) {
      if (!Buffer.isBuffer(piece)) throw new Error("the body is read as text");
      length += piece.length;
      if (length > maxBytes) return tooLarge;
      pieces.push(piece);
    }
  } catch {
    return fault("invalid_request", "the body ended before it was whole");
  }
  try {
    return ok(JSON.parse(Buffer.concat(pieces).toString("utf8")));
  } catch {
    return fault("invalid_request", "the body is no JSON");
  }
}
