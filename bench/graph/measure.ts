// A command as a whole process: how long it takes, what it says, how much memory it and its children hold.

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Task, Tool } from "./tool.ts";

type Runnable = Pick<Task, "argv"> & { readonly env: Tool["env"]; readonly project: string };

export interface Duration {
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** Of all processors, for it and all its children that it waited for. */
  readonly cpuSeconds: number;
}

/** How long it takes; its output goes nowhere. */
export async function measureDuration(task: Runnable): Promise<Duration> {
  // Node does not tell what children have used; a shell does, and costs everybody the same millisecond.
  const script = 'exec 3>&1 >/dev/null; "$@"; code=$?; times >&3; exit $code';
  const startedMs = performance.now();
  const stdout = await capture({ ...task, argv: ["sh", "-c", script, "sh", ...task.argv] });
  const seconds = (performance.now() - startedMs) / 1000;
  return { seconds, cpuSeconds: sumTimes(stdout) };
}

/** The second line of the shell's `times` (POSIX.1-2017): "1m2.345s 0m0.678s", user and system time of its children. */
function sumTimes(stdout: string): number {
  const line = stdout.trim().split("\n")[1] ?? "";
  return Array.from(line.matchAll(/(\d+)m([\d.]+)s/g)).reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

/** What the command writes to stdout. */
export async function capture(task: Runnable): Promise<string> {
  const child = start(task, "pipe");
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  await end(task, child);
  return Buffer.concat(chunks).toString();
}

const samplingMs = 4;

/**
 * The most that the process and its descendants held at one time, in MiB: the sum of the high-water marks (VmHWM) of those that
 * live at once, looked at every few milliseconds. A daemon that was there before does not count.
 */
export async function measurePeakMib(task: Runnable): Promise<number> {
  const child = start(task, "ignore");
  let peakKib = 0;
  const look = (): void => {
    if (child.pid !== undefined) peakKib = Math.max(peakKib, sumPeaksKib(child.pid));
  };
  const timer = setInterval(look, samplingMs);
  look();
  try {
    await end(task, child);
  } finally {
    clearInterval(timer);
  }
  return peakKib / 1024;
}

function start(
  { argv: [program = "", ...args], env, project }: Runnable,
  stdout: "ignore" | "pipe",
): ChildProcess {
  return spawn(program, args, {
    cwd: project,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", stdout, "pipe"],
  });
}

async function end({ argv }: Runnable, child: ChildProcess): Promise<void> {
  const complaints: Buffer[] = [];
  child.stderr?.on("data", (chunk: Buffer) => complaints.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0)
    throw new Error(
      `${argv.join(" ")} ended with ${code}: ${Buffer.concat(complaints).toString().slice(-2000)}`,
    );
}

function sumPeaksKib(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const own = Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
    return children.reduce((sum, child) => sum + sumPeaksKib(Number(child)), own);
  } catch {
    // It ended meanwhile.
    return 0;
  }
}
