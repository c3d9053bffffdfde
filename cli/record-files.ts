// Files that remember what was looked at through them: whoever watches for changes has to watch exactly that.

import type { SharedFiles } from "../engine/core/host.ts";

/** The same files; every path that is looked at is told. */
export function recordFiles(files: SharedFiles, looked: (path: string) => void): SharedFiles {
  const telling =
    <A extends readonly unknown[], R>(look: (path: string, ...rest: A) => R) =>
    (path: string, ...rest: A): R => {
      looked(path);
      return look(path, ...rest);
    };
  return {
    read: telling((path) => files.read(path)),
    readText: telling((path) => files.readText(path)),
    info: telling((path) => files.info(path)),
    targetInfo: telling((path) => files.targetInfo(path)),
    list: telling((path) => files.list(path)),
    readLink: telling((path) => files.readLink(path)),
    realPath: telling((path) => files.realPath(path)),
    writeAtomically: (path, content, options) => files.writeAtomically(path, content, options),
    append: (path, text) => files.append(path, text),
    remove: (path) => files.remove(path),
    exclusively: (path, work) => files.exclusively(path, work),
  };
}
