// What a new machine does when it boots, as cloud-init reads it (cloudinit.readthedocs.io, "#cloud-config"): it proves itself
// with the key it is given, lets ours in, and runs BuildKit. Nothing is installed by a package manager, which takes minutes.
// After the header it is JSON, which is YAML: no text can break out of its quotes.

import type { KeyPair } from "../../../engine/ports/compute.ts";

/** Where buildkitd listens on every machine that booted by this. */
export const buildkitSocket = "/run/buildkit/buildkitd.sock";

export interface BootPlan {
  readonly authorizedKey: string;
  readonly hostKey: KeyPair;
  /** Who logs in with the key. */
  readonly user: string;
  /** A release of BuildKit, with bin/buildkitd and bin/buildkit-runc; undefined where the image has it on PATH. */
  readonly buildkit: { readonly url: string; readonly sha256: string } | undefined;
  /** From its boot on, until it powers itself off: it may be that nobody is left who would destroy it. */
  readonly liveSeconds: number;
}

const archive = "/run/lamina/buildkit.tar.gz";
const checksum = "/run/lamina/buildkit.sha256";

/** Where a provider's machines read their own data, this text among it. */
const blackhole = ["blackhole", "169.254.169.254/32"] as const;

export function writeCloudInit({ authorizedKey, hostKey, user, buildkit, liveSeconds }: BootPlan): string {
  const config = {
    // Written before sshd starts; without it clients would have to trust whoever answers first.
    ssh_keys: { ed25519_private: hostKey.privateKey, ed25519_public: hostKey.publicKey },
    ssh_deletekeys: true,
    ssh_pwauth: false,
    disable_root: false,
    users: [
      {
        name: user,
        ...(user === "root" ? {} : { shell: "/bin/bash", groups: "adm,systemd-journal" }),
        ssh_authorized_keys: [authorizedKey],
      },
    ],
    // A password that has to be changed at the first login would refuse commands, also with a key.
    chpasswd: { expire: false },
    package_update: false,
    package_upgrade: false,
    // Each boot, before anything of ours runs. cloud-init has read its data by then, and build steps must not: it holds the host key.
    bootcmd: [["ip", "-4", "route", "replace", ...blackhole]],
    write_files: [
      { path: "/etc/systemd/system/buildkitd.service", content: buildkitUnit(user) },
      { path: "/etc/ssh/sshd_config.d/10-lamina.conf", content: sshdConfig },
      ...(buildkit === undefined ? [] : [{ path: checksum, content: `${buildkit.sha256}  ${archive}\n` }]),
    ],
    // One script: after the first line, it ends with the first command that fails.
    runcmd: [
      "set -eu",
      // Not in bootcmd: a timer starts after sysinit.target, which waits for bootcmd.
      [
        "systemd-run",
        "--unit=lamina-expiry",
        `--on-active=${String(Math.max(60, Math.ceil(liveSeconds)))}`,
        "systemctl",
        "poweroff",
      ],
      // Where a step wants more memory than there is, it shall be killed at once, not crawl.
      ["swapoff", "-a"],
      "systemctl stop apt-daily.timer apt-daily-upgrade.timer unattended-upgrades.service || true",
      "chage -d $(date +%F) root || true",
      ...(buildkit === undefined
        ? []
        : [
            ["curl", "-fsSL", "--retry", "5", "--retry-all-errors", "-o", archive, buildkit.url],
            ["sha256sum", "-c", checksum],
            ["tar", "-xzf", archive, "-C", "/usr/local"],
            ["rm", archive],
          ]),
      ["systemctl", "daemon-reload"],
      ["systemctl", "restart", "buildkitd.service"],
    ],
  };
  return `#cloud-config\n${JSON.stringify(config, undefined, 1)}\n`;
}

/** A builder that loses its power says nothing: whoever is silent for a minute is gone, and what was started for him ends. */
const sshdConfig = "ClientAliveInterval 15\nClientAliveCountMax 4\n";

/** Should something have taken the route away since the boot, no build step comes before it is back. */
function buildkitUnit(user: string): string {
  return `[Unit]
Description=BuildKit
After=network-online.target

[Service]
Environment=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ExecStartPre=/usr/bin/env ip -4 route replace ${blackhole.join(" ")}
ExecStart=/usr/bin/env buildkitd --addr unix://${buildkitSocket} --group ${user}
Delegate=yes
LimitNOFILE=1048576
TasksMax=infinity
Restart=on-failure
`;
}
