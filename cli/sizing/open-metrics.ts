// Where the metrics of a project's builds are kept: at the pool that it builds on, else in .lamina/metrics.db.

import { join } from "node:path";
import type { MetricsStore } from "../../engine/ports/metrics.ts";
import type { CatalogDirectives } from "../../schemas/build-directives.ts";

export interface OpenedMetrics {
  readonly store: MetricsStore;
  /** For people: the pool's address, or the file's path below the project. */
  readonly place: string;
}

export const metricsFile = ".lamina/metrics.db";

/** `root` is absolute; `patienceMs` is for a pool. What the store takes is loaded here and no earlier. */
export async function openMetrics(
  root: string,
  directives: Pick<CatalogDirectives, "compute_provider" | "runners">,
  env: (name: string) => string | undefined,
  patienceMs?: number,
): Promise<OpenedMetrics> {
  const url = poolUrl(directives, env);
  if (url !== undefined) {
    const { openHttpMetrics } = await import("../../providers/metrics/http.ts");
    return { store: openHttpMetrics({ url, token: env("LAMINA_POOL_TOKEN"), patienceMs }), place: url };
  }
  const { openSqliteMetrics } = await import("../../providers/metrics/sqlite.ts");
  return { store: openSqliteMetrics(join(root, metricsFile)), place: metricsFile };
}

/** As the provider finds it: LAMINA_POOL_URL goes over the directives. */
function poolUrl(
  { compute_provider: provider, runners }: Pick<CatalogDirectives, "compute_provider" | "runners">,
  env: (name: string) => string | undefined,
): string | undefined {
  if (provider !== "vm_pool") return undefined;
  const asked = env("LAMINA_POOL_URL")?.trim() ?? "";
  const declared = runners?.settings?.["url"];
  return asked === "" ? (typeof declared === "string" ? declared : undefined) : asked;
}
