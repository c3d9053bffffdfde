// External images during a run: each that is not pinned is looked up once for each platform, whoever asks first, so that all
// layers of a run stand on the same one, and the lock is told of it.

import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest } from "../core/digest.ts";
import { ok, type Result } from "../core/result.ts";
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
  /** The digest that the lock pins an image to. */
  readonly pinOf: (image: string, platform: Platform) => ImageDigest | undefined;
  /** Told once of each image that was looked up for the lock to pin. */
  readonly onPinned: (image: string, platform: Platform, digest: ImageDigest) => void;
  readonly signal: AbortSignal;
}

export class BaseImages {
  readonly #deps: BaseImagesDeps;
  readonly #asked = new Map<string, Promise<Result<BaseImage, ResolveFailure>>>();
  #replaced: ReadonlyMap<string, string> = new Map();

  constructor(deps: BaseImagesDeps) {
    this.#deps = deps;
  }

  /** From now on these external images are replaced by the references that stand in; those are looked up anew. */
  replace(replaced: ReadonlyMap<string, string>): void {
    for (const key of this.#asked.keys()) if (key.startsWith(standIn)) this.#asked.delete(key);
    this.#replaced = replaced;
  }

  /** The image by its declared name, by digest: replaced, else as pinned, else as its registry says now. */
  find(image: string, platform: Platform): Promise<Result<BaseImage, ResolveFailure>> {
    const replacement = this.#replaced.get(image);
    const pin = replacement === undefined ? this.#deps.pinOf(image, platform) : undefined;
    if (pin !== undefined)
      return Promise.resolve(ok({ image, source: sourceOf(image, pin), unpinned: false }));
    const key = `${replacement === undefined ? "" : standIn}${platform} ${image}`;
    const asked = this.#asked.get(key) ?? this.#ask(image, replacement, platform);
    this.#asked.set(key, asked);
    return asked;
  }

  async #ask(
    image: string,
    replacement: string | undefined,
    platform: Platform,
  ): Promise<Result<BaseImage, ResolveFailure>> {
    const { resolver, onPinned, signal } = this.#deps;
    const reference = replacement ?? image;
    const resolved = await resolver.resolve(reference, platform, signal);
    if (!resolved.ok) return resolved;
    const unpinned = replacement === undefined;
    if (unpinned) onPinned(image, platform, resolved.value);
    return ok({ image, source: sourceOf(reference, resolved.value), unpinned });
  }
}

/** Sets apart what is known of an image from what is known of the one in its place. */
const standIn = "in place of ";

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
