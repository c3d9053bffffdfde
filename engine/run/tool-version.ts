// Tools' versions as tools print them: free text in, the version out, held against what was demanded.

import coerce from "semver/functions/coerce.js";
import satisfies from "semver/functions/satisfies.js";

// A dash and a digit is a distribution's revision ("14.2.0-19"), no part of the tool's own version.
const versionPattern = /(?<![\w.])v?(\d+\.\d+(?:\.\d+)?(?:-[A-Za-z][0-9A-Za-z.-]*)?)/;

/** The first token that looks like a version: "1.96.0" of "cargo 1.96.0 (9d8e1c1 2026-05-01)"; "" where none does. */
export function findVersion(output: string): string {
  return versionPattern.exec(output)?.[1] ?? "";
}

/** Whether a version as seen fulfils a range as in package.json; a missing patch counts as 0, a pre-release as its release. */
export function fulfils(version: string, range: string): boolean {
  const release = coerce(version);
  return release !== null && satisfies(release, range);
}
