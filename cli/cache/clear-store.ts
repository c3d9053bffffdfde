// This machine's part of a clearing: blobs of the store that nobody reaches, while nobody builds.

import type { Diagnostic } from "../../engine/core/diagnostic.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { whileUnused } from "../../providers/store/store-users.ts";
import {
  type RemovalTrouble,
  removeBlobs,
  type StoreSurvey,
  surveyStore,
} from "../../providers/store/sweep-store.ts";
import type { SpokenHere } from "./spoken-here.ts";

export interface ClearedStore {
  /** `old` is what went, or would go. */
  readonly survey: StoreSurvey;
  readonly trouble: RemovalTrouble | undefined;
}

export type NotCleared =
  /** Nothing was done; a phrase. */
  | { readonly kind: "busy"; readonly message: string }
  | { readonly kind: "diagnostics"; readonly diagnostics: readonly Diagnostic[] };

export interface StoreClearing {
  /** Absolute. */
  readonly store: string;
  readonly youngSinceMs: number;
  readonly dryRun: boolean;
  /** Reads the locks, which builds may write meanwhile. */
  readonly readHere: () => Promise<Result<SpokenHere, readonly Diagnostic[]>>;
}

/** Each try reads the locks anew; more of them are needed only while builds end all the time. */
const tries = 5;

export async function clearStore({
  store,
  youngSinceMs,
  dryRun,
  readHere,
}: StoreClearing): Promise<Result<ClearedStore, NotCleared>> {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const here = await readHere();
    if (!here.ok) return err({ kind: "diagnostics", diagnostics: here.error });
    const { roots, isCurrent } = here.value;
    if (dryRun) return ok({ survey: surveyStore(store, roots, youngSinceMs), trouble: undefined });
    const swept = whileUnused(store, (): ClearedStore | undefined => {
      if (!isCurrent()) return undefined;
      const survey = surveyStore(store, roots, youngSinceMs);
      return { survey, trouble: removeBlobs(store, survey.old.keys()) };
    });
    if (!swept.ok) return err({ kind: "busy", message: swept.error.message });
    if (swept.value === "used") return err({ kind: "busy", message: "a build is at work there" });
    if (swept.value !== undefined) return ok(swept.value);
  }
  return err({ kind: "busy", message: "builds write the lock all the time" });
}
