// What a transfer has done so far, of how much: counted blob by blob, reported as it grows.

import type { TransferProgress, TransferSummary } from "../../engine/ports/image-transfer.ts";

export type Arrival = "sent" | "mounted" | "present";

export class TransferTally {
  readonly #report: (progress: TransferProgress) => void;
  readonly #partBytes = new Map<string, number>();
  readonly #counts: Record<Arrival, number> = { sent: 0, mounted: 0, present: 0 };
  #sentBytes = 0;
  #totalBytes = 0;

  constructor(report: (progress: TransferProgress) => void) {
    this.#report = report;
  }

  expect(sizeBytes: number): void {
    this.#totalBytes += sizeBytes;
  }

  /** Of the blob of that digest, so many bytes are over. */
  advance(digest: string, bytes: number): void {
    this.#partBytes.set(digest, bytes);
    const doneBytes = this.#partBytes.values().reduce((sum, part) => sum + part, 0);
    this.#report({ doneBytes, totalBytes: this.#totalBytes });
  }

  finish(digest: string, sizeBytes: number, arrival: Arrival): void {
    this.#counts[arrival] += 1;
    if (arrival === "sent") this.#sentBytes += sizeBytes;
    this.advance(digest, sizeBytes);
  }

  get summary(): TransferSummary {
    const { sent, mounted, present } = this.#counts;
    return {
      sentBytes: this.#sentBytes,
      sentBlobs: sent,
      mountedBlobs: mounted,
      presentBlobs: present,
    };
  }
}
