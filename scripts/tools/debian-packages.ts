// Programs that Debian packages: found on this machine, or installed by apt where that can be done without asking.

import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { MissingRequirement } from "./missing-requirement.ts";
import type { Say } from "./say.ts";

export interface Program {
  /** The name it is run by. */
  readonly name: string;
  /** The Debian package that has it. */
  readonly package: string;
  /** What needs it, for the message: "buildkitd runs the steps of a build with it". */
  readonly why: string;
  /** Whether the program found under that name will do; any will where this is not given. */
  readonly accepts?: (path: string) => Promise<boolean>;
}

export const runc: Program = {
  name: "runc",
  package: "runc",
  why: "buildkitd runs the steps of a build with it",
};

// Where Debian puts daemons and administration; a user's PATH often lacks them.
const systemDirs = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Absolute path of a program on PATH or in the system's own folders. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const dir of [...(process.env["PATH"] ?? "").split(delimiter), ...systemDirs]) {
    if (dir === "") continue;
    const path = join(dir, name);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return path;
  }
  return undefined;
}

/**
 * Finds each program, installing the packages of those that are missing when this is root on Debian or Ubuntu.
 * Throws MissingRequirement, naming all that is missing, where it cannot.
 */
export async function ensurePrograms(
  programs: readonly Program[],
  say: Say,
): Promise<ReadonlyMap<string, string>> {
  const missing = await withoutFound(programs);
  if (missing.length > 0) await install(missing, say);
  const found = new Map<string, string>();
  for (const program of programs) {
    const path = await findAccepted(program);
    if (path !== undefined) found.set(program.name, path);
  }
  return found;
}

async function findAccepted(program: Program): Promise<string | undefined> {
  const path = await findProgram(program.name);
  if (path === undefined || program.accepts === undefined) return path;
  return (await program.accepts(path)) ? path : undefined;
}

async function withoutFound(programs: readonly Program[]): Promise<readonly Program[]> {
  const missing: Program[] = [];
  for (const program of programs) {
    if ((await findAccepted(program)) === undefined) missing.push(program);
  }
  return missing;
}

async function install(missing: readonly Program[], say: Say): Promise<void> {
  const packages = [...new Set(missing.map((program) => program.package))];
  const what = missing.map((program) => `${program.name} (${program.why})`).join(", ");
  const aptGet = await findProgram("apt-get");
  if (aptGet === undefined) {
    throw new MissingRequirement(
      `missing: ${what}`,
      `install it with this system's package manager; Debian's packages are called ${packages.join(", ")}`,
    );
  }
  const command = `apt-get install ${packages.join(" ")}`;
  if (process.getuid?.() !== 0) {
    throw new MissingRequirement(`missing: ${what}`, `run as root: ${command}`);
  }
  say(`${command}: ${what}`);
  const options = {
    all: true,
    reject: false,
    env: { DEBIAN_FRONTEND: "noninteractive" },
  } as const;
  const args = ["install", "--yes", "--no-install-recommends", ...packages];
  // Lists may be absent or name versions that the archive has dropped: then they are fetched, once.
  let result = await execa(aptGet, args, options);
  if (result.failed) {
    await execa(aptGet, ["update"], options);
    result = await execa(aptGet, args, options);
  }
  const left = await withoutFound(missing);
  if (left.length > 0) {
    throw new MissingRequirement(
      `${command} did not bring ${left.map((program) => program.name).join(", ")}:\n${result.all.trimEnd()}`,
      "mend apt, or install it by hand",
    );
  }
}
