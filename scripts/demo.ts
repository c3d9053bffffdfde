// `npm run demo`: the main job on a machine where nothing is installed. Gets BuildKit where there is none, makes the
// base image where no registry is reachable, then runs `lamina build debian rust rust-deps`. Everything here are steps
// that a user would do by hand; README tells them. What lamina starts for the build (a buildkitd) it stops itself.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { execa } from "execa";
import { createResolver, hostPlatform, openBuilder } from "../cli/wire.ts";
import { type Local, local } from "../schemas/local.ts";
import { ensureBaseImage } from "./tools/base-image.ts";
import { ensureBuildkit } from "./tools/buildkit.ts";
import { exists } from "./tools/cache-dir.ts";
import { ensurePrograms, runc } from "./tools/debian-packages.ts";
import { MissingRequirement, runScript } from "./tools/missing-requirement.ts";
import { type Say, sayOnStderr as say } from "./tools/say.ts";

const root = join(import.meta.dirname, "..");
const localFile = join(root, ".lamina/local.json");
const base = "debian:trixie-slim";
const layers = ["debian", "rust", "rust-deps"];

const sayMore: Say = (line) => say(`   ${line}`);

// A Ctrl-C can arrive twice: from the terminal, and from npm, which passes it on. lamina hears the first; a second one
// some time later is a person who will not wait, and goes on to it as well.
const sameInterruptMs = 1000;

await runScript(async (signal) => {
  say("1. A BuildKit to build with");
  say(`   ${await findBuilder(signal)}`);
  say(`2. The image that the layers stand on, ${base}`);
  const before = await readLocalSettings();
  const settings: Local = {
    bases: { ...before.bases, ...(await replaceBase(before, signal)) },
    secrets: { ...(await findSecrets()), ...before.secrets },
  };
  await writeLocalSettings(settings);
  say(`3. lamina build ${layers.join(" ")}`);
  signal.throwIfAborted();
  return await runLamina(["build", ...layers]);
});

/** What builds will run on, in words: the daemon that `lamina build` will find, after getting one if need be. */
async function findBuilder(signal: AbortSignal): Promise<string> {
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
async function replaceBase(before: Local, signal: AbortSignal): Promise<Local["bases"]> {
  const chosen = before.bases[base];
  if (chosen !== undefined && (await isThere(chosen))) {
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

async function isThere(reference: string): Promise<boolean> {
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

async function readLocalSettings(): Promise<Local> {
  const text = await readFile(localFile, "utf8").catch(() => "{}");
  return local.parse(JSON.parse(text));
}

async function writeLocalSettings(settings: Local): Promise<void> {
  await mkdir(dirname(localFile), { recursive: true });
  await writeFile(localFile, `${JSON.stringify(settings, undefined, 2)}\n`);
  say("   .lamina/local.json, which git ignores, says now:");
  for (const [image, reference] of Object.entries(settings.bases)) say(`     base ${image}: ${reference}`);
  for (const id of Object.keys(settings.secrets)) say(`     secret ${id}: for the steps that download`);
}

/** Runs the built command line to its end and answers its exit code. */
async function runLamina(args: readonly string[]): Promise<number> {
  const lamina = execa(process.execPath, [join(root, "dist/cli/main.js"), ...args], {
    cwd: root,
    stdio: "inherit",
    reject: false,
    // Its signals come from here alone. Stopping what runs and writing the lock takes it a while; it ends by itself.
    detached: true,
    forceKillAfterDelay: false,
  });
  let lastMs = -sameInterruptMs;
  const passOn = (name: NodeJS.Signals): void => {
    if (performance.now() - lastMs >= sameInterruptMs) lamina.kill(name);
    lastMs = performance.now();
  };
  process.on("SIGINT", passOn).on("SIGTERM", passOn);
  const { exitCode } = await lamina;
  process.off("SIGINT", passOn).off("SIGTERM", passOn);
  return exitCode ?? 130;
}
