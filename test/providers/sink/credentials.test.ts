// Each form of credentials, and what it answers a server.

import { nkeys } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { readCredentials } from "../../../providers/sink/credentials.ts";

const user = nkeys.createUser();
const seed = new TextDecoder().decode(user.getSeed());
const nonce = "server-says";

/** What `nsc` writes into a .creds file. */
const creds = `-----BEGIN NATS USER JWT-----
header.payload.signature
------END NATS USER JWT------

************************* IMPORTANT *************************
NKEY Seed printed below can be used to sign and prove identity.

-----BEGIN USER NKEY SEED-----
${seed}
------END USER NKEY SEED------

*************************************************************
`;

test.each([
  ["a token", "t0ken\n", { auth_token: "t0ken" }],
  ["user and password, with colons in it", "me:a:b", { user: "me", pass: "a:b" }],
])("%s", (_, text, answer) => {
  expect(readCredentials(text)?.(nonce)).toEqual(answer);
});

test.each([
  ["a seed", `${seed}\n`, {}],
  ["a .creds file", creds, { jwt: "header.payload.signature" }],
  ["one with its end of lines lost", creds.trimEnd(), { jwt: "header.payload.signature" }],
])("%s signs what the server says", (_, text, more) => {
  const answer = readCredentials(text)?.(nonce);
  expect(answer).toMatchObject({ nkey: user.getPublicKey(), ...more });
  const signature = answer !== undefined && typeof answer === "object" && "sig" in answer ? answer.sig : "";
  const bytes = Uint8Array.from(Buffer.from(signature, "base64url"));
  expect(user.verify(new TextEncoder().encode(nonce), bytes)).toBe(true);
});

test.each(["", " \n", `${seed.slice(0, -4)}AAAA`, "-----BEGIN NATS USER JWT-----\nx"])(
  "%j is none of them",
  (text) => {
    expect(readCredentials(text)).toBeUndefined();
  },
);
