// A project of examples/ built on the catalog's layers by `lamina dispatch`, in a copy: examples are not written to, and a copy
// can be edited. What happened comes out of the run's events.

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Event, event } from "../../schemas/event.ts";
import type { Local } from "../../schemas/local.ts";
import { runLamina } from "./run-lamina.ts";

export interface ExampleBuild {
  /** "sha256:…". */
  readonly image: string;
  readonly seconds: number;
  readonly stepsRun: number;
  readonly stepsCached: number;
  /** Lines that the steps printed. */
  readonly log: readonly string[];
}

export class ExampleProject {
  /** Absolute; its dispatches share what they keep. */
  readonly directory: string;
  readonly #root: string;

  /** A fresh copy of examples/<name>, which builds with these bases and secrets. */
  static async copy(root: string, name: string, settings: Local): Promise<ExampleProject> {
    const project = new ExampleProject(root, name);
    await rm(project.directory, { recursive: true, force: true });
    await cp(join(root, "examples", name), project.directory, { recursive: true });
    await mkdir(join(project.directory, ".lamina"));
    await writeFile(join(project.directory, ".lamina/local.json"), JSON.stringify(settings));
    return project;
  }

  private constructor(root: string, name: string) {
    this.#root = root;
    this.directory = join(root, ".lamina/examples", name);
  }

  /** Replaces the one place of a file where `before` stands. */
  async edit(path: string, before: string, after: string): Promise<void> {
    const file = join(this.directory, path);
    const text = await readFile(file, "utf8");
    if (text.split(before).length !== 2) throw new Error(`${path} does not have ${before} once`);
    await writeFile(file, text.replace(before, after));
  }

  /** One dispatch, with `env` added; undefined where it failed, which it has told of. */
  async dispatch(env: Readonly<Record<string, string>> = {}): Promise<ExampleBuild | undefined> {
    const { stdout } = await runLamina(
      this.#root,
      [
        "dispatch",
        "--directives",
        join(this.directory, "build.ncl"),
        "--context",
        this.directory,
        "--reporter",
        "json",
      ],
      { keepStdout: true, env },
    );
    const events = stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => event.parse(JSON.parse(line)));
    const completed = events.find((each) => each.type === "layer.completed");
    if (completed === undefined) {
      for (const each of events)
        if (each.type === "layer.failed") process.stderr.write(`${describe(each)}\n`);
      return undefined;
    }
    const { image, seconds, stepsRun, stepsCached } = completed;
    return { image, seconds, stepsRun, stepsCached, log: readLog(events) };
  }
}

function describe({ message, logTail }: Extract<Event, { type: "layer.failed" }>): string {
  return [message, ...logTail].join("\n  ");
}

function readLog(events: readonly Event[]): readonly string[] {
  const texts = events.flatMap((each) => (each.type === "layer.log" ? [each.text] : []));
  return texts.join("").split("\n");
}
