// What a machine boots by, read by a YAML parser as cloud-init does.

import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { type BootPlan, writeCloudInit } from "../../../../providers/compute/hcloud/cloud-init.ts";
import { makeKeyPair } from "../../../../providers/transport/keys.ts";

const plan: BootPlan = {
  authorizedKey: makeKeyPair().publicKey,
  hostKey: makeKeyPair(),
  user: "root",
  buildkit: undefined,
  liveSeconds: 7199.5,
};

/** The command that ends a machine. */
function expiry(seconds: string): readonly string[] {
  return ["systemd-run", "--unit=lamina-expiry", `--on-active=${seconds}`, "systemctl", "poweroff"];
}

const command = z.union([z.string(), z.array(z.string())]);
const shape = z.looseObject({
  ssh_keys: z.object({ ed25519_private: z.string(), ed25519_public: z.string() }),
  users: z.array(z.looseObject({ name: z.string(), ssh_authorized_keys: z.array(z.string()) })),
  bootcmd: z.array(command),
  runcmd: z.array(command),
  write_files: z.array(z.object({ path: z.string(), content: z.string() })),
});

function read(changes: Partial<BootPlan> = {}): z.output<typeof shape> {
  return shape.parse(parse(writeCloudInit({ ...plan, ...changes })));
}

test("begins with its header: cloud-init looks at nothing else", () => {
  expect(writeCloudInit(plan).split("\n", 1)).toEqual(["#cloud-config"]);
});

test("the machine proves itself with the key it was given, and lets the other one in", () => {
  const { ssh_keys: keys, users } = read();
  expect(keys).toEqual({ ed25519_private: plan.hostKey.privateKey, ed25519_public: plan.hostKey.publicKey });
  expect(users).toEqual([{ name: "root", ssh_authorized_keys: [plan.authorizedKey] }]);
  expect(read({ user: "builder" }).users).toMatchObject([
    { name: "builder", ssh_authorized_keys: [plan.authorizedKey] },
  ]);
});

test("at each boot, and before BuildKit starts, what this was read from is out of reach", () => {
  const { bootcmd, write_files: files } = read();
  expect(bootcmd).toEqual([["ip", "-4", "route", "replace", "blackhole", "169.254.169.254/32"]]);
  expect(files[0]?.content).toContain(
    "ExecStartPre=/usr/bin/env ip -4 route replace blackhole 169.254.169.254/32\n",
  );
});

test("the machine powers itself off when its lease is over, a minute after its boot at the earliest", () => {
  expect(read().runcmd.slice(0, 2)).toEqual(["set -eu", expiry("7200")]);
  expect(read({ liveSeconds: -5 }).runcmd[1]).toEqual(expiry("60"));
});

test("what was started for a builder that is gone ends after a minute", () => {
  expect(read().write_files[1]?.content).toBe("ClientAliveInterval 15\nClientAliveCountMax 4\n");
});

test("BuildKit listens where it is looked for; its user may use it", () => {
  const { write_files: files, runcmd } = read({ user: "builder" });
  expect(files.map(({ path }) => path)).toEqual([
    "/etc/systemd/system/buildkitd.service",
    "/etc/ssh/sshd_config.d/10-lamina.conf",
  ]);
  expect(files[0]?.content).toContain(
    "ExecStart=/usr/bin/env buildkitd --addr unix:///run/buildkit/buildkitd.sock --group builder\n",
  );
  expect(runcmd.slice(2)).toEqual([
    ["swapoff", "-a"],
    "systemctl stop apt-daily.timer apt-daily-upgrade.timer unattended-upgrades.service || true",
    "chage -d $(date +%F) root || true",
    ["systemctl", "daemon-reload"],
    ["systemctl", "restart", "buildkitd.service"],
  ]);
});

test("an archive of BuildKit is unpacked only when it is the one that was named, and nothing is installed", () => {
  const url = "https://mirror.test/a.tar.gz?x='$(id)'";
  const { write_files: files, runcmd } = read({ buildkit: { url, sha256: "ab".repeat(32) } });
  expect(files[2]).toEqual({
    path: "/run/lamina/buildkit.sha256",
    content: `${"ab".repeat(32)}  /run/lamina/buildkit.tar.gz\n`,
  });
  expect(runcmd.slice(5, 9)).toEqual([
    ["curl", "-fsSL", "--retry", "5", "--retry-all-errors", "-o", "/run/lamina/buildkit.tar.gz", url],
    ["sha256sum", "-c", "/run/lamina/buildkit.sha256"],
    ["tar", "-xzf", "/run/lamina/buildkit.tar.gz", "-C", "/usr/local"],
    ["rm", "/run/lamina/buildkit.tar.gz"],
  ]);
  expect(JSON.stringify(runcmd)).not.toMatch(/apt-get|apt install|dnf|apk/);
});

test("fits by far into what a provider takes", () => {
  expect(Buffer.byteLength(writeCloudInit(plan))).toBeLessThan(4096);
});
