// apk's record of what is installed: paragraphs of "P:name" and the like (apk-tools, "APKINDEX format" and its files' lines).

import type { InstalledPackage } from "../../engine/ports/image-inventory.ts";

/** Undefined where a paragraph names no package or no version. */
export function parseAlpineDatabase(text: string): readonly InstalledPackage[] | undefined {
  const packages: InstalledPackage[] = [];
  for (const paragraph of text.split(/\n\n+/)) {
    if (paragraph.trim() === "") continue;
    const fields = readFields(paragraph);
    const [name, version, origin] = [fields.get("P"), fields.get("V"), fields.get("o")];
    if (name === undefined || version === undefined) return undefined;
    packages.push({
      manager: "apk",
      name,
      version,
      architecture: fields.get("A"),
      source: origin === undefined || origin === name ? undefined : `${origin}@${version}`,
    });
  }
  return packages;
}

/** The package's own fields: those of its files (F, R, a, Z, M) come after, and hide none of them. */
function readFields(paragraph: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of paragraph.split("\n")) {
    const name = line[0];
    if (name !== undefined && line[1] === ":" && line.length > 2 && !fields.has(name))
      fields.set(name, line.slice(2));
  }
  return fields;
}
