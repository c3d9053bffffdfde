// Contexts by rsync on hosts that do not last: the daemon or the whole machine is lost under a solve.

import { afterEach, expect, inject, test } from "vitest";
import type { Result } from "../../engine/core/result.ts";
import type { SolveFailure, SolveResult } from "../../engine/ports/builder.ts";
import { never } from "./builder-setting.ts";
import { openRsyncSetting, type RsyncSetting } from "./rsync-setting.ts";

let setting: RsyncSetting;
afterEach(() => setting.close());

/** Solves; `strike` when a step runs. */
async function solveUnder(strike: () => Promise<void>): Promise<Result<SolveResult, SolveFailure>> {
  let struck: Promise<void> | undefined;
  const result = await setting.builder.solve(
    setting.request({ Dockerfile: "FROM busybox\nRUN echo up; sleep 1000000\n" }, { noCache: true }),
    (progress) => {
      if (progress.kind === "log") struck ??= strike();
    },
    never,
  );
  await struck;
  return result;
}

test("a daemon that is lost under a solve, and is not there for the next", async () => {
  setting = await openRsyncSetting(inject("rig"));
  const lost = { ok: false, error: { kind: "daemon-lost" } };
  expect(await solveUnder(() => setting.host.killBuildkitd())).toMatchObject(lost);
  expect(await solveUnder(() => Promise.resolve())).toMatchObject(lost);
});

test("a machine that is lost under a solve, and is not there for the next", async () => {
  setting = await openRsyncSetting(inject("rig"));
  const message = expect.stringMatching(
    new RegExp(`^the connection to ${setting.host.address}:22 is lost: .+; then .+$`),
  );
  expect(await solveUnder(() => setting.host.kill())).toMatchObject({
    ok: false,
    error: { kind: "daemon-lost" },
  });
  expect(await solveUnder(() => Promise.resolve())).toEqual({
    ok: false,
    error: { kind: "daemon-lost", message },
  });
});
