import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemFiles } from "../../providers/host/files.ts";
import { FakeFiles, type Seed } from "../fakes/files.ts";
import { describeFiles } from "./files.ts";

describeFiles("files in memory", () => {
  const files = new FakeFiles({ "/project": { folder: true } });
  return { files, root: "/project", put: (file, seed) => files.put(file, seed), close: () => {} };
});

describeFiles("the system's files", () => {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "lamina-files-")));
  return {
    files: systemFiles,
    root,
    put: putOnDisk,
    close: () => rmSync(root, { recursive: true, force: true }),
  };
});

function putOnDisk(file: string, seed: Seed): void {
  if (typeof seed === "string" || seed instanceof Uint8Array) {
    putOnDisk(file, { content: seed, mode: 0o644 });
    return;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  if ("folder" in seed) mkdirSync(file);
  else if ("link" in seed) symlinkSync(seed.link, file);
  else {
    writeFileSync(file, seed.content);
    chmodSync(file, seed.mode);
  }
}
