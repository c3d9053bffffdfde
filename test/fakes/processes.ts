// Processes that live or not because a test says so. All others are elsewhere.

import type { Processes } from "../../engine/ports/processes.ts";

export class FakeProcesses implements Processes {
  readonly self = "self";
  readonly dead = new Set<string>();
  readonly alive = new Set<string>([this.self]);

  look(name: string): "alive" | "dead" | "elsewhere" {
    if (this.alive.has(name)) return "alive";
    return this.dead.has(name) ? "dead" : "elsewhere";
  }
}
