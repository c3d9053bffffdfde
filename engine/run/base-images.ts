// External images during a run: each is looked up once for each platform, whoever asks first, so that all layers of a
// run stand on the same one.

import type { Lock } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest } from "../core/digest.ts";
import { ok, type Result } from "../core/result.ts";
import { pinOf } from "../lock/lock.ts";
import type { ImageSource } from "../ports/builder.ts";
import type { ImageResolver, ResolveFailure } from "../ports/images.ts";

export interface BaseImage {
  readonly image: string;
  readonly source: ImageSource;
  /** Whether the lock is to pin it: it was not pinned, and nothing stands in for it. */
  readonly unpinned: boolean;
}

export interface BaseImagesDeps {
  readonly resolver: ImageResolver;
  /** External images that are replaced, to the references that stand in. */
  readonly replaced: ReadonlyMap<string, string>;
  readonly lock: () => Lock;
  /** Told once of each image that was looked up for the lock to pin. */
  readonly onPinned: (image: string, platform: Platform, digest: ImageDigest) => void;
  readonly signal: AbortSignal;
}

export class BaseImages {
  readonly #deps: BaseImagesDeps;
  readonly #asked = new Map<string, Promise<Result<BaseImage, ResolveFailure>>>();

  constructor(deps: BaseImagesDeps) {
    this.#deps = deps;
  }

  /** The image by its declared name, by digest: replaced, else as pinned, else as its registry says now. */
  find(image: string, platform: Platform): Promise<Result<BaseImage, ResolveFailure>> {
    const key = `${platform} ${image}`;
    const asked = this.#asked.get(key) ?? this.#ask(image, platform);
    this.#asked.set(key, asked);
    return asked;
  }

  async #ask(image: string, platform: Platform): Promise<Result<BaseImage, ResolveFailure>> {
    const { resolver, replaced, lock, onPinned, signal } = this.#deps;
    const replacement = replaced.get(image);
    const reference = replacement ?? image;
    const pin = replacement === undefined ? pinOf(lock(), image, platform) : undefined;
    if (pin !== undefined) return ok({ image, source: sourceOf(reference, pin), unpinned: false });
    const resolved = await resolver.resolve(reference, platform, signal);
    if (!resolved.ok) return resolved;
    const unpinned = replacement === undefined;
    if (unpinned) onPinned(image, platform, resolved.value);
    return ok({ image, source: sourceOf(reference, resolved.value), unpinned });
  }
}

const layoutPrefix = "oci-layout:";

function sourceOf(reference: string, digest: ImageDigest): ImageSource {
  const name = reference.replace(/@sha256:[0-9a-f]{64}$/, "");
  return name.startsWith(layoutPrefix)
    ? { kind: "layout", directory: name.slice(layoutPrefix.length), digest }
    : { kind: "registry", ref: expandReference(name), digest };
}

/** The reference with the registry and folder that Docker implies: "debian" is "docker.io/library/debian". */
function expandReference(name: string): string {
  const [first = "", ...rest] = name.split("/");
  if (rest.length === 0) return `docker.io/library/${name}`;
  if (/[.:]/.test(first) || first === "localhost") return name;
  return `docker.io/${name}`;
}
