// Port: what is installed in an image of the store, as its own package managers recorded it.
//
// Laws, held by test/providers/inventory/read-image.test.ts:
// 1. Nothing rejects, and nothing is written.
// 2. What it says depends on the image's bytes alone: the same image has the same content anywhere.
// 3. Only what a container of the image would see counts: what an upper layer takes away is gone.
// 4. It holds no more than the records themselves in memory, whatever the image's size.

import type { ImageDigest } from "../core/digest.ts";
import type { Result } from "../core/result.ts";

export interface InstalledPackage {
  readonly manager: "deb" | "apk" | "cargo";
  readonly name: string;
  readonly version: string;
  /** In the manager's words, where it tells one: "amd64", "x86_64". */
  readonly architecture: string | undefined;
  /** What it was made of, where that has another name or version. */
  readonly source: string | undefined;
}

export interface ImageContent {
  /** Of /etc/os-release: "debian" and "13". */
  readonly distribution: { readonly id: string; readonly version: string | undefined } | undefined;
  /** In order of manager, name, version and architecture. */
  readonly packages: readonly InstalledPackage[];
  /** Records that are there and could not be read, in phrases. */
  readonly unread: readonly string[];
}

export type InventoryFailure =
  /** The store lacks the image, or a part of it. */
  | { readonly kind: "not-stored"; readonly message: string }
  | { readonly kind: "damaged"; readonly message: string }
  | { readonly kind: "canceled" };

export interface ImageInventory {
  read(image: ImageDigest, signal: AbortSignal): Promise<Result<ImageContent, InventoryFailure>>;
}
