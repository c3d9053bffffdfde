// All commands: what the overview says of them, and where they are loaded from, each only when it is asked for.

import type { Command } from "./command.ts";

export interface TableEntry {
  /** With a space where it has two words. */
  readonly name: string;
  /** Operands as the overview shows them. */
  readonly usage: string;
  readonly group: "Build" | "Catalog" | "Tools";
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

export const commandTable: readonly TableEntry[] = [
  {
    name: "build",
    usage: "[LAYER…]",
    group: "Build",
    summary: "build what is needed",
    load: () => import("./commands/build.ts"),
  },
  {
    name: "plan",
    usage: "[LAYER…]",
    group: "Build",
    summary: "what a build would do, and why, without doing it",
    load: () => import("./commands/plan.ts"),
  },
  {
    name: "why",
    usage: "LAYER",
    group: "Build",
    summary: "why a layer would be built: down to the file, key or parent",
    load: () => import("./commands/why.ts"),
  },
  {
    name: "ctx-test",
    usage: "--layer LAYER",
    group: "Build",
    summary: "build one layer here and prove its tools",
    load: () => import("./commands/ctx-test.ts"),
  },
  {
    name: "lock",
    usage: "--check",
    group: "Build",
    summary: "whether the lock is current",
    load: () => import("./commands/lock.ts"),
  },
  {
    name: "catalog-validate",
    usage: "[--check-dag]",
    group: "Catalog",
    summary: "all that is wrong with the catalog",
    load: () => import("./commands/catalog-validate.ts"),
  },
  {
    name: "graph",
    usage: "[--format F]",
    group: "Catalog",
    summary: "the layers and what they stand on",
    load: () => import("./commands/graph.ts"),
  },
  {
    name: "list",
    usage: "",
    group: "Catalog",
    summary: "the layers and where each stands",
    load: () => import("./commands/list.ts"),
  },
  {
    name: "show",
    usage: "LAYER",
    group: "Catalog",
    summary: "one layer, evaluated",
    load: () => import("./commands/show.ts"),
  },
  {
    name: "nickel export",
    usage: "FILE",
    group: "Tools",
    summary: "evaluate a Nickel file and print it as JSON, YAML or TOML",
    load: () => import("./commands/nickel-export.ts"),
  },
  {
    name: "nickel eval",
    usage: "FILE",
    group: "Tools",
    summary: "evaluate a Nickel file and print the value",
    load: () => import("./commands/nickel-eval.ts"),
  },
  {
    name: "nickel batch",
    usage: "--mode M",
    group: "Tools",
    summary: "evaluate the files named on stdin, a line of JSON back for each",
    load: () => import("./commands/nickel-batch.ts"),
  },
  {
    name: "doctor",
    usage: "",
    group: "Tools",
    summary: "what this machine has and lacks, and how to get it",
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "completion",
    usage: "bash|zsh|fish",
    group: "Tools",
    summary: "a completion script for a shell",
    load: () => import("./commands/completion.ts"),
  },
  {
    name: "help",
    usage: "[COMMAND]",
    group: "Tools",
    summary: "this overview, or a command's options and examples",
    load: () => import("./commands/help.ts"),
  },
];
