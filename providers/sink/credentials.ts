// What lets in at a NATS server, told apart by its form: a .creds file's text, a user's seed, "user:password", or a token.

import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";

/** Undefined where the text is none of them. What it throws when it is asked is not to be shown. */
export function readCredentials(text: string): Authenticator | undefined {
  const secret = text.trim();
  const bytes = new TextEncoder().encode(secret.includes("-----") ? `${secret}\n` : secret);
  const authenticator = chooseAuthenticator(secret, bytes);
  try {
    // A seed that is not whole shows here, and not in the middle of a connection.
    authenticator?.("nonce");
    return authenticator;
  } catch {
    return undefined;
  }
}

function chooseAuthenticator(secret: string, bytes: Uint8Array): Authenticator | undefined {
  if (secret === "") return undefined;
  if (secret.includes("-----BEGIN ")) return credsAuthenticator(bytes);
  if (/^SU[A-Z2-7]{56}$/.test(secret)) return nkeyAuthenticator(bytes);
  const colon = secret.indexOf(":");
  return colon < 0
    ? tokenAuthenticator(secret)
    : usernamePasswordAuthenticator(secret.slice(0, colon), secret.slice(colon + 1));
}
