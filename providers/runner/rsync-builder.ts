// The Builder that sends contexts ahead by rsync and runs buildctl on the leased machine. In a folder of ours there lie contexts,
// which are kept so that only changes are sent, and a store of blobs, by which images go there and come back.
//
//   /var/tmp/lamina-…  contexts/<context>-<n>  store/blobs/sha256  incoming/<solve>  work/<solve>

import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Digest } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type {
  Builder,
  CacheExport,
  SolveFailure,
  SolveProgress,
  SolveRequest,
  SolveResult,
} from "../../engine/ports/builder.ts";
import type { Connection, TransportFailure } from "../../engine/ports/transport.ts";
import { enterImage, findExported, parseMetadata } from "../builder/built-image.ts";
import { findTool, type ReadEnv } from "../builder/find-tools.ts";
import { guardStore } from "../builder/guard-store.ts";
import { findShadowedStage } from "../builder/shadowed-stage.ts";
import { withWorkDirectory } from "../builder/work-directory.ts";
import { maxVariableBytes, type ReadSecret, readSecrets, secretVariable } from "../secrets/read-secrets.ts";
import { SecretVault } from "../secrets/vault.ts";
import { BlobExchange, type HeldImage } from "./blob-exchange.ts";
import { ContextFolders } from "./context-folders.ts";
import { findIgnoredPaths } from "./ignored-paths.ts";
import { findRegistryLogins } from "./registry-logins.ts";
import { runRemoteBuildctl } from "./remote-buildctl.ts";
import { explainTransport, shellWords } from "./remote-shell.ts";
import { placesOf } from "./solve-script.ts";

export interface RsyncBuilderSettings {
  readonly connection: Connection;
  /** Of the machine's buildkitd, absolute there. */
  readonly buildkitSocket: string;
  /** Absolute path of the layout that takes the images; made when it is not there. */
  readonly storeDirectory: string;
  readonly env: ReadEnv;
  /** The secrets of what is built; one of its own where it is left out. */
  readonly vault?: SecretVault | undefined;
  /** A Builder on the same daemon and store whose buildctl runs here: proofs need no context. Closed with this one. */
  readonly proofs: Builder;
}

const openScript = `
umask 077
for tool in buildctl rsync; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed on the machine" >&2; exit 1; }
done
folder=$(mktemp -d /var/tmp/lamina-XXXXXXXXXX) || exit
mkdir -p "$folder/contexts" "$folder/store/blobs/sha256" "$folder/incoming" "$folder/work" || exit
printf %s "$folder"
`;
const removeScript = 'rm -rf -- "$1"';
/** For what is removed there: the machine itself will be gone soon. */
const removeMs = 5000;

/** Makes the folder on the machine, where buildctl and rsync have to be installed. */
export async function openRsyncBuilder(
  settings: RsyncBuilderSettings,
  signal: AbortSignal,
): Promise<Result<Builder, TransportFailure>> {
  const { connection, storeDirectory, env, proofs, vault = new SecretVault(env) } = settings;
  if (findTool("rsync", env) === undefined)
    return err({ kind: "failed", message: "rsync is not installed here" });
  const made = await connection.exec({ argv: shellWords(openScript, []) }, signal);
  if (!made.ok) return made;
  const { exitCode, stdout: root, stderr } = made.value;
  if (exitCode !== 0 || !root.startsWith("/"))
    return err({ kind: "failed", message: stderr.trim().split("\n").at(-1) ?? "" });
  const remote: Remote = {
    root,
    contexts: new ContextFolders(root),
    blobs: new BlobExchange(connection, root),
    remove: async (path) => {
      await connection.exec({ argv: shellWords(removeScript, [path]) }, AbortSignal.timeout(removeMs));
    },
  };
  const open = { ...settings, vault };
  let closed: Promise<void> | undefined;
  return ok({
    description: `${proofs.description}, contexts by rsync`,
    platforms: proofs.platforms,
    solve: (request, report, solveSignal) =>
      guardStore(storeDirectory, () =>
        withAllThere(open, remote, request, report, solveSignal, (job) =>
          solveThere(open, remote, job, report, solveSignal),
        ),
      ),
    exportCache: (request, to, exportSignal) =>
      guardStore(storeDirectory, () =>
        withAllThere(
          open,
          remote,
          request,
          () => {},
          exportSignal,
          (job) => exportThere(open, remote, job, to, exportSignal),
        ),
      ),
    prove: (request, proofSignal) => proofs.prove(request, proofSignal),
    close: () => {
      closed ??= remote.remove(root).then(() => proofs.close());
      return closed;
    },
  });
}

type OpenSettings = RsyncBuilderSettings & { readonly vault: SecretVault };

/** What is ours on the machine. */
interface Remote {
  /** Absolute. */
  readonly root: string;
  readonly contexts: ContextFolders;
  readonly blobs: BlobExchange;
  /** As far as it may; hears no signal of a solve. Never rejects. */
  readonly remove: (path: string) => Promise<void>;
}

/** With all that a request needs brought there; the context is kept, so that a second time costs a look. */
async function withAllThere<T>(
  settings: OpenSettings,
  remote: Remote,
  request: SolveRequest,
  report: (progress: SolveProgress) => void,
  signal: AbortSignal,
  work: (job: Job) => Promise<Result<T, SolveFailure>>,
): Promise<Result<T, SolveFailure>> {
  const { storeDirectory, vault } = settings;
  const secrets = await readSecrets(vault, request.secrets, signal);
  if (!secrets.ok) return secrets;
  const refused = findUnfit(request, secrets.value) ?? findShadowedStage(request);
  if (refused !== undefined) return err(refused);
  mkdirSync(join(storeDirectory, "blobs", "sha256"), { recursive: true });
  return withWorkDirectory(storeDirectory, async (directory) => {
    const id = randomUUID();
    const context = remote.contexts.take(request.contextDirectory);
    try {
      const outgoing = join(directory, "outgoing");
      const [sent, handed] = await Promise.all([
        tellStep("[internal] sending the context by rsync", report, () =>
          putContext(settings.connection, request, context.path, signal),
        ),
        // Guarded by itself: where it fails, the other has come to its end as well.
        tellStep("[internal] sending the images that it stands on", report, () =>
          guardStore(storeDirectory, () =>
            remote.blobs.send(heldImages(request, storeDirectory), outgoing, id, signal),
          ),
        ),
      ]);
      if (!sent.ok) return sent;
      if (!handed.ok) return handed;
      const job = { request, secrets: secrets.value, contextDirectory: context.path, id, directory };
      return await work(job);
    } finally {
      context.leave();
    }
  });
}

/** What BuildKit knows nothing of, told in the form of its own errands. */
async function tellStep<T>(
  name: string,
  report: (progress: SolveProgress) => void,
  work: () => Promise<Result<T, SolveFailure>>,
): Promise<Result<T, SolveFailure>> {
  report({ kind: "step", step: { id: name, name, state: "started" } });
  const done = await work();
  // As of BuildKit's own, what was canceled has not failed.
  if (done.ok || done.error.kind !== "canceled")
    report({ kind: "step", step: { id: name, name, state: done.ok ? "completed" : "failed" } });
  return done;
}

/** What only a buildctl that runs here can hand over. */
function findUnfit(request: SolveRequest, secrets: readonly ReadSecret[]): SolveFailure | undefined {
  const help = "runners.transport = 'session hands it over";
  if (request.ssh)
    return { kind: "other", message: `contexts go by rsync, which leaves the SSH agent here: ${help}` };
  for (const [index, { source, value }] of secrets.entries()) {
    const trouble = value.includes(0)
      ? "holds a NUL"
      : secretVariable(index).length + value.length + 2 > maxVariableBytes
        ? `has ${value.length} bytes`
        : undefined;
    if (trouble === undefined) continue;
    const message = `contexts go by rsync, secrets in variables, and the secret ${source.id} ${trouble}: ${help}`;
    return { kind: "other", message };
  }
  return undefined;
}

async function putContext(
  connection: Connection,
  { contextDirectory, dockerfilePath }: SolveRequest,
  to: string,
  signal: AbortSignal,
): Promise<Result<void, SolveFailure>> {
  const exclude = findIgnoredPaths(contextDirectory, `${dockerfilePath}.dockerignore`);
  const sent = await connection.putFolder({ from: contextDirectory, to, exclude }, signal);
  return sent.ok ? sent : err(explainTransport(sent.error, "cannot send the context"));
}

function heldImages(request: SolveRequest, storeDirectory: string): readonly HeldImage[] {
  return request.namedContexts.flatMap(({ source }) => {
    if (source.kind === "registry") return [];
    const directory = source.kind === "store" ? storeDirectory : source.directory;
    return [{ directory, digest: source.digest }];
  });
}

interface Job {
  readonly request: SolveRequest;
  readonly secrets: readonly ReadSecret[];
  /** On the machine. */
  readonly contextDirectory: string;
  readonly id: string;
  /** The solve's own folder here. */
  readonly directory: string;
}

/** The cache goes from the machine to the registry. */
async function exportThere(
  { connection, env, vault, buildkitSocket }: OpenSettings,
  { root, remove }: Remote,
  { request, secrets, contextDirectory, id }: Job,
  to: CacheExport,
  signal: AbortSignal,
): Promise<Result<Digest, SolveFailure>> {
  const all = { ...request, cacheFrom: [...request.cacheFrom, to] };
  const logins = await findRegistryLogins(all, env, signal);
  const known = { values: vault.values, secrets, logins };
  const run = { root, id, buildkitSocket, request, exportTo: to, contextDirectory, ...known };
  const { log, failure, answer } = await runRemoteBuildctl(connection, run, () => {}, signal);
  if (answer === undefined) return err(failure ?? nothingSaid);
  await remove(placesOf(root, id, request.dockerfilePath).work);
  return failure === undefined ? findExported(answer.metadata, log) : err(failure);
}

/** The solve itself, when all it needs is there, and its image's way back. */
async function solveThere(
  { connection, storeDirectory, env, vault, buildkitSocket }: OpenSettings,
  { root, blobs, remove }: Remote,
  { request, secrets, contextDirectory, id, directory }: Job,
  report: (progress: SolveProgress) => void,
  signal: AbortSignal,
): Promise<Result<SolveResult, SolveFailure>> {
  const logins = await findRegistryLogins(request, env, signal);
  const known = { values: vault.values, secrets, logins };
  const run = { root, id, buildkitSocket, request, contextDirectory, ...known };
  const { log, failure, answer } = await runRemoteBuildctl(connection, run, report, signal);
  if (answer === undefined) return err(failure ?? nothingSaid);
  const { work } = placesOf(root, id, request.dockerfilePath);
  try {
    if (failure !== undefined) return err(failure);
    const image = parseMetadata(answer.metadata);
    if (image === undefined) return err(nothingSaid);
    const incoming = join(directory, "incoming");
    const order = {
      image: image.digest,
      manifest: answer.manifest,
      storeDirectory,
      directory: incoming,
      work,
    };
    const fetched = await tellStep("[internal] fetching the image", report, () => blobs.fetch(order, signal));
    return fetched.ok ? enterImage(storeDirectory, request.imageName, image, log) : fetched;
  } finally {
    await remove(work);
  }
}

const nothingSaid: SolveFailure = {
  kind: "other",
  message: "BuildKit finished, but did not say what it made",
};
