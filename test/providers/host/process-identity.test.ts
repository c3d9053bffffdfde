import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { processTable } from "../../../providers/host/process-identity.ts";

const children: ChildProcess[] = [];
afterEach(() => children.forEach((child) => child.kill("SIGKILL")));

/** A process that tells its own name and then waits; `orders` are what it does with what it is told. */
async function startNamed(program: string, args: readonly string[] = []) {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  return { child, said: once(child.stdout, "data").then(([text]) => String(text).trim()) };
}

const saysItsName = [
  "--input-type=module",
  "-e",
  `import { processTable } from ${JSON.stringify(new URL("../../../providers/host/process-identity.ts", import.meta.url).href)};
console.log(processTable.self);
process.stdin.resume();`,
];

test("a process lives until it is killed", async () => {
  const { child, said } = await startNamed(process.execPath, saysItsName);
  const name = await said;
  expect(name).not.toBe(processTable.self);
  expect(processTable.look(name)).toBe("alive");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(processTable.look(name)).toBe("dead");
});

test("one that was killed is dead before its parent has asked how it ended", async () => {
  // The shell is stopped, so that it never asks.
  const script = `"$@" <&0 & exec >&-; kill -STOP $$`;
  const { child, said } = await startNamed("sh", ["-c", script, "sh", process.execPath, ...saysItsName]);
  const name = await said;
  expect(processTable.look(name)).toBe("alive");
  process.kill(Number(name.split(".")[3]), "SIGKILL");
  await expect.poll(() => processTable.look(name)).toBe("dead");
  expect(child.exitCode).toBe(null);
});

test("this process lives", () => {
  expect(processTable.self).toBe(processTable.self);
  expect(processTable.look(processTable.self)).toBe("alive");
});

test("another process that was given the same id later is another one", () => {
  const later = processTable.self.replace(/\d+$/, (start) => `${Number(start) + 1}`);
  expect(processTable.look(later)).toBe("dead");
});

test("what ran before the machine was started anew is dead, what runs elsewhere is not known", () => {
  const [machine = "", boot = "", namespace = "", ...rest] = processTable.self.split(".");
  const other = "0123456789ab";
  const name = (...parts: readonly string[]) => [...parts, ...rest].join(".");
  expect(processTable.look(name(machine, boot, namespace))).toBe("alive");
  expect(processTable.look(name(machine, other, namespace))).toBe("dead");
  expect(processTable.look(name(other, other, namespace))).toBe("elsewhere");
  expect(processTable.look(name(machine, boot, other))).toBe("elsewhere");
  // The machine was given another name since.
  expect(processTable.look(name(other, boot, namespace))).toBe("alive");
});

test("what names no process is elsewhere", () => {
  for (const name of ["", "1", "a process", `${processTable.self}.1`, processTable.self.toUpperCase()])
    expect(processTable.look(name)).toBe("elsewhere");
});
