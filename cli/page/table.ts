// The same graph as a table, for screen readers, printers and those who like tables better. Made when it is first shown.

import { formatBytes, formatSeconds } from "../report/format.ts";
import { loudest, standingOf, standingWord } from "../report/standing.ts";
import { button, html } from "./dom.ts";
import type { Model, PageNode } from "./model.ts";
import { isFilteredOut, matchNodes } from "./search.ts";
import type { ViewStore } from "./view.ts";

export interface Table {
  readonly element: HTMLElement;
  /** Makes it, if it is not there yet. */
  prepare(): void;
}

const columns = [
  { title: "State" },
  { title: "Layer" },
  { title: "Kind" },
  { title: "Stands on" },
  { title: "Size", of: "number" },
  { title: "Estimate", of: "number" },
  { title: "Why" },
];

export function createTable(model: Model, view: ViewStore, open: (id: string) => void): Table {
  const element = html("div", {
    class: "table",
    tabindex: 0,
    role: "region",
    "aria-label": "Table of layers",
  });
  const rows = new Map<string, HTMLTableRowElement>();
  const filter = (): void => {
    const { query, hidden } = view.get();
    const matches = new Set(matchNodes(model, query).map(({ id }) => id));
    for (const [id, row] of rows)
      row.hidden = isFilteredOut(model, id, hidden) || (query.trim() !== "" && !matches.has(id));
  };
  const prepare = (): void => {
    if (rows.size > 0) return;
    for (const node of model.nodes) if (node.layer !== undefined) rows.set(node.id, rowOf(model, node, open));
    element.replaceChildren(
      html(
        "table",
        {},
        html("caption", {}, `Layers of ${model.workspace}, each after all that it stands on`),
        html(
          "thead",
          {},
          html("tr", {}, ...columns.map(({ title, of }) => html("th", { scope: "col", class: of }, title))),
        ),
        html("tbody", {}, ...rows.values()),
      ),
    );
    filter();
  };
  view.onChange((now, before) => {
    if (now.shows === "table") prepare();
    if (now.query !== before.query || now.hidden !== before.hidden) filter();
  });
  model.onChange((id) => {
    const node = model.node(id);
    const row = rows.get(id);
    if (node === undefined || row === undefined) return;
    const fresh = rowOf(model, node, open);
    row.replaceWith(fresh);
    rows.set(id, fresh);
    filter();
  });
  return { element, prepare };
}

function rowOf(model: Model, node: PageNode, open: (id: string) => void): HTMLTableRowElement {
  const states = model.states(node.id);
  const state = loudest(states);
  const below = model.below(node.id).map(({ from }) => model.node(from)?.name ?? "");
  const why = states.flatMap((one) =>
    one.why.map((reason) => (states.length > 1 ? `${one.platform}: ${reason}` : reason)),
  );
  return html(
    "tr",
    { "data-id": node.id },
    html(
      "td",
      {},
      ...(state === undefined
        ? []
        : [html("i", { class: `swatch ${standingOf(state)}` }), standingWord(standingOf(state))]),
    ),
    html(
      "th",
      { scope: "row" },
      button({ class: "link code" }, () => open(node.id), node.name),
    ),
    html("td", {}, node.layer?.kind ?? ""),
    html("td", { class: "code" }, below.join(", ")),
    html("td", { class: "number" }, state?.built == null ? "" : formatBytes(state.built.sizeBytes)),
    html("td", { class: "number" }, state?.action === "build" ? formatSeconds(state.estimate.seconds) : ""),
    html("td", {}, why.join("; ")),
  );
}
