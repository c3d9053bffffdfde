// `lamina watch` carried out: bodies chosen, keys and signals heard, events shown, until somebody ends it.

import { randomUUID } from "node:crypto";
import { locateProject } from "../engine/catalog/locate.ts";
import type { Diagnostic } from "../engine/core/diagnostic.ts";
import { err, type Result } from "../engine/core/result.ts";
import type { LocalMachine } from "../engine/ports/local-machine.ts";
import { placeHere } from "../engine/run/place-here.ts";
import { Watch } from "../engine/watch.ts";
import { createFileWatch, wantsPolling } from "../providers/host/watch.ts";
import type { RegistryAddress } from "../schemas/registry-address.ts";
import type { UsageFault } from "./args.ts";
import { createCacheRegistry } from "./cache-registry.ts";
import type { Invocation } from "./command.ts";
import { complain, refuseUsage } from "./complain.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { FollowedRegistries } from "./followed-registries.ts";
import { holdStore } from "./hold-store.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { type Keys, listenForKeys } from "./keys.ts";
import { type LookSettings, openLooker } from "./look-here.ts";
import { tellNoBuilder } from "./open-workshop.ts";
import type { Output } from "./output.ts";
import { keepOutOfGit } from "./project.ts";
import { redactEvents } from "./redact-events.ts";
import { createJsonReporter } from "./report/json.ts";
import { createPlainReporter } from "./report/plain.ts";
import { chooseReporter, type ReporterName } from "./report/reporter.ts";
import { createTtyReporter } from "./report/tty.ts";
import { createWatchScreen, type WatchScreen } from "./report/watch-screen.ts";
import { openMetrics } from "./sizing/open-metrics.ts";
import { tellDiagnostics } from "./tell-diagnostics.ts";
import {
  createHost,
  createResolver,
  createVault,
  openBuilder,
  openImageStore,
  openLocalMachine,
} from "./wire.ts";

export interface WatchSettings
  extends Pick<LookSettings, "operands" | "platforms" | "bases" | "secrets" | "actor"> {
  readonly debounceMs: number;
  readonly concurrency: number;
  readonly buildsAtStart: boolean;
  /** Chosen by where the output goes where undefined. */
  readonly reporter: ReporterName | undefined;
}

/** What is wrong at the moment, as it was found by the last look. */
interface Complaints {
  diagnostics: readonly Diagnostic[];
  fault: UsageFault | undefined;
  /** Warnings as they were last told. */
  told: string;
}

export async function runWatch(
  settings: WatchSettings,
  invocation: Pick<Invocation, "directory" | "output" | "quiet" | "verbose">,
): Promise<ExitCode> {
  const { directory, output } = invocation;
  const host = createHost();
  const located = locateProject(directory, host.files);
  if (!located.ok) {
    tellDiagnostics(output, directory, [located.error]);
    return exitCode.usage;
  }
  const root = located.value;
  keepOutOfGit(root, host.files);

  const complaints: Complaints = { diagnostics: [], fault: undefined, told: "" };
  const reporter = settings.reporter ?? chooseReporter(output, host);
  const screen = reporter === "json" ? undefined : openScreen(reporter, root, complaints, invocation);
  /** What is said to people, amid what is live. */
  const speaking: Output = {
    ...output,
    remark: (text) => (screen === undefined ? output.remark(text) : screen.print(text)),
  };
  const plainHttp = new Set<RegistryAddress>();
  const registries = new FollowedRegistries(plainHttp, (text) => speaking.remark(`note: ${text}\n`));
  const looker = openLooker({
    ...settings,
    registries,
    onCaches: (caches) => {
      for (const address of caches?.plainHttp ?? []) plainHttp.add(address);
    },
    root,
    directory,
    onComplaints: (diagnostics, fault) => {
      complaints.diagnostics = diagnostics;
      complaints.fault = fault;
      if (screen !== undefined) tellWarnings(complaints, root, speaking);
    },
  });
  /** What is asked for must be there at the start; later it may go and come again. */
  const start: { isOver: boolean; fault: UsageFault | undefined } = { isOver: false, fault: undefined };
  const vault = createVault();
  /** Of the builder that was opened last. */
  let machine: Result<LocalMachine, string> = err("no builder is open");
  const { store: metrics } = await openMetrics(root, {}, () => undefined);
  const builders = { wasThere: false, isGivenUp: false };
  const watch = new Watch(
    {
      look: async (request) => {
        const look = await looker.look(request);
        if (!start.isOver) start.fault = complaints.fault;
        start.isOver = true;
        if (start.fault !== undefined) watch.stop();
        return look;
      },
      openFileWatch: createFileWatch({ polls: wantsPolling((name) => host.env(name)) }),
      openBuilder: async (at, signal) => {
        const held = holdStore(at, speaking);
        if (!held.ok) return undefined;
        const opened = await openBuilder(at, signal, vault);
        if (opened.ok) {
          builders.wasThere = true;
          machine = await openLocalMachine(opened.value);
          const builder = opened.value;
          const close = async (): Promise<void> => {
            await builder.close();
            held.value();
          };
          return { ...builder, close };
        }
        held.value();
        if (signal.aborted) return undefined;
        tellNoBuilder(speaking, opened.error);
        // Nobody sits there who would get one. One that was there may come again.
        builders.isGivenUp = !builders.wasThere && !process.stdin.isTTY;
        if (builders.isGivenUp) watch.stop();
        else
          speaking.remark(
            `until then nothing is built: the next change${screen?.hasKeys === true ? ", or r," : ""} tries again\n`,
          );
        return undefined;
      },
      openImages: openImageStore,
      openPlacer: (builder, { directives }, sink) =>
        placeHere({
          builder,
          machine,
          isLimited: directives.runners?.limits === true,
          sink,
          clock: host.clock,
        }),
      metrics,
      makeRunId: randomUUID,
      resolver: createResolver(),
      published: registries.published,
      cacheRegistry: createCacheRegistry(plainHttp),
      secretValues: vault,
      sink: redactEvents(screen ?? createJsonReporter({ output }), vault),
      clock: host.clock,
      files: host.files,
    },
    settings,
  );
  try {
    const code = await attend(watch, screen, speaking);
    if (start.fault !== undefined) return refuseUsage(output, start.fault);
    return builders.isGivenUp ? exitCode.environment : code;
  } finally {
    looker.save();
    await metrics.close();
  }
}

/** Until a key, a signal or a bug ends it. */
async function attend(watch: Watch, screen: WatchScreen | undefined, speaking: Output): Promise<ExitCode> {
  let code: ExitCode = exitCode.done;
  const stopListening = listenForInterrupts(createHost().clock, () => {
    code = exitCode.interrupted;
    speaking.remark("stopping… (once more to stop at once)\n");
    watch.stop();
  });
  const actions: Readonly<Record<string, () => void>> = {
    r: () => watch.rebuild(),
    w: () => screen?.explain(),
    q: () => watch.stop(),
    h: () => screen?.help(),
    "?": () => screen?.help(),
  };
  const keys: Keys | undefined =
    screen?.hasKeys === true
      ? listenForKeys({ pressed: (key) => actions[key.toLowerCase()]?.(), resumed: () => screen.redraw() })
      : undefined;
  try {
    await watch.watch();
    return code;
  } finally {
    keys?.close();
    await screen?.close();
    stopListening();
  }
}

function openScreen(
  reporter: Exclude<ReporterName, "json">,
  root: string,
  complaints: Complaints,
  { output, quiet, verbose }: Pick<Invocation, "output" | "quiet" | "verbose">,
): WatchScreen {
  const isLive = reporter === "tty" && !quiet;
  const context = { output, quiet, verbose };
  return createWatchScreen({
    output,
    hasKeys: isLive && process.stdin.isTTY,
    quiet,
    openReporter: (severalPlatforms) =>
      isLive
        ? createTtyReporter({ ...context, severalPlatforms }, createHost().clock)
        : createPlainReporter({ ...context, severalPlatforms }),
    renderComplaint: () => {
      const lines: string[] = [];
      const collecting: Output = { ...output, remark: (text) => void lines.push(text) };
      const errors = complaints.diagnostics.filter(({ severity }) => severity === "error");
      tellDiagnostics(collecting, root, errors);
      const { fault } = complaints;
      if (fault !== undefined) complain(collecting, fault.message, fault.help);
      return lines.join("");
    },
  });
}

/** Warnings are told where they are others than before. */
function tellWarnings(complaints: Complaints, root: string, speaking: Output): void {
  const lines: string[] = [];
  const warnings = complaints.diagnostics.filter(({ severity }) => severity === "warning");
  tellDiagnostics({ ...speaking, remark: (text) => void lines.push(text) }, root, warnings);
  const text = lines.join("");
  if (text !== complaints.told && text !== "") speaking.remark(text);
  complaints.told = text;
}
