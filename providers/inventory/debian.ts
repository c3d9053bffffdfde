// dpkg's record of what is installed: paragraphs of "Field: value" (deb-control(5), dpkg-query(1) for the states).

import type { InstalledPackage } from "../../engine/ports/image-inventory.ts";

/** States in which nothing of a package but its settings is there. */
const absentStates: ReadonlySet<string> = new Set(["not-installed", "config-files"]);

/** Of a status file, or of one package's paragraph without its state. Undefined where a paragraph names no package. */
export function parseDebianStatus(text: string): readonly InstalledPackage[] | undefined {
  const packages: InstalledPackage[] = [];
  for (const paragraph of text.split(/\n(?:[ \t]*\n)+/)) {
    if (paragraph.trim() === "") continue;
    const fields = readFields(paragraph);
    const name = fields.get("package");
    if (name === undefined) return undefined;
    const version = fields.get("version");
    // "install ok installed": what is wanted, whether all is well, what is there.
    const state = fields.get("status")?.split(" ").at(-1) ?? "installed";
    if (version === undefined || absentStates.has(state)) continue;
    packages.push({
      manager: "deb",
      name,
      version,
      architecture: fields.get("architecture"),
      source: sourceOf(fields.get("source"), name, version),
    });
  }
  return packages;
}

/** Lower-case names. What goes on in the next lines is left out: descriptions and lists of files. */
function readFields(paragraph: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of paragraph.split("\n")) {
    const [, name, value] = /^([A-Za-z][A-Za-z0-9-]*):[ \t]*(.*?)[ \t\r]*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined && value !== "") fields.set(name.toLowerCase(), value);
  }
  return fields;
}

/** "glibc" and "gcc-14 (14.2.0-19)" as "glibc@<version>" and "gcc-14@14.2.0-19". */
function sourceOf(field: string | undefined, name: string, version: string): string | undefined {
  const [, source, sourceVersion = version] = /^(\S+)(?: \((\S+)\))?$/.exec(field ?? name) ?? [];
  if (source === undefined || (source === name && sourceVersion === version)) return undefined;
  return `${source}@${sourceVersion}`;
}
