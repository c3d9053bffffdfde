// The port's laws on contexts by rsync and a buildctl on the machine: a real host.

import { randomInt } from "node:crypto";
import { inject } from "vitest";
import { openImageStore } from "../../providers/store/oci-layout.ts";
import { type BuilderRig, describeBuilder, type SolveKind } from "../ports/builder.ts";
import { commandLinesWith, value } from "./builder-setting.ts";
import { openRsyncSetting } from "./rsync-setting.ts";

const secret = "correct-horse-battery";

describeBuilder("buildctl on a leased machine, contexts by rsync", async (): Promise<BuilderRig> => {
  const setting = await openRsyncSetting(inject("rig"), { TOKEN: secret });
  const { builder } = setting;
  // A duration that no other process on this machine sleeps for.
  const sleep = `sleep ${randomInt(1e8, 1e9)}`;
  const dockerfiles: Record<SolveKind, string> = {
    sound: "FROM busybox\nRUN date +%N > /made; echo kept > /promise; rm /made\n",
    failing: "FROM busybox\nRUN echo about to fail; exit 7\n",
    endless: `FROM busybox\nRUN echo up; ${sleep}\n`,
    telling: "FROM busybox\nRUN --mount=type=secret,id=token cat /run/secrets/token; echo\n",
  };
  const request = (kind: SolveKind) =>
    setting.request(
      { Dockerfile: dockerfiles[kind] },
      {
        noCache: true,
        secrets: kind === "telling" ? [{ id: "token", from: "env", variable: "TOKEN" }] : [],
      },
    );
  return {
    builder,
    images: openImageStore(setting.storeDirectory),
    secret,
    solve: (kind, report, signal) => builder.solve(request(kind), report, signal),
    processes: () => [...commandLinesWith(sleep), ...commandLinesWith(secret)],
    async image() {
      const solved = value(await builder.solve(request("sound"), () => {}, new AbortController().signal));
      return { kind: "store", digest: solved.imageDigest };
    },
    close: () => setting.close(),
  };
});
