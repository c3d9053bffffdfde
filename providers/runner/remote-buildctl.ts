// One run of `buildctl build` on a leased machine, for a context that lies there: a request comes in as it is here; progress goes
// out as it comes, and at the end all that was seen, with what buildctl left to say.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { CacheExport, SolveProgress, SolveRequest } from "../../engine/ports/builder.ts";
import type { Connection } from "../../engine/ports/transport.ts";
import { cacheExportArgs, contextFor, type HandedOver, solveArgs } from "../builder/buildctl-args.ts";
import { type EndedSolve, followBuildctl } from "../builder/run-buildctl.ts";
import { type ReadSecret, secretVariable } from "../secrets/read-secrets.ts";
import { createRedactor } from "../secrets/redact.ts";
import type { RegistryLogins } from "./registry-logins.ts";
import { explainTransport, shellWords } from "./remote-shell.ts";
import {
  placesOf,
  readAnswer,
  type SolveAnswer,
  type SolveInput,
  solveScript,
  writeInput,
} from "./solve-script.ts";

export interface RemoteRun {
  readonly request: SolveRequest;
  /** Writes the cache instead of making an image. */
  readonly exportTo?: CacheExport | undefined;
  readonly secrets: readonly ReadSecret[];
  /** All that is to be blanked, beside what the logins hold. */
  readonly values: readonly Uint8Array[];
  readonly logins: RegistryLogins | undefined;
  readonly buildkitSocket: string;
  /** Our folder on the machine, the solve's id in it, and the context there. */
  readonly root: string;
  readonly id: string;
  readonly contextDirectory: string;
}

export interface EndedRemoteSolve extends EndedSolve {
  /** Where it is there, so is the solve's folder, which is the caller's to remove. */
  readonly answer: SolveAnswer | undefined;
}

/** Settles when buildctl is gone, also after `signal`; never rejects. */
export async function runRemoteBuildctl(
  connection: Pick<Connection, "exec">,
  run: RemoteRun,
  report: (progress: SolveProgress) => void,
  signal: AbortSignal,
): Promise<EndedRemoteSolve> {
  const { root, id, buildkitSocket, values, logins } = run;
  const stdout: string[] = [];
  let isAnswered = false;
  const ended = await followBuildctl(
    async (onStderrLine) => {
      const stderr = splitLines(onStderrLine);
      const address = `unix://${buildkitSocket}`;
      const exec = await connection.exec(
        {
          argv: shellWords(solveScript, [root, id, "--addr", address, ...remoteArgs(run)]),
          stdin: writeInput(inputOf(run)),
          onOutput: (stream, text) => (stream === "stderr" ? stderr.read(text) : stdout.push(text)),
        },
        signal,
      );
      stderr.finish();
      if (!exec.ok) return explainTransport(exec.error, "cannot run buildctl on the machine");
      isAnswered = exec.value.exitCode === 0;
      return isAnswered ? "done" : "failed";
    },
    createRedactor([...values, ...(logins?.secretValues ?? [])]),
    report,
    signal,
  );
  return { ...ended, answer: isAnswered ? readAnswer(stdout.join("")) : undefined };
}

/** The request's arguments, with every path one on the machine. */
function remoteArgs(run: RemoteRun): readonly string[] {
  const { request, exportTo, root, id, contextDirectory } = run;
  const places = placesOf(root, id, request.dockerfilePath);
  const secrets = run.secrets.map(({ source: { id: secret } }, index) => ({
    id: secret,
    from: "env" as const,
    variable: secretVariable(index),
  }));
  const ready = { ...request, contextDirectory, dockerfilePath: places.dockerfile, secrets };
  const images = handOver(request, places.images);
  const { out: layoutDirectory, metadataFile } = places;
  const args =
    exportTo === undefined
      ? solveArgs(ready, images, { layoutDirectory, metadataFile })
      : cacheExportArgs(ready, images, exportTo, metadataFile);
  return secrets.length === 0 ? args : [...args, "--ref-file", places.refFile];
}

/** What are several layouts here is one there. */
function handOver({ namedContexts }: SolveRequest, directory: string): HandedOver {
  const id = "images";
  // Two spellings of one image have one key.
  const contexts = new Set(namedContexts.map((context) => contextFor(context, () => id)));
  const isLaidOut = namedContexts.some(({ source }) => source.kind !== "registry");
  return { contexts: Array.from(contexts), layouts: isLaidOut ? [{ id, directory }] : [] };
}

function inputOf({ request, secrets, logins }: RemoteRun): SolveInput {
  const files = new Map<string, Uint8Array>();
  for (const path of [request.dockerfilePath, `${request.dockerfilePath}.dockerignore`]) {
    const text = readBytes(path);
    if (text !== undefined) files.set(basename(path), text);
  }
  const env = new Map(secrets.map(({ value }, index) => [secretVariable(index), value]));
  if (logins !== undefined) env.set("DOCKER_AUTH_CONFIG", Buffer.from(logins.config));
  return { files, env };
}

/** `undefined` where it cannot be read: BuildKit will say so of a Dockerfile. */
function readBytes(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Hands text over line by line, without their ends. */
function splitLines(onLine: (line: string) => void): {
  readonly read: (text: string) => void;
  readonly finish: () => void;
} {
  let rest = "";
  return {
    read: (text) => {
      const [first = "", ...others] = text.split("\n");
      rest += first;
      for (const next of others) {
        onLine(rest);
        rest = next;
      }
    },
    finish: () => {
      if (rest !== "") onLine(rest);
    },
  };
}
