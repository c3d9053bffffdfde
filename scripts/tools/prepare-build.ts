// What a build of the shipped catalog takes on a machine where nothing is installed: a BuildKit, the image that the layers
// stand on where no registry can be reached, and the certificates that downloads are trusted by. A user would do the same by
// hand; README tells how.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { createResolver, hostPlatform, openBuilder } from "../../cli/wire.ts";
import { type Local, local } from "../../schemas/local.ts";
import { ensureBaseImage } from "./base-image.ts";
import { ensureBuildkit } from "./buildkit.ts";
import { exists } from "./cache-dir.ts";
import { ensurePrograms, runc } from "./debian-packages.ts";
import { MissingRequirement } from "./missing-requirement.ts";
import { type Say, sayOnStderr as say } from "./say.ts";

const base = "debian:trixie-slim";

const sayMore: Say = (line) => say(`   ${line}`);

/** Steps 1 and 2 of a script: tells what it does, and writes .lamina/local.json below `root`. Throws MissingRequirement. */
export async function prepareBuild(root: string, signal: AbortSignal): Promise<void> {
  say("1. A BuildKit to build with");
  say(`   ${await findBuilder(root, signal)}`);
  say(`2. The image that the layers stand on, ${base}`);
  const file = join(root, ".lamina/local.json");
  const before = await readLocalSettings(file);
  const settings: Local = {
    bases: { ...before.bases, ...(await replaceBase(root, before, signal)) },
    secrets: { ...(await findSecrets()), ...before.secrets },
  };
  await writeLocalSettings(file, settings);
  signal.throwIfAborted();
}

/** What builds will run on, in words: the daemon that `lamina build` will find, after getting one if need be. */
async function findBuilder(root: string, signal: AbortSignal): Promise<string> {
  // What can be missing, one after the other: a daemon of one's own needs the second only where there is no other.
  const remedies: readonly (() => Promise<unknown>)[] =
    (process.env["BUILDKIT_HOST"] ?? "") === ""
      ? [() => ensureBuildkit(sayMore, signal), () => ensurePrograms([runc], sayMore)]
      : [];
  let opened = await openBuilder(root, signal);
  for (const remedy of remedies) {
    if (opened.ok) break;
    signal.throwIfAborted();
    await remedy();
    opened = await openBuilder(root, signal);
  }
  signal.throwIfAborted();
  if (!opened.ok) {
    const attempts = opened.error.attempts.map(({ way, reason }) => `\n  ${way}: ${reason}`).join("");
    throw new MissingRequirement(
      `there is no BuildKit to build with:${attempts}`,
      opened.error.attempts.map(({ help }) => help).join("; or "),
    );
  }
  await opened.value.close();
  return opened.value.description;
}

/** What is to stand in for the base here: nothing new where one is chosen already, or the registry answers. */
async function replaceBase(root: string, before: Local, signal: AbortSignal): Promise<Local["bases"]> {
  const chosen = before.bases[base];
  if (chosen !== undefined && (await isThere(root, chosen))) {
    say(`   .lamina/local.json has chosen already: ${chosen}`);
    return {};
  }
  if (await isRegistryReachable(signal)) {
    say("   its registry answers: it is pulled from there");
    return {};
  }
  say("   its registry does not answer: it is made here, from Debian's archive");
  const { directory, digest } = await ensureBaseImage(sayMore, signal);
  say(`   ${directory} (${digest.slice(0, "sha256:".length + 12)})`);
  return { [base]: `oci-layout:${directory}` };
}

async function isThere(root: string, reference: string): Promise<boolean> {
  const directory = /^oci-layout:([^@]+)/.exec(reference)?.[1];
  return directory === undefined || (await exists(resolve(root, directory, "index.json")));
}

async function isRegistryReachable(signal: AbortSignal): Promise<boolean> {
  const giveUp = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  return (await createResolver().resolve(base, hostPlatform(), giveUp)).ok;
}

/** The certificates that this machine trusts, so that build steps get through a proxy that signs with its own. */
async function findSecrets(): Promise<Local["secrets"]> {
  const candidates = [
    process.env["SSL_CERT_FILE"] ?? "",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
  ];
  for (const file of candidates) {
    if (file !== "" && (await exists(file))) return { ca_certificates: { file } };
  }
  return {};
}

async function readLocalSettings(file: string): Promise<Local> {
  const text = await readFile(file, "utf8").catch(() => "{}");
  return local.parse(JSON.parse(text));
}

async function writeLocalSettings(file: string, settings: Local): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(settings, undefined, 2)}\n`);
  say("   .lamina/local.json, which git ignores, says now:");
  for (const [image, reference] of Object.entries(settings.bases)) say(`     base ${image}: ${reference}`);
  for (const id of Object.keys(settings.secrets)) say(`     secret ${id}: for the steps that download`);
}
