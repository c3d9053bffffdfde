// Files with one folder seen under another path as well.

import { sep } from "node:path";
import type { Files } from "../engine/core/host.ts";

/** What is asked of below `at` is answered from below `source`; both are absolute. */
export function mountFolder(files: Files, at: string, source: string): Files {
  const real = (path: string) =>
    path === at || path.startsWith(at + sep) ? `${source}${path.slice(at.length)}` : path;
  return {
    read: (path) => files.read(real(path)),
    readText: (path) => files.readText(real(path)),
    info: (path) => files.info(real(path)),
    targetInfo: (path) => files.targetInfo(real(path)),
    list: (directory) => files.list(real(directory)),
    readLink: (path) => files.readLink(real(path)),
    realPath: (path) => files.realPath(real(path)),
    writeAtomically: (path, content) => files.writeAtomically(real(path), content),
  };
}
