// The builder of a run that builds nothing: no daemon is asked, none is started.

import type { Builder } from "../engine/ports/builder.ts";
import type { ImageStore } from "../engine/ports/images.ts";

export const idleBuilder: Builder = {
  description: "nothing to build",
  platforms: [],
  solve: () => Promise.reject(new Error("a run that builds nothing asked for a solve")),
  exportCache: () => Promise.reject(new Error("a run that builds nothing asked for a cache to be written")),
  prove: () => Promise.reject(new Error("a run that builds nothing asked for a proof")),
  close: () => Promise.resolve(),
};

/** For it as well: nobody asks which images are there. */
export const idleImages: ImageStore = { holds: () => false };
