// What a Dockerfile refers to: its stages and every image it takes from outside itself, ARGs expanded, with places.

import type { SourceFile, Span } from "../core/source.ts";

export interface Stage {
  /** Lower-case name after AS; undefined for an unnamed stage. */
  readonly name: string | undefined;
  readonly index: number;
  readonly span: Span;
}

/** An image from outside the Dockerfile. */
export interface ImageReference {
  /** As BuildKit sees it, after ARG expansion: "lamina/rust", "debian:trixie-slim", "scratch". */
  readonly image: string;
  readonly via: "from" | "copy-from" | "mount-from";
  /** Index of the stage that holds it. */
  readonly stage: number;
  /** The reference as written. */
  readonly span: Span;
}

export interface Dockerfile {
  readonly file: SourceFile;
  readonly stages: readonly Stage[];
  /** In order of appearance, only those that the target stage reaches. */
  readonly references: readonly ImageReference[];
  /** Ids of RUN --mount=type=secret in reached stages, with their places. */
  readonly secrets: readonly { readonly id: string; readonly required: boolean; readonly span: Span }[];
  /** Whether a reached stage mounts an SSH agent. */
  readonly ssh: Span | undefined;
}
