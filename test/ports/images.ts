// The laws of ImageResolver, ImageInspector and ImageStore (engine/ports/images.ts), to be run on every body.

import { describe, expect, test } from "vitest";
import type { ImageDigest } from "../../engine/core/digest.ts";
import type { ImageInspector, ImageResolver, ImageStore } from "../../engine/ports/images.ts";
import type { Platform } from "../../schemas/platform.ts";

export interface StoreRig {
  readonly store: ImageStore;
  /** An image that is there whole. */
  readonly whole: ImageDigest;
  /** Takes something of the whole image away, where the body can lose it. */
  readonly damage: readonly (readonly [what: string, damage: () => void])[];
  readonly unknown: ImageDigest;
}

export function describeImageStore(body: string, open: () => StoreRig): void {
  describe(`ImageStore: ${body}`, () => {
    test("holds what is there whole, and nothing else", () => {
      const { store, whole, unknown } = open();
      expect(store.holds(whole)).toBe(true);
      expect(store.holds(unknown)).toBe(false);
    });

    test("does not hold what lacks a part, and never repairs it", () => {
      for (let at = 0; at < open().damage.length; at += 1) {
        const { store, whole, damage } = open();
        const [what, spoil] = damage[at] ?? ["nothing", () => {}];
        spoil();
        expect([what, store.holds(whole), store.holds(whole)]).toEqual([what, false, false]);
      }
    });
  });
}

export interface ResolverRig {
  readonly resolver: ImageResolver;
  readonly platform: Platform;
  /** A reference, and the digest of its manifest for `platform`. */
  readonly known: readonly (readonly [reference: string, digest: string])[];
  /** References that name nothing. */
  readonly unknown: readonly string[];
  /** A platform that none of the known has. */
  readonly strangePlatform: Platform;
}

const never = new AbortController().signal;

export function describeImageResolver(body: string, open: () => Promise<ResolverRig>): void {
  describe(`ImageResolver: ${body}`, () => {
    test("gives the digest for the platform, the same each time", async () => {
      const { resolver, platform, known } = await open();
      for (const [reference, digest] of [...known, ...known])
        expect([reference, await resolver.resolve(reference, platform, never)]).toEqual([
          reference,
          { ok: true, value: digest },
        ]);
    });

    test("tells what is not there", async () => {
      const { resolver, platform, unknown } = await open();
      for (const image of unknown)
        expect(await resolver.resolve(image, platform, never)).toEqual({
          ok: false,
          error: { kind: "not-found", image },
        });
    });

    test("tells which platforms there are instead", async () => {
      const { resolver, platform, known, strangePlatform } = await open();
      for (const [image] of known)
        expect(await resolver.resolve(image, strangePlatform, never)).toEqual({
          ok: false,
          error: { kind: "platform-missing", image, platform: strangePlatform, offered: [platform] },
        });
    });

    test("settles when it is canceled", async () => {
      const { resolver, platform, known } = await open();
      for (const [reference] of known)
        await expect(resolver.resolve(reference, platform, AbortSignal.abort())).resolves.toHaveProperty(
          "ok",
        );
    });
  });
}

export interface InspectorRig {
  readonly inspector: ImageInspector;
  /** A reference, the digest of an image there, and when that was made, as its configuration tells. */
  readonly known: readonly (readonly [reference: string, digest: ImageDigest, created: number | undefined])[];
  /** A reference and digest where nothing is. */
  readonly unknown: readonly (readonly [reference: string, digest: ImageDigest])[];
}

export function describeImageInspector(body: string, open: () => Promise<InspectorRig>): void {
  describe(`ImageInspector: ${body}`, () => {
    test("tells when an image was made, and nothing where nobody knows", async () => {
      const { inspector, known, unknown } = await open();
      for (const [reference, digest, created] of known)
        expect([reference, await inspector.createdAt(reference, digest, never)]).toEqual([
          reference,
          created,
        ]);
      for (const [reference, digest] of unknown)
        expect(await inspector.createdAt(reference, digest, never)).toBeUndefined();
    });

    test("settles when it is canceled", async () => {
      const { inspector, known } = await open();
      for (const [reference, digest] of known)
        await expect(inspector.createdAt(reference, digest, AbortSignal.abort())).resolves.not.toBeNull();
    });
  });
}
