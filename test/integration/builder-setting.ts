// What the builder's integration tests share: a folder, contexts in it, requests to solve on the rig's base image.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageDigest } from "../../engine/core/digest.ts";
import type { Result } from "../../engine/core/result.ts";
import type { Builder, ImageSource, NamedContext, SolveRequest } from "../../engine/ports/builder.ts";
import { openBuilder } from "../../providers/builder/connect.ts";
import { platformOf } from "../ports/builder.ts";
import type { Rig } from "../rig/rig.ts";

export const never: AbortSignal = new AbortController().signal;

export interface Setting {
  readonly directory: string;
  readonly storeDirectory: string;
  readonly builder: Builder;
  /** The rig's base under the name "busybox". */
  readonly base: NamedContext;
  /** A request for a context of those files, on the base, with what is to be otherwise. */
  request(files: Readonly<Record<string, string>>, otherwise?: Partial<SolveRequest>): SolveRequest;
  close(): Promise<void>;
}

/** A builder on the rig's daemon, with a store of its own; `env` is what it sees of an environment. */
export async function openSetting(rig: Rig, env: Readonly<Record<string, string>> = {}): Promise<Setting> {
  const directory = mkdtempSync(join(tmpdir(), "lamina-builder-"));
  const storeDirectory = join(directory, "store");
  const builder = value(await openBuilder({ storeDirectory, env: envOf(rig, env) }, never));
  const base = { name: "busybox", source: baseOf(rig) };
  let contexts = 0;
  return {
    directory,
    storeDirectory,
    builder,
    base,
    request(files, otherwise = {}) {
      contexts += 1;
      const contextDirectory = join(directory, `context-${contexts}`);
      mkdirSync(contextDirectory);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(contextDirectory, name), text);
      return {
        contextDirectory,
        dockerfilePath: join(contextDirectory, "Dockerfile"),
        target: undefined,
        platform: platformOf(builder),
        buildArgs: new Map(),
        namedContexts: [base],
        secrets: [],
        ssh: false,
        cacheFrom: [],
        imageName: "lamina/test",
        noCache: false,
        ...otherwise,
      };
    },
    async close() {
      await builder.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** An environment in which the rig's daemon is the one to use. */
export function envOf(
  rig: Rig,
  env: Readonly<Record<string, string>> = {},
): (name: string) => string | undefined {
  const all: Readonly<Record<string, string>> = {
    PATH: join(rig.buildkit.buildctl, ".."),
    BUILDKIT_HOST: rig.buildkit.address,
    ...env,
  };
  return (name) => all[name];
}

export function baseOf(rig: Rig): ImageSource {
  return { kind: "layout", directory: rig.busybox.directory, digest: imageDigest(rig.busybox.digest) };
}

/** Command lines of all processes of this machine that contain the text. */
export function commandLinesWith(text: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine)
    .filter((line) => line.includes(text));
}

/** @throws Error with the failure's JSON. */
export function value<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(`failed: ${JSON.stringify(result.error)}`);
  return result.value;
}

/** "" when the process is gone. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
