// Each zod schema and its Nickel contract say the same: the same inputs pass and fail, the same fields and words exist.

import { describe, expect, test } from "vitest";
import { toJson } from "../../engine/nickel/located.ts";
import {
  artifact,
  buildDirectives,
  computeProviders,
  contextTransports,
  natsEvents,
  reusePolicies,
  runners,
} from "../../schemas/build-directives.ts";
import { buildSpec } from "../../schemas/build-spec.ts";
import { actors, cachePolicy, dispositions } from "../../schemas/cache-policy.ts";
import { event } from "../../schemas/event.ts";
import { layerDirectives } from "../../schemas/layer-directives.ts";
import { level, levelStrategies } from "../../schemas/level-hierarchy.ts";
import { lock, lockEntry, lockInputs } from "../../schemas/lock.ts";
import { lockVersion } from "../../schemas/lock-version.ts";
import { capabilities } from "../../schemas/registry-capabilities.ts";
import { registryProviders } from "../../schemas/registry-providers.ts";
import { registryScope, registryTopology, topologyRegistry } from "../../schemas/registry-topology.ts";
import { needs, requirement } from "../../schemas/requirements.ts";
import { runnerTiers } from "../../schemas/sizing.ts";
import { layerKinds, toolRecord, workflow } from "../../schemas/workflow.ts";
import { twinCases } from "./cases.ts";
import { openTwinEvaluator } from "./evaluator.ts";
import { checkedProgram, twins } from "./twins.ts";

function casePath(index: number, kind: "plain" | "checked"): string {
  return `/case-${index}-${kind}.ncl`;
}

/** The kinds of error with which a contract refuses a value. */
const refusal = /^EvalError::(BlameError|MissingFieldDef)$/;

/** Evaluates one program that imports the twins. */
function evaluateText(text: string): unknown {
  const result = openTwinEvaluator(new Map([["/program.ncl", text]])).evaluate("/program.ncl");
  if (!result.ok) throw new Error(result.error.map(({ message }) => message).join("\n"));
  return toJson(result.value.value);
}

/** Evaluates an expression with the makers at hand as D. */
function build(text: string): unknown {
  return evaluateText(`let D = import "lamina/build_directives.ncl" in ${text}`);
}

describe("both twins judge alike", () => {
  const evaluator = openTwinEvaluator(
    new Map(
      twinCases.flatMap((one, index): (readonly [string, string])[] => [
        [casePath(index, "plain"), one.text],
        [casePath(index, "checked"), checkedProgram(one)],
      ]),
    ),
  );

  test.each(twinCases.map((one, index) => [one.schema, one.title, one.sound, index] as const))(
    "%s: %s",
    (schema, _, sound, index) => {
      const plain = evaluator.evaluate(casePath(index, "plain"));
      const value = plain.ok ? toJson(plain.value.value) : plain.error;
      const checked = evaluator.evaluate(casePath(index, "checked"));
      const kinds = checked.ok ? [] : checked.error.map(({ kind }) => kind);
      expect({
        zod: twins[schema].zod.safeParse(value).success,
        nickel: checked.ok ? "accepted" : kinds.some((kind) => refusal.test(kind)) ? "refused" : kinds,
        // A contract adds nothing to what it accepts: defaults are filled in by zod alone.
        value: checked.ok ? toJson(checked.value.value) : value,
      }).toEqual({ zod: sound, nickel: sound ? "accepted" : "refused", value });
    },
  );
});

describe("both twins know the same fields", () => {
  const shapes: readonly (readonly [file: string, contract: string, shape: object])[] = [
    ["workflow", "Shape", workflow.shape],
    ["workflow", "ToolShape", toolRecord.shape],
    ["workflow", "LevelShape", level.shape],
    ["build_spec", "Shape", buildSpec.shape],
    ["build_directives", "BuildDirectives", buildDirectives.shape],
    ["build_directives", "LayerDirectives", layerDirectives.shape],
    ["build_directives", "ArtifactShape", artifact.shape],
    ["build_directives", "NatsEventsShape", natsEvents.shape],
    ["build_directives", "RunnersShape", runners.shape],
    ["cache_policy", "Shape", cachePolicy.shape],
    ["registry_topology", "Shape", registryTopology.shape],
    ["registry_topology", "Registry", topologyRegistry.shape],
    ["registry_topology", "Scope", registryScope.shape],
    ["lock", "Lock", lock.shape],
    ["lock", "EntryShape", lockEntry.shape],
    ["lock", "InputsShape", lockInputs.shape],
    ["requirements", "RequirementShape", requirement.shape],
  ];

  test.each(shapes)("%s.ncl: %s", (file, contract, shape) => {
    expect(
      evaluateText(`let Twin = import "lamina/${file}.ncl" in std.record.fields_with_opts Twin.${contract}`),
    ).toEqual(Object.keys(shape).sort());
  });

  test("event.ncl: each event's", () => {
    const fields = new Map(
      event.options.map(({ shape }) => [
        shape.type.value,
        Object.keys(shape)
          .filter((key) => key !== "type")
          .sort(),
      ]),
    );
    expect(
      evaluateText(
        'let E = import "lamina/event.ncl" in std.record.map_values std.record.fields_with_opts E.shapes',
      ),
    ).toEqual(Object.fromEntries(fields));
  });
});

describe("both twins know the same words", () => {
  const words: readonly (readonly [file: string, name: string, words: readonly string[]])[] = [
    ["workflow", "LayerKind", layerKinds],
    ["workflow", "LevelStrategy", levelStrategies],
    ["build_spec", "RunnerTier", runnerTiers],
    ["build_directives", "ComputeProviderRef", computeProviders],
    ["build_directives", "RegistryProviderRef", registryProviders],
    ["registry_topology", "Capability", capabilities],
    ["build_directives", "ContextTransport", contextTransports],
    ["build_directives", "ReusePolicy", reusePolicies],
    ["cache_policy", "Actor", actors],
    ["cache_policy", "SessionCacheDisposition", dispositions],
    ["requirements", "Need", needs],
  ];

  // The language has no way to ask an enum type for its tags, so its complaint is read.
  test.each(words)("%s.ncl: %s", (file, name, expected) => {
    const text = `'neither | (import "lamina/${file}.ncl").${name}`;
    const result = openTwinEvaluator(new Map([["/program.ncl", text]])).evaluate("/program.ncl");
    const message = result.ok ? "accepted" : result.error[0]?.message;
    expect(message).toBe(
      `a value breaks its contract: expected one of ${expected.map((word) => `'${word}`).join(", ")}`,
    );
  });

  test("lock.ncl: lock_version", () => {
    expect(evaluateText('(import "lamina/lock.ncl").lock_version')).toBe(lockVersion);
  });
});

describe("makers of build directives", () => {
  test("make_ci_build fills in what CI does not care about", () => {
    const made = build(
      'D.make_ci_build { workspace = "shop", artifact = { image = "registry.example/shop:1" } }',
    );
    expect(made).toEqual({
      workspace: "shop",
      artifact: { image: "registry.example/shop:1" },
      compute_provider: "hcloud",
      registry_provider: "zot",
      cache_policy: { actor: "ci", disposition: "export" },
    });
    expect(buildDirectives.safeParse(made).error).toBeUndefined();
  });

  test("make_ci_build takes the caller's word over its own", () => {
    expect(
      build(`D.make_ci_build {
        workspace = "shop", artifact = { image = "a/b" }, compute_provider = 'proxmox, cache_policy = D.ci_cache_policy,
        runner_override = { runner_type = 'cax41 },
      }`),
    ).toMatchObject({ compute_provider: "proxmox", runner_override: { runner_type: "cax41" } });
  });

  test("make_session_build keeps a person to a namespace of their own", () => {
    const made = build(
      `D.make_session_build { workspace = "shop", actor_id = "jpl", disposition = 'rollback }`,
    );
    expect(made).toEqual({
      workspace: "shop",
      artifact: { image: "dev/jpl-shop" },
      compute_provider: "docker_local",
      registry_provider: "zot",
      cache_policy: { actor: "human", actor_id: "jpl", disposition: "rollback" },
    });
    expect(buildDirectives.safeParse(made).error).toBeUndefined();
  });

  test("make_session_build discards by default, and knows agents", () => {
    expect(
      build(`(D.make_session_build { workspace = "shop", actor_id = "a1", actor = 'agent }).cache_policy`),
    ).toEqual({ actor: "agent", actor_id: "a1", disposition: "discard" });
  });
});
