// The journal of leases: one small file for each machine that may exist, on the disk before anybody asks the provider for it and
// until the provider says that it is gone.

import path from "node:path/posix";
import type { LeaseId } from "../../schemas/lease-id.ts";
import { type LeaseRecord, leaseRecord } from "../../schemas/lease-record.ts";
import type { FileFailure, SharedFiles } from "../core/host.ts";
import { ok, type Result } from "../core/result.ts";

export class LeaseJournal {
  readonly #files: SharedFiles;
  readonly #folder: string;

  /** `folder` is absolute: .lamina/leases of the project. */
  constructor(files: SharedFiles, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** On the disk when it returns. */
  write(record: LeaseRecord): Result<void, FileFailure> {
    return this.#files.writeAtomically(this.#pathOf(record.lease), `${JSON.stringify(record, null, 2)}\n`);
  }

  remove(lease: LeaseId): Result<void, FileFailure> {
    return this.#files.remove(this.#pathOf(lease));
  }

  /** All that can be read, by lease; files that are none are left alone. */
  list(): readonly LeaseRecord[] {
    const listed = this.#files.list(this.#folder);
    return (listed.ok ? listed.value : []).flatMap(({ name }) => {
      if (!name.endsWith(".json")) return [];
      const text = this.#files.readText(path.join(this.#folder, name));
      const record = leaseRecord.safeParse(text.ok ? readJson(text.value) : undefined);
      return record.success ? [record.data] : [];
    });
  }

  /** Takes down that a machine is about to be made; false where `max` were made within the last hour, by whichever process it was. */
  takeCreate(nowMs: number, max: number): Result<boolean, FileFailure> {
    const file = path.join(this.#folder, "creates");
    const taken = this.#files.exclusively(path.join(this.#folder, "creates.turn"), () => {
      const text = this.#files.readText(file);
      const times = (text.ok ? text.value : "")
        .split("\n")
        .flatMap((line) => (line === "" ? [] : [Number(line)]));
      const recent = times.filter((at) => at > nowMs - 3_600_000 && at <= nowMs);
      if (recent.length >= max) return ok(false);
      const written = this.#files.writeAtomically(file, `${[...recent, nowMs].join("\n")}\n`);
      return written.ok ? ok(true) : written;
    });
    return taken.ok ? taken.value : taken;
  }

  #pathOf(lease: LeaseId): string {
    return path.join(this.#folder, `${lease}.json`);
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
