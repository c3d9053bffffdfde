// A process of its own for real-files.test.ts: remembers all files, in an order of its own, many times, and changes some of them
// that are its own.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Memory } from "../../engine/memory/memory.ts";
import { systemFiles } from "../../providers/host/files.ts";

const [, , root = "", seed = "0"] = process.argv;
for (let round = 0; round < 10; round++) {
  const memory = new Memory({
    files: systemFiles,
    folder: join(root, "cache"),
    producer: "test",
    nowMs: () => 0,
  });
  for (let step = 0; step < 40; step++) {
    const file = (step * 7 + Number(seed) * 11) % 40;
    const path = join(root, "files", String(file));
    const isOwn = file % 4 === Number(seed);
    if (isOwn && round % 2 === 0) writeFileSync(path, `content ${file} ${round}`);
    const kept = memory.recall(path, "");
    let text = kept?.brief;
    if (kept === undefined) {
      const notes = memory.takeNotes();
      const read = notes.files.readText(path);
      text = read.ok ? read.value : read.error.kind;
      memory.keep(path, "", notes, { brief: text }, "large");
    }
    // Others' files may change between two looks at them.
    if (isOwn && text !== readFileSync(path, "utf8")) throw new Error(`stale: ${path} in round ${round}`);
  }
  memory.save();
}
process.stdout.write("all right\n");
