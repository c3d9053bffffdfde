// .lamina/local.json: what this machine, and it alone, puts in place of external images, and where it has secrets.

import { posix } from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { SecretSource } from "../core/secret-source.ts";
import { toJson } from "../nickel/located.ts";
import type { CatalogDeps } from "./catalog-deps.ts";
import { diagnoseIssues } from "./diagnose-issues.ts";
import { mayExist } from "./may-exist.ts";
import { rememberEvaluations } from "./remember-evaluation.ts";
import { resolveSecrets } from "./secret-sources.ts";

export interface LocalSettings {
  /** External image as declared to the reference that stands in for it. */
  readonly bases: ReadonlyMap<string, string>;
  /** By id. */
  readonly secrets: ReadonlyMap<string, SecretSource>;
}

const none: LocalSettings = { bases: new Map(), secrets: new Map() };

/** Relative to the project. */
export const localSettingsPath = ".lamina/local.json";

/** Reads .lamina/local.json under `root` (absolute); a missing file says nothing. Relative paths count from `root`. */
export async function loadLocalSettings(
  root: string,
  deps: CatalogDeps,
): Promise<Result<LocalSettings, readonly Diagnostic[]>> {
  const path = posix.join(root, localSettingsPath);
  if (!mayExist(deps.files, path)) return ok(none);
  const { memory } = deps;
  const evaluate = memory === undefined ? deps.evaluate : rememberEvaluations(deps.evaluate, memory);
  const evaluated = await evaluate(path);
  if (!evaluated.ok) return evaluated;
  // Loaded where it is needed: few projects have local settings.
  const { local } = await import("../../schemas/local.ts");
  const parsed = local.safeParse(toJson(evaluated.value.value));
  if (!parsed.success) return err(diagnoseIssues(parsed.error.issues, evaluated.value.value));
  const bases = new Map<string, string>();
  for (const [image, reference] of Object.entries(parsed.data.bases))
    bases.set(image, absoluteReference(root, reference));
  const secrets = resolveSecrets(root, parsed.data.secrets, { isShared: false });
  return ok({ bases, secrets });
}

const layoutPrefix = "oci-layout:";

/** An image reference as it is; the folder of an "oci-layout:" one made absolute against `directory`. */
export function absoluteReference(directory: string, reference: string): string {
  if (!reference.startsWith(layoutPrefix)) return reference;
  return `${layoutPrefix}${posix.resolve(directory, reference.slice(layoutPrefix.length))}`;
}
