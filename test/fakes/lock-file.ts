// A lock that is never written: for tests and benches of what stands above it.

import { ok } from "../../engine/core/result.ts";
import { LockContent } from "../../engine/lock/lock-content.ts";
import type { LockFile } from "../../engine/lock/lock-file.ts";
import type { Lock } from "../../schemas/lock.ts";

export function holdLockInMemory(lock: Lock, path = "/lamina.lock"): LockFile {
  let content = new LockContent(lock);
  return {
    path,
    get current() {
      return content.lock;
    },
    entryOf: (layer, platform) => content.entryOf(layer, platform),
    pinOf: (image, platform) => content.pinOf(image, platform),
    record: (news) => {
      content.add(news);
      return Promise.resolve(ok({ written: true }));
    },
    update: (change) => {
      content = new LockContent(change(content.lock));
      return Promise.resolve(ok({ written: true }));
    },
    settle: () => Promise.resolve(ok({ written: false })),
  };
}
