// What is published of a run: events come in, messages with their subjects go out. Each event goes to
// <prefix>.<workspace>.<its type>; what a layer's build comes to also to <prefix>.<workspace>.build.*.

import type { Event, EventOf } from "../../engine/events/event.ts";
import { subjectPrefixPattern } from "../../schemas/build-directives.ts";
import type { BuildEvent, BuildRunner, BuildUse } from "../../schemas/build-event.ts";
import { workspace as workspaceSchema } from "../../schemas/workspace.ts";

export interface Message {
  readonly subject: string;
  /** One for each message ever: a server that keeps messages tells by it what it has already. */
  readonly id: string;
  readonly run: string;
  /** JSON. */
  readonly payload: string;
}

export interface MessageSettings {
  /** Tokens of a subject. */
  readonly prefix: string;
  readonly workspace: string;
  /** Names the session: the run, or what watches over several of them. */
  readonly session: string;
  /** Whether what the steps print is published. */
  readonly logs: boolean;
}

/** A build that has begun, as far as it is known. */
interface Build {
  startedAt?: number;
  inputDigest?: EventOf<"layer.started">["inputDigest"];
  runner?: BuildRunner;
  used?: BuildUse;
  attempts: number;
}

type AboutLayer = Extract<Event, { layer: unknown; platform: unknown }>;

/** Throws where prefix or workspace would make another subject than they seem to: both are held to their schemas before. */
export function openMessages(settings: MessageSettings): (event: Event) => readonly Message[] {
  const { prefix, session, logs } = settings;
  const workspace = workspaceSchema.parse(settings.workspace);
  if (!subjectPrefixPattern.test(prefix)) throw new Error(`"${prefix}" is no prefix of a subject`);
  const builds = new Map<string, Build>();
  /** What the provider told of a machine, by its lease. */
  const machines = new Map<string, Pick<BuildRunner, "provider" | "machine" | "location">>();
  let run = session;
  let count = 0;

  const pack = (type: string, content: Event | BuildEvent): Message => {
    count += 1;
    return {
      subject: `${prefix}.${workspace}.${type}`,
      id: `${session}-${count}`,
      run,
      payload: JSON.stringify(content),
    };
  };

  const buildOf = ({ layer, platform }: AboutLayer): Build => {
    const key = `${layer} ${platform}`;
    const known = builds.get(key);
    if (known !== undefined) return known;
    const build: Build = { attempts: 1 };
    builds.set(key, build);
    return build;
  };

  const about = ({ layer, platform, at }: AboutLayer) =>
    ({ version: 1, run_id: run, workspace, layer, platform, at }) as const;

  /** What is known of a build that ends here; another one of the layer begins anew. */
  const end = (event: AboutLayer) => {
    const { inputDigest, runner, used, attempts } = buildOf(event);
    builds.delete(`${event.layer} ${event.platform}`);
    return {
      ...(inputDigest === undefined ? {} : { input_digest: inputDigest }),
      attempts,
      ...(runner === undefined ? {} : { runner: { ...runner, ...machines.get(runner.lease) } }),
      ...(used === undefined ? {} : { used }),
    };
  };

  const buildEventOf = (event: Event): BuildEvent | undefined => {
    switch (event.type) {
      case "run.started":
        run = event.runId;
        return undefined;
      case "runner.requested":
        machines.set(event.lease, { provider: event.provider });
        return undefined;
      case "runner.leased": {
        const { machine, location } = event;
        machines.set(event.lease, { ...machines.get(event.lease), machine, location });
        return undefined;
      }
      case "runner.released":
        machines.delete(event.lease);
        return undefined;
      case "layer.placed": {
        const { lease, tier, cpu, memoryGb, source, shared } = event;
        buildOf(event).runner = { lease, tier, cpu, memory_gb: memoryGb, source, shared };
        return undefined;
      }
      case "layer.measured":
        buildOf(event).used = usedIn(event);
        return undefined;
      case "layer.retried":
        buildOf(event).attempts = event.attempt;
        return undefined;
      case "layer.started": {
        const build = buildOf(event);
        build.startedAt = event.at;
        build.inputDigest = event.inputDigest;
        return {
          event: "build.started",
          ...about(event),
          input_digest: event.inputDigest,
          ...(build.runner === undefined
            ? {}
            : { runner: { ...build.runner, ...machines.get(build.runner.lease) } }),
        };
      }
      case "layer.completed": {
        const { image, changed, sizeBytes } = event;
        return {
          event: "build.completed",
          ...about(event),
          image,
          changed,
          size_bytes: sizeBytes,
          ...durationsOf(event),
          ...end(event),
        };
      }
      case "layer.failed": {
        const { kind, message, help } = event;
        const failure = { kind, message, ...(help === undefined ? {} : { help }) };
        return { event: "build.failed", ...about(event), ...durationsOf(event), ...end(event), failure };
      }
      case "layer.canceled": {
        // Whoever heard of a start hears of an end.
        const { startedAt } = buildOf(event);
        const known = end(event);
        if (startedAt === undefined) return undefined;
        const message = event.reason === undefined ? "the run was stopped" : "its inputs changed meanwhile";
        return {
          event: "build.failed",
          ...about(event),
          seconds: Math.max(0, event.at - startedAt) / 1000,
          ...known,
          failure: { kind: "canceled", message },
        };
      }
      default:
        return undefined;
    }
  };

  return (event) => {
    const build = buildEventOf(event);
    const own = event.type === "layer.log" && !logs ? [] : [pack(event.type, event)];
    return build === undefined ? own : [...own, pack(build.event, build)];
  };
}

function usedIn(event: EventOf<"layer.measured">): BuildUse {
  const { cpuP95, memoryP95Bytes, memoryPeakBytes, oomKills } = event;
  return {
    ...(cpuP95 === undefined ? {} : { cpu_p95: cpuP95 }),
    ...(memoryP95Bytes === undefined ? {} : { memory_p95_bytes: memoryP95Bytes }),
    ...(memoryPeakBytes === undefined ? {} : { memory_peak_bytes: memoryPeakBytes }),
    ...(oomKills === undefined ? {} : { oom_kills: oomKills }),
  };
}

function durationsOf(event: EventOf<"layer.completed" | "layer.failed">): BuildDurations {
  const { seconds, waitedSeconds } = event;
  return waitedSeconds === undefined ? { seconds } : { seconds, waited_seconds: waitedSeconds };
}

type BuildDurations = Pick<Extract<BuildEvent, { event: "build.completed" }>, "seconds" | "waited_seconds">;
