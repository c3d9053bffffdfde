// A machine at the end of a real SSH connection, watched while its steps run, and when the way to it is lost.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Connection } from "../../engine/ports/transport.ts";
import { makeKeyPair } from "../../providers/transport/keys.ts";
import { sshTransport } from "../../providers/transport/ssh.ts";
import { measureVitals } from "../../providers/vitals/measure.ts";
import { runThere } from "../../providers/vitals/shell.ts";
import { type MemoryCgroup, makeMemoryCgroup } from "../rig/memory-cgroup.ts";
import { commandLinesWith, never } from "./builder-setting.ts";
import { type Door, endpointAt, openDoor, type Sshd, startSshd } from "./sshd.ts";

const limitBytes = 256 * 1024 * 1024;
let directory: string;
let cgroup: MemoryCgroup;
let sshd: Sshd;
let door: Door;
let connection: Connection;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "lamina-vitals-remote-"));
  cgroup = makeMemoryCgroup(`lamina-vitals-remote-${process.pid}`, limitBytes);
  const login = makeKeyPair();
  sshd = await startSshd(join(directory, "sshd"), login.publicKey);
  door = await openDoor(sshd.port);
  const connected = await sshTransport({ mendMs: 500 }).connect(
    endpointAt(door.port, sshd.hostKey),
    { privateKey: login.privateKey, deadlineMs: 20_000 },
    never,
  );
  if (!connected.ok) throw new Error(JSON.stringify(connected.error));
  connection = connected.value;
});
afterEach(async () => {
  await connection.close();
  await door.close();
  await sshd.stop();
  cgroup.remove();
  rmSync(directory, { recursive: true, force: true });
});

test("what the kernel kills there is told here, and no shell stays behind", async () => {
  const measuring = await measureVitals(runThere(connection), { kind: "cgroup", path: cgroup.path });
  const command = `echo $$ >${cgroup.processesFile}; exec dd if=/dev/zero of=/dev/null bs=400M count=1`;
  const killed = await connection.exec({ argv: ["sh", "-c", command] }, never);
  expect(killed).toMatchObject({ ok: true, value: { exitCode: undefined, signal: "KILL" } });
  expect(commandLinesWith(cgroup.path)).not.toEqual([]);
  const measurement = await measuring.finish();
  expect(measurement).toMatchObject({ source: "cgroup", oomKills: 1, memoryPeakBytes: limitBytes });
  expect(measurement?.oomReports[0]).toMatch(/Killed process \d+ \(dd\)/);
  expect(await measuring.finish()).toBe(measurement);
  expect(commandLinesWith(cgroup.path)).toEqual([]);
});

test("of a machine that is lost, what came until then is told, and nothing of kills", async () => {
  const measuring = await measureVitals(runThere(connection), { kind: "machine" });
  door.target = undefined;
  door.cut();
  await connection.lost;
  const measurement = await measuring.finish();
  expect(measurement).toMatchObject({ oomKills: undefined, oomReports: [] });
  expect(measurement?.memoryPeakBytes).toBeGreaterThan(0);
});

test("of a machine that is lost before, nothing is", async () => {
  door.target = undefined;
  door.cut();
  await connection.lost;
  const measuring = await measureVitals(runThere(connection), { kind: "machine" });
  expect(await measuring.finish()).toBeUndefined();
});
