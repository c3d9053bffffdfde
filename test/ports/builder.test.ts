// The builder in tests keeps the port's laws as the real one does.

import { imageDigest } from "../../engine/core/digest.ts";
import { FakeBuilder, type FakeSolve } from "../fakes/builder.ts";
import { FakeImageStore } from "../fakes/images.ts";
import { type BuilderRig, describeBuilder, platformOf, type SolveKind } from "./builder.ts";

describeBuilder("a fake that the test drives", () => Promise.resolve(openRig()));

function openRig(): BuilderRig {
  const images = new FakeImageStore();
  const builder = new FakeBuilder(images);
  builder.findings.set("reads", { kind: "ran", name: "reads", output: "kept\n" });
  builder.findings.set("lacks", { kind: "missing", name: "lacks" });
  builder.findings.set("fails", { kind: "failed", name: "fails", exitCode: 3, output: "broken\n" });
  builder.missingArtifacts.push("/not/there");
  return {
    builder,
    images,
    secret: "hunter2",
    processes: () => builder.running,
    image: () => Promise.resolve({ kind: "store", digest: imageDigest(`sha256:${"1".repeat(64)}`) }),
    close: () => Promise.resolve(),
    async solve(kind, report, signal) {
      const request = {
        contextDirectory: "/context",
        dockerfilePath: "/context/Dockerfile",
        target: undefined,
        platform: platformOf(builder),
        buildArgs: new Map(),
        namedContexts: [],
        secrets: [],
        ssh: false,
        cacheFrom: [],
        imageName: `lamina/${kind}`,
        noCache: true,
      };
      const ended = builder.solve(request, report, signal);
      drive(await builder.solving(kind), kind);
      return await ended;
    },
  };
}

function drive(solve: FakeSolve, kind: SolveKind): void {
  const name = "[1/1] RUN it";
  const logTail = ["about to fail"];
  solve.report({ kind: "step", step: { id: "1", name, state: "started" } });
  if (solve.isAborted()) solve.fail({ kind: "canceled" });
  else if (kind === "failing") {
    solve.report({ kind: "step", step: { id: "1", name, state: "failed" } });
    solve.fail({ kind: "step-failed", step: name, exitCode: 7, message: "exit code: 7", logTail });
  } else solve.succeed();
}
