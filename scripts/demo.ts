// `npm run demo`: the main job on a machine where nothing is installed. Gets BuildKit where there is none, makes the
// base image where no registry is reachable, then runs `lamina build debian rust rust-deps`. Everything here are steps
// that a user would do by hand; README tells them. What lamina starts for the build (a buildkitd) it stops itself.

import { join } from "node:path";
import { runScript } from "./tools/missing-requirement.ts";
import { prepareBuild } from "./tools/prepare-build.ts";
import { runLamina } from "./tools/run-lamina.ts";
import { sayOnStderr as say } from "./tools/say.ts";

const root = join(import.meta.dirname, "..");
const layers = ["debian", "rust", "rust-deps"];

await runScript(async (signal) => {
  await prepareBuild(root, signal);
  say(`3. lamina build ${layers.join(" ")}`);
  return (await runLamina(root, ["build", ...layers])).exitCode;
});
