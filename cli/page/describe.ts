// A node in words, for its box, its panel and those who hear the page.

import { count, formatBytes } from "../report/format.ts";
import { loudest, mainReason, standingOf, standingWord } from "../report/standing.ts";
import type { Model, PageNode } from "./model.ts";

/** The line below the name: why it is not current, else what it is and how big. */
export function describeBriefly(model: Model, node: PageNode): string {
  if (node.image !== undefined) return describeImage(node.image);
  const state = loudest(model.states(node.id));
  if (state === undefined) return node.layer?.kind ?? "";
  const reason = mainReason(state.reasons, state.why);
  if (reason !== "") return reason;
  const size = state.built === null ? "" : ` · ${formatBytes(state.built.sizeBytes)}`;
  return `${node.layer?.kind ?? ""}${size}`;
}

/** All of it in a sentence: "rust, toolchain, to build: Dockerfile was modified; stands on debian". */
export function describeFully(model: Model, node: PageNode): string {
  const below = model.below(node.id).map(({ from }) => model.node(from)?.name ?? "");
  const above = model.above(node.id).length;
  const parts = [
    node.layer === undefined ? "external image" : node.layer.kind,
    node.image === undefined ? describeStates(model, node) : describeImage(node.image),
  ];
  if (below.length > 0) parts.push(`stands on ${below.join(", ")}`);
  if (above > 0) parts.push(`${count(above, "layer")} on it`);
  return `${node.name}: ${parts.join("; ")}`;
}

function describeStates(model: Model, node: PageNode): string {
  const states = model.states(node.id);
  return states
    .map((state) => {
      const reason = mainReason(state.reasons, state.why);
      const where = states.length > 1 ? `${state.platform} ` : "";
      return `${where}${standingWord(standingOf(state))}${reason === "" ? "" : `, ${reason}`}`;
    })
    .join("; ");
}

function describeImage({ replacedBy, pins }: NonNullable<PageNode["image"]>): string {
  if (replacedBy !== null) return `replaced by ${replacedBy}`;
  return Object.keys(pins).length > 0 ? "external, pinned" : "external, not pinned";
}
