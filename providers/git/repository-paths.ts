// Paths on disk and below a repository's top, one turned into the other. The project's root keeps the spelling that it was
// given: it may lead through links, and git tells real paths only.

import path from "node:path/posix";
import type { Files } from "../../engine/core/host.ts";

export interface RepositoryPaths {
  /** Below the repository's top, "" for itself; undefined outside. */
  readonly toRepository: (file: string) => string | undefined;
  /** Absolute. */
  readonly toDisk: (file: string) => string;
}

/** `prefix` is where the project's root (absolute) lies in the repository: "" or a path that ends in "/". */
export function locateInRepository(root: string, prefix: string, disk: Files): RepositoryPaths {
  const real = disk.realPath(root);
  const realRoot = real.ok ? real.value : root;
  const top = prefix === "" ? realRoot : realRoot.slice(0, -prefix.length) || "/";
  return {
    toRepository: (file) => {
      const inProject = below(file, root) ?? below(file, realRoot);
      return inProject === undefined
        ? below(file, top)
        : path.join(prefix, inProject).replace(/^\.$|\/$/, "");
    },
    toDisk: (file) => {
      const inProject = `${file}/`.startsWith(prefix) ? file.slice(prefix.length) : undefined;
      return inProject === undefined
        ? path.join(top, file)
        : path.join(root, inProject).replace(/(?<=.)\/$/, "");
    },
  };
}

function below(file: string, folder: string): string | undefined {
  const rest = path.relative(folder, file);
  return rest === ".." || rest.startsWith("../") ? undefined : rest;
}
