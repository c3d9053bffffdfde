// Colours of states in pictures of the graph, on white and under black text: Paul Tol's high-contrast scheme, which people
// with any colour vision tell apart, and its tints. The page's own stand in cli/page/style.css.

import type { Standing } from "./standing.ts";

interface Paint {
  readonly line: string;
  readonly fill: string;
}

export const standingPaints: Readonly<Record<Standing, Paint>> = {
  current: { line: "#004488", fill: "#e3edf7" },
  maybe: { line: "#c2a548", fill: "#fffbec" },
  build: { line: "#997700", fill: "#fbeec4" },
  blocked: { line: "#994455", fill: "#f8dde1" },
};
