// The journal of promotions: one file for each that has begun and not ended (see schemas/promotion.ts).

import path from "node:path/posix";
import { type PromotionRecord, promotionRecord } from "../../schemas/promotion.ts";
import type { FileFailure, SharedFiles } from "../core/host.ts";
import type { Result } from "../core/result.ts";

export class PromotionJournal {
  readonly #files: SharedFiles;
  readonly #folder: string;

  /** `folder` is absolute: .lamina/promotions of the project. */
  constructor(files: SharedFiles, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** On the disk when it returns. */
  write(record: PromotionRecord): Result<void, FileFailure> {
    return this.#files.writeAtomically(this.#pathOf(record), `${JSON.stringify(record, null, 2)}\n`);
  }

  remove(record: Pick<PromotionRecord, "runId">): Result<void, FileFailure> {
    return this.#files.remove(this.#pathOf(record));
  }

  /** All that can be read; files that are none are left alone. */
  list(): readonly PromotionRecord[] {
    const listed = this.#files.list(this.#folder);
    return (listed.ok ? listed.value : []).flatMap(({ name }) => {
      if (!name.endsWith(".json")) return [];
      const text = this.#files.readText(path.join(this.#folder, name));
      const record = promotionRecord.safeParse(text.ok ? parseJson(text.value) : undefined);
      return record.success ? [record.data] : [];
    });
  }

  #pathOf({ runId }: Pick<PromotionRecord, "runId">): string {
    return path.join(this.#folder, `${runId}.json`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
