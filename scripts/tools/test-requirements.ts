// What the tests run that is neither an npm package nor BuildKit: Debian's packages, installed where that can be done.

import { open } from "node:fs/promises";
import { ensurePrograms, type Program, runc } from "./debian-packages.ts";
import { type Say, sayOnStderr } from "./say.ts";

/** Whether a program runs in an image without libraries: it names no dynamic loader in its head. */
async function isStatic(path: string): Promise<boolean> {
  const file = await open(path);
  const head = Buffer.alloc(4096);
  await file.read(head);
  await file.close();
  return !head.includes("/ld-");
}

const requirements: readonly Program[] = [
  runc,
  { name: "docker-registry", package: "docker-registry", why: "images are pushed to it and resolved in it" },
  {
    name: "busybox",
    package: "busybox-static",
    why: "the small base image of the tests is made of it",
    accepts: isStatic,
  },
  { name: "git", package: "git", why: "tests make repositories" },
  { name: "rsync", package: "rsync", why: "contexts are sent with it" },
  { name: "sshd", package: "openssh-server", why: "tests log in to it" },
  { name: "ssh", package: "openssh-client", why: "what lamina does over SSH is measured against it" },
  { name: "ssh-keygen", package: "openssh-client", why: "tests make keys" },
  { name: "ip", package: "iproute2", why: "the hosts that tests log in to have networks of their own" },
  { name: "unshare", package: "util-linux", why: "those hosts are made of namespaces" },
  { name: "nsenter", package: "util-linux", why: "those hosts are connected to this one" },
  { name: "flock", package: "util-linux", why: "those hosts are taken away in order" },
  { name: "openssl", package: "openssl", why: "tests make certificates" },
  { name: "nats-server", package: "nats-server", why: "events are published to it" },
  {
    name: "hcloud",
    package: "hcloud-cli",
    why: "tests run it against the server that speaks Hetzner's API",
  },
  { name: "dot", package: "graphviz", why: "it reads what `lamina graph --format dot` writes" },
  {
    name: "chromium-headless-shell",
    package: "chromium-headless-shell",
    why: "tests open the pages that lamina makes in it",
  },
];

/** Absolute paths by program name. Throws MissingRequirement, naming all that is missing and how to get it. */
export async function ensureTestRequirements(say: Say = sayOnStderr): Promise<ReadonlyMap<string, string>> {
  return await ensurePrograms(requirements, say);
}
