// Graphs as `lamina graph --json` tells them, for tests of its views: a small one with every state and edge, and large
// ones of any size.

import type { Graph, GraphNode, GraphState } from "../../../cli/report/graph-json.ts";
import { imageDigest, inputDigest, sha256 } from "../../../engine/core/digest.ts";
import { describeReason } from "../../../engine/plan/explain-reason.ts";
import type { Reason } from "../../../engine/plan/step.ts";
import { layerName } from "../../../schemas/layer-name.ts";
import { platform } from "../../../schemas/platform.ts";

const amd64 = platform.parse("linux/amd64");

interface Sample {
  readonly name: string;
  readonly kind?: GraphNode["kind"];
  /** A layer, or with "image:" before it an external image; undefined for scratch. */
  readonly base?: string;
  /** The same. */
  readonly copies?: readonly string[];
  readonly action?: GraphState["action"];
  readonly reasons?: readonly Reason[];
  readonly tools?: readonly string[];
  readonly sizeBytes?: number;
}

/** A layer's state on one platform. */
export function stateOf({ name, action = "reuse", reasons = [], tools = [], sizeBytes }: Sample): GraphState {
  const isNew = reasons.some(({ kind }) => kind === "never-built");
  return {
    platform: amd64,
    action,
    mayBeReused: action === "build" && reasons.every(({ kind }) => kind === "parent-pending"),
    reasons,
    why: reasons.map(describeReason),
    inputDigest: action === "blocked" ? null : inputDigest(sha256(`inputs of ${name}`)),
    built: isNew
      ? null
      : {
          image: imageDigest(sha256(name)),
          sizeBytes: sizeBytes ?? 10_000_000 + name.length * 31_000_000,
          tools: Object.fromEntries(tools.map((tool) => [tool, "1.2.3"])),
        },
    runner: { tier: "cax21", cpu: 4, memoryGb: 8, source: "language" },
    estimate:
      action === "build"
        ? { seconds: 90, costEur: 0, source: "recorded", builds: 3 }
        : { seconds: 0, costEur: 0, source: "idle", builds: 0 },
  };
}

/** Layers in the order given, parents first. */
export function graphOfSamples(samples: readonly Sample[], workspace = "lamina"): Graph {
  const edges = samples.flatMap(({ name, base, copies = [] }) =>
    [base, ...copies].flatMap((to, index) =>
      to === undefined
        ? []
        : [
            {
              from: layerName.parse(name),
              to: to.replace("image:", ""),
              kind: index === 0 ? ("base" as const) : ("copy" as const),
              external: to.startsWith("image:"),
            },
          ],
    ),
  );
  const images = new Set(edges.filter(({ external }) => external).map(({ to }) => to));
  return {
    version: 1,
    workspace,
    nodes: samples.map((sample) => {
      const own = edges.filter(({ from }) => from === sample.name);
      return {
        layer: layerName.parse(sample.name),
        kind: sample.kind ?? "utility",
        language: "none",
        parents: own.filter(({ external }) => !external).map(({ to }) => layerName.parse(to)),
        externalBases: own.filter(({ external }) => external).map(({ to }) => to),
        tools: (sample.tools ?? []).map((name) => ({ name })),
        artifactPaths: (sample.tools ?? []).map((name) => `/usr/bin/${name}`),
        states: [stateOf(sample)],
      };
    }),
    images: Array.from(images)
      .sort()
      .map((image, index) => ({
        image,
        replacedBy: null,
        pins: index === 0 ? { [amd64]: imageDigest(sha256(image)) } : {},
      })),
    edges,
  };
}

const rust = layerName.parse("rust");

/** The shape of the catalog that ships, in the middle of a day's work. */
export const smallGraph: Graph = graphOfSamples([
  { name: "debian", base: "image:debian:trixie-slim", tools: ["bash"] },
  {
    name: "nushell",
    base: "debian",
    copies: ["image:docker.io/library/alpine:3.20"],
    tools: ["nu"],
  },
  {
    name: "rust",
    kind: "toolchain",
    base: "debian",
    tools: ["rustc", "cargo", "sccache"],
    action: "build",
    reasons: [
      { kind: "file-changed", path: "Dockerfile", change: "modified" },
      { kind: "declaration-changed", key: "args.RUST", was: "1.80", is: "1.81" },
    ],
  },
  {
    name: "leptos",
    kind: "toolchain",
    base: "rust",
    copies: ["nushell"],
    tools: ["trunk"],
    action: "build",
    reasons: [{ kind: "parent-pending", parent: rust }],
  },
  {
    name: "ontoref",
    base: "debian",
    copies: ["nushell"],
    tools: ["nickel"],
    action: "build",
    reasons: [{ kind: "never-built" }],
  },
  {
    name: "rust-deps",
    kind: "deps",
    base: "rust",
    action: "blocked",
    reasons: [{ kind: "parent-not-current", parent: rust }],
  },
]);

/** A layered DAG with a few popular bases, as catalogs grow; the same for the same size. */
export function largeGraph(size: number): Graph {
  let seed = 42;
  const random = (): number => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const kinds = ["toolchain", "deps", "utility"] as const;
  const names: string[] = [];
  const actions: GraphState["action"][] = [];
  const words = [
    "rust",
    "go",
    "node",
    "python",
    "java",
    "llvm",
    "qt",
    "cuda",
    "shell",
    "proto",
    "web",
    "data",
  ];
  const samples = Array.from({ length: size }, (_, index): Sample => {
    const name = `${words[index % words.length] ?? ""}-${index}`;
    names.push(name);
    const parent = Math.floor(index * random() ** 1.7);
    const base = index === 0 ? "image:debian:trixie-slim" : (names[parent] ?? "");
    const other = Math.floor(index * random());
    const copies = index > 3 && random() < 0.5 && other !== parent ? [names[other] ?? ""] : [];
    const isPending = index > 0 && actions[parent] !== "reuse";
    const isEdited = index > 5 && random() < 0.03;
    const action = isPending
      ? (actions[parent] ?? "build")
      : isEdited
        ? random() < 0.2
          ? "blocked"
          : "build"
        : "reuse";
    actions.push(action);
    const reasons: Reason[] = [];
    if (isPending) reasons.push({ kind: "parent-pending", parent: layerName.parse(base) });
    if (isEdited) reasons.push({ kind: "file-changed", path: "Dockerfile", change: "modified" });
    return {
      name,
      base,
      copies,
      action,
      reasons,
      kind: kinds[index % 3] ?? "utility",
      tools: [`tool-${index}`],
      sizeBytes: 5_000_000 + Math.floor(random() * 400_000_000),
    };
  });
  return graphOfSamples(samples);
}
