// What a look at a project's machines takes: its build directives, its journal of leases, and every provider that may have some, open.

import { join } from "node:path";
import { defaultWorkspace } from "../../engine/catalog/load.ts";
import { loadDirectives, loadDirectivesFile } from "../../engine/catalog/load-directives.ts";
import { locateProject } from "../../engine/catalog/locate.ts";
import type { Diagnostic } from "../../engine/core/diagnostic.ts";
import type { Host } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { Compute } from "../../engine/ports/compute.ts";
import { LeaseJournal } from "../../engine/run/lease-journal.ts";
import type { SurveyDeps } from "../../engine/run/survey-leases.ts";
import { processTable } from "../../providers/host/process-identity.ts";
import type { CatalogDirectives } from "../../schemas/build-directives.ts";
import { leasingProvider } from "../compute-option.ts";
import { dispatchState } from "../dispatch-state.ts";
import { type ComputeRefusal, type LeasingProvider, openCompute } from "../open-compute.ts";
import { poolName } from "../pool-name.ts";
import { openLazyEvaluator } from "../wire.ts";

/** Whose machines are looked for: a catalog's, or those of `lamina dispatch`. */
export interface RunnersWish {
  /** Undefined: what the directives say. */
  readonly provider: LeasingProvider | undefined;
  /** Of `lamina dispatch`, absolute both; undefined: the catalog in or above the folder. */
  readonly dispatch: { readonly directivesPath: string; readonly contextDirectory: string } | undefined;
}

export interface OpenedRunners {
  readonly deps: SurveyDeps;
  /** Named by the journal alone, and not to be opened. */
  readonly closed: ReadonlyMap<string, ComputeRefusal>;
  readonly close: () => Promise<void>;
}

export type NoRunners =
  | { readonly kind: "diagnostics"; readonly diagnostics: readonly Diagnostic[] }
  /** The provider that builds lease from cannot be opened. */
  | { readonly kind: "refused"; readonly refusal: ComputeRefusal };

/** `directory` is absolute. */
export async function openRunners(
  wish: RunnersWish,
  directory: string,
  host: Host,
): Promise<Result<OpenedRunners, NoRunners>> {
  const read = await readDirectives(wish, directory, host);
  if (!read.ok) return err({ kind: "diagnostics", diagnostics: read.error });
  const { root, directives } = read.value;
  const provider = wish.provider ?? leasingProvider(undefined, directives);
  const journal = new LeaseJournal(host.files, join(root, ".lamina/leases"));
  const pool = poolName(directives.workspace ?? defaultWorkspace);
  const computes: Compute[] = [];
  if (provider !== undefined) {
    const opened = await openToLook(provider, directives.runners, host);
    if (!opened.ok) return err({ kind: "refused", refusal: opened.error });
    computes.push(opened.value);
  }
  const { opened, closed } = await openJournaled({ journal, runners: directives.runners }, computes, host);
  computes.push(...opened);
  return ok({
    deps: { computes, journal, processes: processTable, clock: host.clock, pool },
    closed,
    close: async () => {
      await Promise.all(computes.map((compute) => compute.close()));
    },
  });
}

/** Opens the providers that the journal names beside those that are open. */
export async function openJournaled(
  { journal, runners }: { readonly journal: LeaseJournal; readonly runners: CatalogDirectives["runners"] },
  open: readonly Compute[],
  host: Host,
): Promise<{ readonly opened: readonly Compute[]; readonly closed: OpenedRunners["closed"] }> {
  const opened: Compute[] = [];
  const closed = new Map<string, ComputeRefusal>();
  for (const name of new Set(journal.list().map((record) => record.provider))) {
    if (!isLeasing(name) || open.some((compute) => compute.name === name)) continue;
    const compute = await openToLook(name, runners, host);
    if (compute.ok) opened.push(compute.value);
    else closed.set(name, compute.error);
  }
  return { opened, closed };
}

/** Makes nothing, so that what machines boot need not be said. */
function openToLook(
  provider: LeasingProvider,
  runners: CatalogDirectives["runners"],
  host: Host,
): ReturnType<typeof openCompute> {
  return openCompute(provider, { ...runners, image: runners?.image ?? "none" }, host);
}

const leasing: readonly string[] = ["hcloud", "proxmox", "vm_pool"] satisfies readonly LeasingProvider[];

function isLeasing(name: string): name is LeasingProvider {
  return leasing.includes(name);
}

interface Directed {
  /** Absolute: .lamina lies in it. */
  readonly root: string;
  readonly directives: Pick<CatalogDirectives, "workspace" | "compute_provider" | "runners">;
}

async function readDirectives(
  { dispatch }: RunnersWish,
  directory: string,
  host: Host,
): Promise<Result<Directed, readonly Diagnostic[]>> {
  const deps = { files: host.files, evaluate: openLazyEvaluator(host) };
  if (dispatch !== undefined) {
    const loaded = await loadDirectivesFile(dispatch.directivesPath, deps);
    if (!loaded.ok) return loaded;
    return ok({ root: dispatchState(dispatch.contextDirectory, host), directives: loaded.value });
  }
  const root = locateProject(directory, host.files);
  if (!root.ok) return err([root.error]);
  const loaded = await loadDirectives(root.value, deps);
  return loaded.ok ? ok({ root: root.value, directives: loaded.value }) : loaded;
}
