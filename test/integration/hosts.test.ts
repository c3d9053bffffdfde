// Hosts of a yard are what tests take them for: machines with a door, a limit and an end.

import { spawn } from "node:child_process";
import { existsSync, watch } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { z } from "zod";
import type { Host } from "../rig/hosts/host.ts";
import { type HostYard, openHostYard } from "../rig/hosts/host-yard.ts";
import { type HostSetting, openHostSetting } from "./hosts-setting.ts";
import { findTraces, findYard, traceHost } from "./hosts-traces.ts";

const rig = inject("rig");
const mebibyte = 1024 * 1024;
const hour = 3_600_000;

let setting: HostSetting;
let yard: HostYard;
/** Two that all may use and nobody ends. */
let small: Host;
let large: Host;

beforeAll(async () => {
  setting = await openHostSetting(rig);
  yard = await openHostYard({ buildkit: rig.buildkit, registry: rig.registry.address });
  [small, large] = await Promise.all([createHost("small", 256), createHost("large", 1024)]);
});
afterAll(async () => {
  await yard?.close();
  setting?.close();
});

async function createHost(name: string, mebibytes = 512): Promise<Host> {
  const host = await orderHost(name, { memoryBytes: mebibytes * mebibyte });
  await host.booted;
  return host;
}

async function orderHost(
  name: string,
  otherwise: Partial<Parameters<HostYard["createHost"]>[0]> = {},
): Promise<Host> {
  return await yard.createHost({
    name,
    memoryBytes: 512 * mebibyte,
    authorizedKeys: [setting.login.publicKey],
    hostKey: setting.hostKey,
    ...otherwise,
  });
}

/** "connected", or the error's code. */
async function knock(host: Host): Promise<string> {
  const socket = createConnection({ host: host.address, port: host.port });
  return await new Promise<string>((resolve) => {
    socket.on("connect", () => resolve("connected"));
    socket.on("error", (error) => resolve("code" in error ? String(error.code) : error.message));
  }).finally(() => socket.destroy());
}

interface EndlessStep {
  /** The build's exit code. */
  readonly ended: Promise<number | undefined>;
  /** Ends the build's connection. */
  cut(): Promise<void>;
}

/** A build of a step on the host that says "begun" and does not end by itself. Resolves when it has said so. */
async function beginEndlessStep(
  host: Pick<Host, "address" | "user" | "buildkitSocket">,
): Promise<EndlessStep> {
  const buildkitd = await setting.forward(host);
  return await new Promise((resolve) => {
    const build = buildkitd.build("FROM busybox\nRUN echo be''gun; sleep 1000000\n", (line) => {
      if (line.endsWith(" begun")) resolve({ ended, cut: async () => await buildkitd.close() });
    });
    const ended = build.then(({ exitCode }) => exitCode);
  });
}

test("who has the key gets in, as root of a machine of its own with the programs of a runner", async () => {
  const asked = await setting.ssh(
    small,
    "hostname; id -un; cat /proc/1/comm; for p in rsync runc buildctl; do command -v $p >/dev/null && echo $p; done",
  );
  expect(asked).toMatchObject({
    exitCode: 0,
    stdout: "small\nroot\nsh\nrsync\nrunc\nbuildctl",
    stderr: "",
  });
});

test("BuildKit answers on it", async () => {
  const asked = await setting.ssh(small, "buildctl debug workers --format '{{len .}}'");
  expect(asked).toMatchObject({ exitCode: 0, stdout: "1" });
});

test("a host that proves itself with another key is refused", async () => {
  const asked = await setting.ssh(small, "true", { hostKey: setting.otherHostKey });
  expect(asked.exitCode).toBe(255);
  expect(asked.stderr).toContain("Host key verification failed.");
});

test("who has another key is refused", async () => {
  const asked = await setting.ssh(small, "true", { login: setting.otherLogin });
  expect(asked).toMatchObject({
    exitCode: 255,
    stderr: `root@${small.address}: Permission denied (publickey).`,
  });
});

test("what a host writes stays on it", async () => {
  const written = await setting.ssh(
    large,
    "for d in /root /tmp /var/tmp /run; do echo mine > $d/of-a-host; done",
  );
  expect(written.exitCode).toBe(0);
  for (const folder of ["/root", "/tmp", "/var/tmp", "/run"]) {
    expect(existsSync(join(folder, "of-a-host"))).toBe(false);
  }
  expect((await setting.ssh(small, "ls /root /tmp /var/tmp /run | grep of-a-host")).stdout).toBe("");
  expect((await setting.ssh(small, "touch /etc/of-a-host")).stderr).toBe(
    "touch: cannot touch '/etc/of-a-host': Read-only file system",
  );
});

test("a step that needs more memory than the host has is killed by the kernel, and runs on a larger one", async () => {
  const dockerfile = "FROM busybox\nRUN dd if=/dev/zero of=/dev/null bs=400M count=1\n";
  const onSmall = await setting.forward(small);
  const killed = await onSmall.build(dockerfile);
  expect(killed.exitCode).toBe(1);
  expect(killed.stderr).toContain("did not complete successfully: exit code: 137");
  // The daemon is still there.
  expect(await onSmall.build("FROM busybox\nRUN true\n")).toMatchObject({ exitCode: 0 });
  await onSmall.close();
  const onLarge = await setting.forward(large);
  expect(await onLarge.build(dockerfile)).toMatchObject({ exitCode: 0 });
  await onLarge.close();
});

test("steps reach the rig's registry: images by its own name, all else at the yard's address, and nothing beyond", async () => {
  const buildkitd = await setting.forward(large);
  const built = await buildkitd.build(
    `FROM ${rig.busybox.reference}
RUN wget -q -O - http://${yard.registry ?? ""}/v2/_catalog
RUN ! wget -q -O - http://192.0.2.1/
`,
  );
  expect(built.stderr).toContain('{"repositories":[');
  expect(built.stderr).toContain("Network is unreachable");
  expect(built.exitCode).toBe(0);
  await buildkitd.close();
});

test("a killed host is gone from the network while its connections hear of no end, and destroy takes what is left of it", async () => {
  const host = await createHost("killed");
  const traced = traceHost(host);
  const socket = createConnection({ host: host.address, port: host.port });
  const ends: string[] = [];
  for (const end of ["end", "error", "close"]) socket.on(end, () => ends.push(end));
  await new Promise((resolve) => socket.once("data", resolve));
  await host.kill();
  expect(host.state).toBe("off");
  expect(yard.listHosts()).toContain(host);
  expect(await knock(host)).toBe("EHOSTUNREACH");
  expect(ends).toEqual([]);
  socket.destroy();
  await host.destroy();
  expect(yard.listHosts()).not.toContain(host);
  expect(findTraces(traced)).toEqual([]);
});

test("when its buildkitd is killed, the build ends, and the host is there with the step's process", async () => {
  const host = await createHost("without-daemon");
  const step = await beginEndlessStep(host);
  await host.killBuildkitd();
  expect(await step.ended).toBe(1);
  await step.cut();
  expect((await setting.ssh(host, "pgrep -f '^sleep 1000000' | wc -l")).stdout).toBe("1");
  expect((await setting.ssh(host, "buildctl debug workers")).exitCode).toBe(1);
  await host.killBuildkitd();
  expect(host.state).toBe("running");
  await host.destroy();
});

test("of a destroyed host nothing is left, whatever ran on it", async () => {
  const host = await createHost("destroyed");
  const traced = traceHost(host);
  const step = await beginEndlessStep(host);
  const kinds = new Set(findTraces(traced).map((trace) => trace.split(" ")[0]));
  expect(Array.from(kinds)).toEqual(["process", "link", "cgroup", "folder"]);
  await Promise.all([host.destroy(), host.destroy()]);
  await host.off;
  expect(findTraces(traced)).toEqual([]);
  expect(yard.listHosts()).toEqual([small, large]);
  // Its name is free again, its address is not taken up at once.
  const next = await createHost("destroyed");
  expect(next.address).not.toBe(host.address);
  await next.destroy();
  await step.cut();
  expect(await step.ended).toBe(1);
});

test("a host that boots has an address where nobody answers yet", async () => {
  const host = await orderHost("slow", { bootDelayMs: hour });
  expect(host.state).toBe("booting");
  expect(await knock(host)).toBe("ECONNREFUSED");
  await host.destroy();
  await expect(host.booted).rejects.toThrow("the host slow: it ended");
  const later = await orderHost("later", { bootDelayMs: 20 });
  await later.booted;
  expect(await knock(later)).toBe("connected");
  await later.destroy();
});

test("a host that cannot boot says why, and is off", async () => {
  const host = await orderHost("broken", { hostKey: { privateKey: "no key", publicKey: "no key" } });
  await expect(host.booted).rejects.toThrow("sshd: no hostkeys available -- exiting.");
  await host.off;
  expect(host.state).toBe("off");
  await host.destroy();
});

test("orders that no host can be made of are refused", async () => {
  await expect(orderHost("Bad_Name")).rejects.toThrow("Bad_Name is no name for a host");
  await expect(orderHost("small")).rejects.toThrow("the yard has a host called small");
  await expect(orderHost("tiny", { memoryBytes: mebibyte })).rejects.toThrow(
    "sshd and buildkitd do not run in 1048576 bytes",
  );
});

test("two yards stand side by side, and one that is closed is gone with its hosts", async () => {
  const other = await openHostYard({ buildkit: rig.buildkit });
  const order = {
    memoryBytes: 512 * mebibyte,
    authorizedKeys: [setting.login.publicKey],
    hostKey: setting.hostKey,
  };
  const host = await other.createHost({ name: "small", ...order });
  await host.booted;
  expect((await setting.ssh(host, "hostname")).stdout).toBe("small");
  const traced = { ...traceHost(host), name: basename(host.memoryCgroup).replace(/h\d+$/, "") };
  expect(findTraces(traced)).not.toEqual([]);
  const late = other.createHost({ name: "late", ...order });
  await Promise.all([other.close(), other.close(), late]);
  expect(findTraces(traced)).toEqual([]);
  await expect(other.createHost({ name: "too-late", ...order })).rejects.toThrow("the yard is closed");
  expect((await setting.ssh(small, "hostname")).stdout).toBe("small");
});

const orphans = z.array(
  z.object({
    address: z.string(),
    user: z.literal("root"),
    buildkitSocket: z.string(),
    pid: z.number(),
    memoryCgroup: z.string(),
  }),
);

test("of a process that is killed no host is left", async () => {
  const order = {
    buildkit: rig.buildkit,
    hostKey: setting.hostKey,
    authorizedKey: setting.login.publicKey,
  };
  const child = spawn(process.execPath, [join(import.meta.dirname, "hosts-orphans.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ORDER: JSON.stringify(order) },
  });
  const line = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  const hosts = orphans.parse(JSON.parse(line.value ?? ""));
  const traced = hosts.map(traceHost);
  const steps = await Promise.all(hosts.map(beginEndlessStep));
  expect(traced.map((one) => findTraces(one).length > 10)).toEqual([true, true]);
  const folder = findYard(traced[0]?.name ?? "");
  const gone = waitUntilGone(folder);
  child.kill("SIGKILL");
  await gone;
  expect(traced.flatMap(findTraces)).toEqual([]);
  await Promise.all(steps.map(async (step) => await step.cut()));
});

/** The yard's folder is the last that its guard removes. */
async function waitUntilGone(folder: string): Promise<void> {
  const watcher = watch(tmpdir());
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (!existsSync(folder)) resolve();
    };
    watcher.on("change", look);
    look();
  });
  watcher.close();
}
