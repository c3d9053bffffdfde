// Images that exist because a test says so.

import { type ImageDigest, imageDigest, sha256 } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { ImageResolver, ImageStore, ResolveFailure } from "../../engine/ports/images.ts";
import type { Platform } from "../../schemas/platform.ts";

/** A digest that belongs to a name, the same in every test. */
export function imageOf(name: string): ImageDigest {
  return imageDigest(sha256(name));
}

export class FakeImageStore implements ImageStore {
  readonly #held: Set<ImageDigest>;

  constructor(held: Iterable<ImageDigest> = []) {
    this.#held = new Set(held);
  }

  holds(image: ImageDigest): boolean {
    return this.#held.has(image);
  }

  add(image: ImageDigest): void {
    this.#held.add(image);
  }

  delete(image: ImageDigest): void {
    this.#held.delete(image);
  }
}

/** Knows every image unless told otherwise, by the digest of its name and platform. */
export class FakeResolver implements ImageResolver {
  /** "<reference> <platform>" of every question, in order. */
  readonly asked: string[] = [];
  readonly #failures = new Map<string, ResolveFailure>();

  fail(reference: string, failure: ResolveFailure): void {
    this.#failures.set(reference, failure);
  }

  resolve(reference: string, platform: Platform): Promise<Result<ImageDigest, ResolveFailure>> {
    this.asked.push(`${reference} ${platform}`);
    const failure = this.#failures.get(reference);
    return Promise.resolve(failure === undefined ? ok(imageOf(`${reference} ${platform}`)) : err(failure));
  }
}
