// SSH public keys as the API judges them: "ssh-ed25519 AAAA… comment".

import { createHash } from "node:crypto";

/** MD5 of the key in hex with colons, as the API tells it; undefined for what is no public key. */
export function fingerprintOf(publicKey: string): string | undefined {
  const [type = "", encoded = ""] = publicKey.trim().split(/\s+/);
  const blob = Buffer.from(encoded, "base64");
  // A key begins with the length and the text of its own type.
  if (type === "" || blob.length < 4 + type.length || blob.readUInt32BE(0) !== type.length) return undefined;
  if (blob.toString("latin1", 4, 4 + type.length) !== type) return undefined;
  return createHash("md5")
    .update(blob)
    .digest("hex")
    .replaceAll(/..(?!$)/g, "$&:");
}
