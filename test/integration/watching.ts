// `lamina watch` as a process that tells events, and builds that wait until a test lets them go on: each asks a server of the test
// within a RUN, and gets its answer when the test gives it.

import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { type Event, event as eventSchema } from "../../schemas/event.ts";

export const mainPath = join(import.meta.dirname, "../../cli/main.ts");

export class Watching {
  readonly child: ChildProcess;
  readonly events: Event[] = [];
  readonly exitCode: Promise<number | null>;
  stderr = "";
  #cursor = 0;
  #wake: (() => void) | undefined;
  #hasEnded = false;

  constructor(args: readonly string[], cwd: string, env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [mainPath, "watch", "--reporter", "json", ...args], {
      cwd,
      env: { HOME: process.env["HOME"], ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let rest = "";
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.events.push(eventSchema.parse(JSON.parse(line)));
      this.#wake?.();
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.exitCode = new Promise((resolve) => {
      this.child.on("close", (code) => {
        this.#hasEnded = true;
        this.#wake?.();
        resolve(code);
      });
    });
  }

  /** The next event of a type after the one that was last waited for. */
  async next<T extends Event["type"]>(type: T): Promise<Extract<Event, { type: T }>> {
    for (;;) {
      const at = this.events.findIndex((event, index) => index >= this.#cursor && event.type === type);
      const found = this.events[at];
      if (found !== undefined && isOf(found, type)) {
        this.#cursor = at + 1;
        return found;
      }
      if (this.#hasEnded) throw new Error(`it ended before ${type}: ${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** How often a layer's build was started. */
  starts(layer: string): number {
    return this.events.filter((event) => event.type === "layer.started" && event.layer === layer).length;
  }

  count(type: Event["type"]): number {
    return this.events.filter((event) => event.type === type).length;
  }

  async stop(): Promise<void> {
    if (!this.#hasEnded) this.child.kill("SIGINT");
    await this.exitCode;
  }
}

/** Builds that wait. */
export class Gate {
  readonly #server: Server;
  readonly #held = new Map<string, ServerResponse>();
  readonly #changes = new EventEmitter();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<Gate> {
    const server = createServer();
    const gate = new Gate(server);
    server.on("request", ({ url = "" }, response) => {
      const name = url.slice(1);
      gate.#held.set(name, response);
      response.on("close", () => {
        if (gate.#held.get(name) === response) gate.#held.delete(name);
        gate.#changes.emit("change");
      });
      gate.#changes.emit("change");
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return gate;
  }

  /** An instruction that waits for `release(name)`. */
  instruction(name: string): string {
    const address = this.#server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    return `RUN wget -q -O /dev/null http://127.0.0.1:${port}/${name}\n`;
  }

  /** Resolves when a build waits under that name. */
  async waiting(name: string): Promise<void> {
    await this.#until(() => this.#held.has(name));
  }

  /** Resolves when none does. */
  async left(name: string): Promise<void> {
    await this.#until(() => !this.#held.has(name));
  }

  async release(name: string): Promise<void> {
    await this.waiting(name);
    this.#held.get(name)?.end("go on");
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#changes, "change");
  }
}

function isOf<T extends Event["type"]>(event: Event, type: T): event is Extract<Event, { type: T }> {
  return event.type === type;
}
