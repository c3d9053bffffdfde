// What is measured of a tool: how its project is made, and with which command it answers each question.

import type { Shape } from "./shape.ts";

/** Questions as the table shows them. */
export const questions = {
  plan: "plan",
  nothing: "nothing to do",
  affected: "affected by a source file",
  affectedByDeclaration: "affected by a workflow.ncl",
  affectedByDockerfile: "affected by a Dockerfile",
  cold: "plan without index",
} as const;

export type Question = keyof typeof questions;

export interface Task {
  readonly question: Question;
  /** As a user would type it. */
  readonly label: string;
  /** A program's path and its arguments, run in the project's folder. */
  readonly argv: readonly string[];
  /** Done before each time, and not measured. `round` differs every time; `edited` is the name of the node to edit. */
  readonly prepare?: (project: string, edited: string, round: number) => void;
  /** The affected nodes' names, in any order, as the command's stdout tells them. */
  readonly readAnswer?: (stdout: string) => readonly string[];
}

export interface Tool {
  readonly name: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
  /** Makes the project in a folder that does not exist yet: a committed repository in which everything is built. */
  readonly makeProject: (project: string, shape: Shape) => Promise<void>;
  readonly tasks: readonly Task[];
  /** Ends what the tool left running. */
  readonly close?: (project: string) => Promise<void>;
}
