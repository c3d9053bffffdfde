// Puts back what npm leaves out of package-lock.json when the registry it asks has no packages of other platforms (a mirror
// may not carry them): `npm ci` then refuses the lock everywhere. To be run after `npm install` changed the lock.
//
//   node scripts/complete-package-lock.ts

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const entry = z.looseObject({
  license: z.string().optional(),
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
// Records keep the order of what they read, objects with a shape do not.
const record = z.record(z.string(), z.unknown());

const systems = new Set([
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
]);
const processors = new Set([
  "arm",
  "arm64",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "ppc64le",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
]);

/** The lock's text with an entry for every optional package that another one names, by the platform in its name. */
export function completePackageLock(text: string): string {
  const lock = record.parse(JSON.parse(text));
  const packages = new Map(Object.entries(record.parse(lock["packages"])));
  for (const [path, described] of Array.from(packages)) {
    const { optionalDependencies = {}, license, dev } = entry.parse(described);
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const places = [`node_modules/${name}`, `${path}/node_modules/${name}`];
      if (places.some((place) => packages.has(place))) continue;
      const words = name.split(/[/-]/);
      const cpu = words.find((word) => processors.has(word));
      const os = words.find((word) => systems.has(word));
      const libc = words.some((word) => word.startsWith("musl"))
        ? "musl"
        : words.some((word) => word.startsWith("gnu"))
          ? "glibc"
          : undefined;
      packages.set(`node_modules/${name}`, {
        version,
        ...(cpu === undefined ? {} : { cpu: [cpu] }),
        ...(dev === undefined ? {} : { dev }),
        ...(libc === undefined ? {} : { libc: [libc] }),
        ...(license === undefined ? {} : { license }),
        optional: true,
        ...(os === undefined ? {} : { os: [os] }),
      });
    }
  }
  const sorted = Array.from(packages).sort(([a], [b]) => a.localeCompare(b, "en"));
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, undefined, 2)}\n`;
}

if (import.meta.main) {
  const file = join(import.meta.dirname, "../package-lock.json");
  writeFileSync(file, completePackageLock(readFileSync(file, "utf8")));
}
