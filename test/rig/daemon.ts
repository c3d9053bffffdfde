// A daemon that lives no longer than this process, however that ends: a shell between the two waits for the end of its
// stdin, which the kernel closes with this process, then stops the daemon and removes its folder.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface DaemonSettings {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** All that the daemon writes; removed with everything mounted below it when the daemon is gone. */
  readonly directory: string;
  /** A line of the daemon's stderr that says it is up; the first group is what `ready` resolves to. */
  readonly readyLine: RegExp;
}

export interface RunningDaemon {
  /** What the ready line told. */
  readonly told: string;
  /** Resolves when the daemon is gone and its folder removed. */
  readonly stop: () => Promise<void>;
}

// $1 is the folder, the rest the daemon's command. The last of the rig's daemons takes the rig's own folder along.
const guard = `
dir=$1; shift
"$@" </dev/null & daemon=$!
exec >/dev/null 2>&1
while read -r _; do :; done
kill "$daemon"
( trap 'kill $!; exit' TERM; sleep 10 & wait; kill -9 "$daemon" ) & killer=$!
wait "$daemon"
kill "$killer"
awk -v dir="$dir/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do umount -l "$mount"; done
rm -rf "$dir"
rmdir "\${dir%/*}"
`;

/** Starts it and waits until it is up; throws with the end of its log when it ends before. */
export async function startDaemon(settings: DaemonSettings): Promise<RunningDaemon> {
  const child = spawn("/bin/sh", ["-c", guard, "guard", settings.directory, ...settings.command], {
    // Out of reach of a Ctrl-C that is meant for the tests: the guard stops the daemon after them.
    detached: true,
    stdio: ["pipe", "ignore", "pipe"],
    env: { ...process.env, ...settings.env },
  });
  const gone = once(child, "exit");
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await gone;
  };
  const told = await waitForLine(createInterface(child.stderr), settings.readyLine);
  if (typeof told === "string") return { told, stop };
  await stop();
  throw new Error(`${settings.command[0] ?? ""} did not come up:\n${told.join("\n")}`);
}

/** The first group of the line that matches, or the last lines when there was none; reads on after it. */
async function waitForLine(
  lines: ReturnType<typeof createInterface>,
  wanted: RegExp,
): Promise<string | string[]> {
  const recent: string[] = [];
  return await new Promise((resolve) => {
    lines.on("line", (line) => {
      recent.push(line);
      if (recent.length > 40) recent.shift();
      const match = wanted.exec(line);
      if (match !== null) resolve(match[1] ?? "");
    });
    lines.on("close", () => resolve(recent));
  });
}
