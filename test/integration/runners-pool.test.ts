// `lamina build` on machines of a pool: `lamina pool serve` leases them at the provider, and who builds has no credentials of it.

import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { endedWith, openLeasedProject } from "./leased-project.ts";

const rig = inject("rig");
const token = "0123456789abcdef0123456789abcdef0123456789abcdef";

test("layers are built on machines that a pool leases; nothing is left there, nor with the provider", async () => {
  const leased = await openLeasedProject(
    rig,
    (gate) => ({
      base: { files: { greeting: "hello\n" }, run: "grep -x hello /greeting" },
      left: { on: "base", run: gate.wait("both") },
      right: { on: "base", run: gate.wait("both") },
    }),
    { runners: "max_machines = 2," },
  );
  onTestFinished(() => leased.close());
  leased.project.write("tokens", `ci ${token}\n`);
  chmodSync(join(leased.project.root, "tokens"), 0o600);
  const pool = leased.start(["pool", "serve", "--listen", "127.0.0.1:0", "--tokens", "tokens"]);
  const url = await pool.untilSaid(/^http:\S+$/m);
  const build = leased.start(["build", "--reporter", "json", "--concurrency", "2", "--compute", "vm_pool"], {
    HCLOUD_TOKEN: undefined,
    HCLOUD_ENDPOINT: undefined,
    LAMINA_POOL_URL: url,
    LAMINA_POOL_TOKEN: token,
  });
  await leased.gate.reached("both", 2);
  expect(leased.hosts.map(({ state }) => state)).toEqual(["running", "running"]);
  leased.gate.open("both");
  const { events } = await build.ended.then(endedWith(0));
  expect(leased.locked()).toEqual(["base", "left", "right"]);
  const requested = events.flatMap((event) => (event.type === "runner.requested" ? event.provider : []));
  expect(requested).toEqual(["vm_pool", "vm_pool"]);
  expect(events.filter(({ type }) => type === "runner.released")).toHaveLength(2);
  expect(leased.api.servers()).toEqual([]);
  pool.kill("SIGTERM");
  await pool.ended.then(endedWith(0));
  expect(leased.leftOvers()).toEqual([]);
});
