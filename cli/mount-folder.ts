// Files with one folder seen under another path as well.

import { sep } from "node:path";
import type { Files } from "../engine/core/host.ts";

/** What is asked of below `at` is answered by `mounted` from below `source`; both are absolute. */
export function mountFolder(files: Files, at: string, source: string, mounted: Files = files): Files {
  const place = (path: string): { readonly from: Files; readonly real: string } =>
    path === at || path.startsWith(at + sep)
      ? { from: mounted, real: `${source}${path.slice(at.length)}` }
      : { from: files, real: path };
  const pass =
    <T>(ask: (from: Files, real: string) => T) =>
    (path: string): T => {
      const { from, real } = place(path);
      return ask(from, real);
    };
  return {
    read: pass((from, real) => from.read(real)),
    readText: pass((from, real) => from.readText(real)),
    info: pass((from, real) => from.info(real)),
    targetInfo: pass((from, real) => from.targetInfo(real)),
    list: pass((from, real) => from.list(real)),
    readLink: pass((from, real) => from.readLink(real)),
    realPath: pass((from, real) => from.realPath(real)),
    writeAtomically: (path, content) => {
      const { from, real } = place(path);
      return from.writeAtomically(real, content);
    },
  };
}
