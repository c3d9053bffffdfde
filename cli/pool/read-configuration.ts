// What a pool's server is to lease and how much of it: build directives and the command line in, the provider's settings and
// the caps out.

import { diagnoseIssues } from "../../engine/catalog/diagnose-issues.ts";
import { loadDirectives } from "../../engine/catalog/load-directives.ts";
import { locateProject } from "../../engine/catalog/locate.ts";
import type { Diagnostic } from "../../engine/core/diagnostic.ts";
import type { Host } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { toJson } from "../../engine/nickel/located.ts";
import { type CatalogDirectives, catalogDirectives } from "../../schemas/build-directives.ts";
import type { LeasingProvider } from "../open-compute.ts";
import { openLazyEvaluator } from "../wire.ts";

export const leasingProviders = [
  "hcloud",
  "proxmox",
  "vm_pool",
] as const satisfies readonly LeasingProvider[];

/** What of the command line goes over the directives. */
export interface PoolWishes {
  /** Absolute; undefined: the catalog's. */
  readonly directivesPath: string | undefined;
  readonly provider: LeasingProvider | undefined;
  readonly maxMachines: number | undefined;
  readonly maxEurPerHour: number | undefined;
  readonly maxCreatesPerHour: number | undefined;
  readonly maxTtlMin: number | undefined;
}

export interface PoolConfiguration {
  readonly provider: LeasingProvider;
  readonly runners: CatalogDirectives["runners"];
  readonly caps: {
    readonly maxMachines: number;
    readonly maxEurPerHour: number | undefined;
    readonly maxCreatesPerHour: number;
  };
  readonly maxTtlMs: number;
}

export type NoConfiguration =
  | { readonly kind: "diagnostics"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "usage"; readonly message: string; readonly help: string };

/** `directory` is absolute. */
export async function readPoolConfiguration(
  wishes: PoolWishes,
  directory: string,
  host: Host,
): Promise<Result<PoolConfiguration, NoConfiguration>> {
  const read = await readDirectives(wishes.directivesPath, directory, host);
  if (!read.ok) return err({ kind: "diagnostics", diagnostics: read.error });
  const { compute_provider: named, runners } = read.value;
  const provider = wishes.provider ?? named;
  if (provider === undefined || provider === "docker_local") {
    const message =
      provider === undefined
        ? "nothing says whose machines are to be leased"
        : "'docker_local leases no machines: it is this one";
    return err({
      kind: "usage",
      message,
      help: `give --compute, or set compute_provider in build directives: ${leasingProviders.join(", ")}`,
    });
  }
  return ok({
    provider,
    runners,
    caps: {
      maxMachines: wishes.maxMachines ?? runners?.max_machines ?? 8,
      maxEurPerHour: wishes.maxEurPerHour ?? runners?.max_eur_per_hour,
      maxCreatesPerHour: wishes.maxCreatesPerHour ?? runners?.max_creates_per_hour ?? 60,
    },
    maxTtlMs: (wishes.maxTtlMin ?? runners?.expires_min ?? 120) * 60_000,
  });
}

async function readDirectives(
  path: string | undefined,
  directory: string,
  host: Host,
): Promise<Result<CatalogDirectives, readonly Diagnostic[]>> {
  const evaluate = openLazyEvaluator(host);
  if (path === undefined) {
    const root = locateProject(directory, host.files);
    return root.ok ? loadDirectives(root.value, { files: host.files, evaluate }) : ok({});
  }
  const evaluated = await evaluate(path);
  if (!evaluated.ok) return evaluated;
  const parsed = catalogDirectives.safeParse(toJson(evaluated.value.value));
  return parsed.success ? ok(parsed.data) : err(diagnoseIssues(parsed.error.issues, evaluated.value.value));
}
