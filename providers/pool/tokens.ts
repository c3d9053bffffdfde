// Who may ask the pool: bearer tokens, each with the name that its leases go by.

import { createHash, timingSafeEqual } from "node:crypto";
import { err, ok, type Result } from "../../engine/core/result.ts";

/** Whoever asks. */
export interface Caller {
  readonly name: string;
  /** Sees and ends the leases of all. */
  readonly isAdmin: boolean;
}

export interface PoolToken extends Caller {
  readonly sha256: Uint8Array;
}

const namePattern = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/;
const tokenPattern = /^[\x21-\x7e]{16,512}$/;

/**
 * Reads tokens, one a line: "NAME TOKEN" or "NAME TOKEN admin"; empty lines and those that begin with # are passed over. What is
 * wrong is told by its line, without what stands there: it may be a secret.
 */
export function parseTokens(text: string): Result<readonly PoolToken[], string> {
  const tokens: PoolToken[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const [name = "", token = "", role, ...rest] = line.trim().split(/\s+/);
    if (name === "" || name.startsWith("#")) continue;
    const at = `line ${index + 1}`;
    if ((role !== undefined && role !== "admin") || rest.length > 0)
      return err(`${at} must be NAME TOKEN, or NAME TOKEN admin`);
    if (!namePattern.test(name)) return err(`${at}: a name is letters, digits and . _ - within`);
    if (!tokenPattern.test(token))
      return err(`${at}: a token has 16 characters or more, none of them a blank`);
    const sha256 = digest(token);
    if (tokens.some((other) => other.name === name)) return err(`${at}: the name stands twice`);
    if (tokens.some((other) => timingSafeEqual(other.sha256, sha256)))
      return err(`${at}: the token stands twice`);
    tokens.push({ name, isAdmin: role === "admin", sha256 });
  }
  return tokens.length === 0 ? err("there is no token") : ok(tokens);
}

/** Whose token an Authorization header bears; takes as long for a wrong token as for a right one. */
export function findCaller(
  tokens: readonly PoolToken[],
  authorization: string | undefined,
): Caller | undefined {
  const given = digest(/^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1] ?? "");
  let found: Caller | undefined;
  for (const token of tokens) if (timingSafeEqual(token.sha256, given)) found = token;
  return found;
}

/** Compared in place of the token itself: of one length, and what differs early differs anywhere. */
function digest(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}
