// A project in a real git repository, in a folder of its own, and the state in which all of it is built: by the real
// pipeline, with a builder that stands in for BuildKit and leaves small real images in the real store.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openHere, planHere, wholeCatalog } from "../../cli/project.ts";
import { createHost, hostPlatform, openImageStore } from "../../cli/wire.ts";
import { type ImageDigest, imageDigest, sha256 } from "../../engine/core/digest.ts";
import { ok } from "../../engine/core/result.ts";
import { runPlan } from "../../engine/pipeline.ts";
import type { Builder } from "../../engine/ports/builder.ts";
import { placeOn } from "../../engine/run/placer.ts";
import { blobPath } from "../../providers/store/oci-layout.ts";
import type { Platform } from "../../schemas/platform.ts";
import { collectOutput } from "../cli/collect-output.ts";
import { FakeClock } from "../fakes/clock.ts";
import { EventLog } from "../fakes/event-log.ts";
import { FakeResolver } from "../fakes/images.ts";

/** Whatever the machine's own settings are; and nothing is asked of anybody. */
export const gitSettings: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.org",
};

/** Runs git in a folder; what it prints. @throws Error when it fails. */
export function git(directory: string, ...args: readonly string[]): string {
  const options = { cwd: directory, encoding: "utf8", stdio: "pipe" } as const;
  return execFileSync("git", ["-c", "protocol.file.allow=always", ...args], {
    ...options,
    env: { ...process.env, ...gitSettings },
  });
}

export interface Folder {
  /** Absolute, without symbolic links. */
  readonly root: string;
  write(path: string, text: string): void;
  remove(): void;
}

/** A folder under the temporary one. */
export function makeFolder(name = "lamina-git-"): Folder {
  return folderAt(realpathSync(mkdtempSync(join(tmpdir(), name))));
}

export function folderAt(root: string): Folder {
  return {
    root,
    write: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The same once more, with its repository and times. */
export function copyFolder({ root }: Folder): Folder {
  const copy = makeFolder();
  cpSync(root, copy.root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return copy;
}

/** Makes a repository of a folder, with one commit of all that is in it on a branch "main". */
export function commitAll(root: string, message = "all"): void {
  git(root, "init", "-q", "-b", "main");
  git(root, "add", "-A");
  git(root, "commit", "-q", "-m", message);
}

/** Builds everything: afterwards the lock holds it, and so does the store. */
export async function buildAll(root: string): Promise<void> {
  const output = collectOutput();
  const opened = await openHere({ directory: root, output });
  if (!opened.ok) throw new Error(output.remarks());
  const project = opened.value;
  const plan = await planHere(project, wholeCatalog);
  const outcome = await runPlan(
    project,
    plan,
    {
      placer: placeOn(createStandIn(root)),
      images: await openImageStore(root),
      resolver: new FakeResolver(),
      sink: new EventLog(),
      clock: new FakeClock(),
      files: createHost().files,
    },
    { runId: "all", concurrency: 1, failFast: true, signal: new AbortController().signal },
  );
  if (outcome.result !== "ok") throw new Error(`the build ended as ${outcome.result}`);
}

/** Solves at once, and finds every tool. */
function createStandIn(root: string): Builder {
  return {
    description: "stand-in",
    platforms: [hostPlatform()],
    solve: ({ imageName, platform }) => {
      const digest = storeImage(root, imageName.replace(/^.*\//, ""), platform);
      return Promise.resolve(ok({ imageDigest: digest, sizeBytes: 1, stepsRun: 1, stepsCached: 0 }));
    },
    exportCache: () => Promise.reject(new Error("no caches are written here")),
    prove: ({ tools }) => {
      const findings = tools.map(({ name }) => ({ kind: "ran", name, output: "1.2.3" }) as const);
      return Promise.resolve(ok({ tools: findings, missingArtifacts: [] }));
    },
    close: () => Promise.resolve(),
  };
}

/** Where the manifest of a layer's image lies. */
export function imagePath(root: string, layer: string): string {
  return blobPath(join(root, ".lamina/store"), storeImage(root, layer, hostPlatform()));
}

function storeImage(root: string, layer: string, platform: Platform): ImageDigest {
  const store = join(root, ".lamina/store");
  const write = (value: unknown): { readonly digest: string; readonly size: number } => {
    const text = JSON.stringify(value);
    const digest = sha256(text);
    mkdirSync(dirname(blobPath(store, digest)), { recursive: true });
    writeFileSync(blobPath(store, digest), text);
    return { digest, size: text.length };
  };
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = write({ schemaVersion: 2, mediaType, config: write({ layer, platform }), layers: [] });
  return imageDigest(manifest.digest);
}
