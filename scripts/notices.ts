// The notices of packages of which a part is in the bundle, one text.

import { glob, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";

const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string().optional() });

/** `packages` are folders, absolute. @throws Error for a package without a licence file. */
export async function writeNotices(packages: readonly string[], into: string): Promise<void> {
  const notices = await Promise.all(packages.map(noticeOf));
  await writeFile(
    into,
    `lamina contains code of these packages.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`,
  );
}

async function noticeOf(directory: string): Promise<string> {
  const { name, version, license } = manifestSchema.parse(
    JSON.parse(await readFile(join(directory, "package.json"), "utf8")),
  );
  const texts: string[] = [];
  for await (const file of glob(join(directory, "*"))) {
    if (/^(licen[cs]e|notice|copying)/i.test(basename(file))) texts.push(await readFile(file, "utf8"));
  }
  if (texts.length === 0) throw new Error(`${name} has no licence file, but is in the bundle`);
  return `${name} ${version} (${license ?? "see below"})\n\n${texts.join("\n\n").trim()}\n`;
}
