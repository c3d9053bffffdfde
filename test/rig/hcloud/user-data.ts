// What a host of the tests does of cloud-init: of the user data of a server, who may log in and what it proves itself with.
// The rest, such as what it would install and start, the hosts have already.

import { z } from "zod";
import type { KeyPair } from "../../../engine/ports/compute.ts";

export interface BootKeys {
  /** Of root: hosts let nobody else in. */
  readonly authorizedKeys: readonly string[];
  /** Undefined where it is to make its own. */
  readonly hostKey: KeyPair | undefined;
}

const cloudConfig = z.looseObject({
  ssh_authorized_keys: z.array(z.string()).default([]),
  users: z
    .array(z.looseObject({ name: z.string(), ssh_authorized_keys: z.array(z.string()).default([]) }))
    .default([]),
  ssh_keys: z.looseObject({ ed25519_private: z.string(), ed25519_public: z.string() }).optional(),
});

/** Throws for what cloud-init would not take: its header must be the very first line. Read as JSON, a part of YAML. */
export function readUserData(userData: string): BootKeys {
  if (userData === "") return { authorizedKeys: [], hostKey: undefined };
  const header = "#cloud-config\n";
  if (!userData.startsWith(header)) throw new Error("user data without #cloud-config in its first line");
  const { ssh_authorized_keys, users, ssh_keys } = cloudConfig.parse(
    JSON.parse(userData.slice(header.length)),
  );
  const root = users.find(({ name }) => name === "root");
  return {
    authorizedKeys: [...ssh_authorized_keys, ...(root?.ssh_authorized_keys ?? [])],
    hostKey: ssh_keys && { privateKey: ssh_keys.ed25519_private, publicKey: ssh_keys.ed25519_public },
  };
}
