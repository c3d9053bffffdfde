// Runs a pool's server until a signal ends it: reads what it needs, tells where it listens, an exit code out.

import { locateProject } from "../../engine/catalog/locate.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { Compute } from "../../engine/ports/compute.ts";
import type { PoolToken } from "../../providers/pool/tokens.ts";
import { complain, refuseUsage } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { directivesPathOf } from "../machines/directives-path.ts";
import { tellRefusal, tellSurveyFailure } from "../machines/tell-survey.ts";
import { type LeasingProvider, openCompute } from "../open-compute.ts";
import type { Output } from "../output.ts";
import { packageVersion } from "../package-root.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost } from "../wire.ts";
import { type PoolWishes, readPoolConfiguration } from "./read-configuration.ts";

/** Paths are absolute. */
export interface PoolCommand extends PoolWishes {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  /** Marks the server's machines at the provider. */
  readonly pool: string;
  /** Undefined: LAMINA_POOL_TOKENS holds them. */
  readonly tokensPath: string | undefined;
  readonly databasePath: string;
}

export interface Surroundings {
  readonly directory: string;
  readonly output: Output;
  readonly quiet: boolean;
}

const host = createHost();

export async function servePool(
  command: PoolCommand,
  { directory, output, quiet }: Surroundings,
): Promise<ExitCode> {
  const configuration = await readPoolConfiguration(command, directory, host);
  if (!configuration.ok) {
    if (configuration.error.kind === "usage") return refuseUsage(output, configuration.error);
    tellDiagnostics(output, directory, configuration.error.diagnostics);
    return exitCode.usage;
  }
  const tokens = await readTokens(command.tokensPath);
  if (!tokens.ok) {
    complain(output, tokens.error.message, tokens.error.help);
    return exitCode.usage;
  }
  const tls = readTls(command.tls);
  if (!tls.ok) {
    complain(output, tls.error);
    return exitCode.usage;
  }
  const { provider, runners, caps, maxTtlMs } = configuration.value;
  const compute = await openCompute(provider, runners, host);
  if (!compute.ok) return tellRefusal(output, compute.error);
  const unasked = await askProvider(compute.value, provider, command, { directory, output });
  if (unasked !== undefined) {
    await compute.value.close();
    return unasked;
  }
  const { openPoolServer } = await import("../../providers/pool/server.ts");
  const opened = await openPoolServer({
    compute: compute.value,
    clock: host.clock,
    databasePath: command.databasePath,
    tokens: tokens.value,
    pool: command.pool,
    caps,
    maxTtlMs,
    host: command.host,
    port: command.port,
    tls: tls.value,
    version: packageVersion(),
    report: (line) => {
      if (!quiet) output.remark(`${line}\n`);
    },
  });
  if (!opened.ok) {
    await compute.value.close();
    complain(output, `the pool cannot be served: ${opened.error}`);
    return exitCode.environment;
  }
  const ended = new Promise<void>((resolve) => {
    listenForInterrupts(host.clock, resolve);
  });
  output.result(`${opened.value.url}\n`);
  await ended;
  await opened.value.close();
  return exitCode.done;
}

/** The exit code where the provider will never lease anything; one that only does not answer may do so later. */
async function askProvider(
  compute: Compute,
  provider: LeasingProvider,
  { directivesPath: given }: Pick<PoolCommand, "directivesPath">,
  { directory, output }: Pick<Surroundings, "directory" | "output">,
): Promise<ExitCode | undefined> {
  const surveyed = await compute.survey(new AbortController().signal);
  if (surveyed.ok) return undefined;
  const failure = surveyed.error;
  if (failure.kind === "unavailable") {
    const help = failure.help === undefined ? "" : `; ${failure.help}`;
    output.remark(
      `${provider} does not answer, and is asked again when a machine is: ${failure.message}${help}\n`,
    );
    return undefined;
  }
  const root = locateProject(directory, host.files);
  const directivesPath = given ?? directivesPathOf(root.ok ? root.value : directory);
  return await tellSurveyFailure(failure, { provider, directivesPath, root: directory, output, host });
}

interface Refusal {
  readonly message: string;
  readonly help: string;
}

async function readTokens(path: string | undefined): Promise<Result<readonly PoolToken[], Refusal>> {
  const { parseTokens } = await import("../../providers/pool/tokens.ts");
  const help = 'a line for each: "NAME TOKEN", or "NAME TOKEN admin"';
  const where = path ?? "LAMINA_POOL_TOKENS";
  const variable = host.env("LAMINA_POOL_TOKENS");
  if (path === undefined && variable === undefined)
    return err({
      message: "nobody could ask: there are no tokens",
      help: "name a file of them with --tokens, or set LAMINA_POOL_TOKENS",
    });
  let text = variable ?? "";
  if (path !== undefined) {
    const read = host.files.readText(path);
    if (!read.ok) return err({ message: `the tokens cannot be read: ${read.error.message}`, help });
    const info = host.files.targetInfo(path);
    if (info.ok && (info.value.mode & 0o004) !== 0)
      return err({ message: `${path} can be read by everybody on this machine`, help: `chmod 600 ${path}` });
    text = read.value;
  }
  const parsed = parseTokens(text);
  return parsed.ok ? ok(parsed.value) : err({ message: `${where}: ${parsed.error}`, help });
}

function readTls(
  paths: PoolCommand["tls"],
): Result<{ readonly certificate: string; readonly key: string } | undefined, string> {
  if (paths === undefined) return ok(undefined);
  const certificate = host.files.readText(paths.certificate);
  if (!certificate.ok) return err(`the certificate cannot be read: ${certificate.error.message}`);
  const key = host.files.readText(paths.key);
  if (!key.ok) return err(`the certificate's key cannot be read: ${key.error.message}`);
  return ok({ certificate: certificate.value, key: key.value });
}
