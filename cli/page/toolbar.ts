// The bar at the top: what this is, the search, the legend that filters, the colours, and graph or table.

import { count } from "../report/format.ts";
import { standings, standingWord } from "../report/standing.ts";
import { button, html, svg } from "./dom.ts";
import type { Model } from "./model.ts";
import { matchNodes } from "./search.ts";
import type { View, ViewStore } from "./view.ts";

export interface Toolbar {
  readonly element: HTMLElement;
  focusSearch(): void;
}

/** `open` is called with the node that a search goes to. */
export function createToolbar(model: Model, view: ViewStore, open: (id: string) => void): Toolbar {
  const input = html("input", {
    type: "search",
    placeholder: "Search layers and tools",
    "aria-label": "Search layers and tools",
    "aria-keyshortcuts": "/",
    autocomplete: "off",
    spellcheck: "false",
  });
  const found = html("span", { class: "found", role: "status" });
  let at = -1;
  input.addEventListener("input", () => {
    at = -1;
    view.set({ query: input.value });
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      input.value = "";
      view.set({ query: "" });
      return;
    }
    if (event.key !== "Enter") return;
    const matches = matchNodes(model, input.value);
    if (matches.length === 0) return;
    at = (at + (event.shiftKey ? matches.length - 1 + (at < 0 ? 1 : 0) : 1)) % matches.length;
    const match = matches[at];
    if (match !== undefined) open(match.id);
    found.textContent = `${at + 1} of ${matches.length}`;
  });
  view.onChange((now, before) => {
    if (now.query === before.query) return;
    found.textContent =
      now.query === "" ? "" : count(matchNodes(model, now.query).length, "match", "matches");
  });

  const filters = html("div", { class: "filters", role: "group", "aria-label": "Show states" });
  const countStates = (): void => {
    const amounts = Map.groupBy(model.nodes, ({ id }) => model.standing(id));
    const { hidden } = view.get();
    const chips = standings.toReversed().map((standing) =>
      button(
        { class: "chip", "data-state": standing, "aria-pressed": String(!hidden.has(standing)) },
        () => {
          const { hidden } = view.get();
          view.set({
            hidden: hidden.has(standing)
              ? hidden.difference(new Set([standing]))
              : new Set([...hidden, standing]),
          });
        },
        html("i", { class: `swatch ${standing}` }),
        html("b", {}, String(amounts.get(standing)?.length ?? 0)),
        ` ${standingWord(standing)}`,
      ),
    );
    const focused = Array.from(filters.children).indexOf(document.activeElement ?? filters);
    filters.replaceChildren(...chips);
    chips[focused]?.focus();
  };
  countStates();
  model.onChange(countStates);
  view.onChange((now, before) => {
    if (now.hidden !== before.hidden) countStates();
  });

  const element = html(
    "header",
    { class: "bar" },
    html(
      "div",
      { class: "title" },
      svg(
        "svg",
        { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" },
        svg("path", { d: "M10 2l8 4-8 4-8-4z" }),
        svg("path", { d: "M2 10l8 4 8-4M2 14l8 4 8-4", class: "below" }),
      ),
      html("h1", {}, model.workspace),
    ),
    html("div", { class: "search", role: "search" }, input, found),
    filters,
    choice(view, "Colour by", "colorBy", [
      ["state", "State"],
      ["kind", "Kind"],
    ]),
    choice(view, "Show as", "shows", [
      ["graph", "Graph"],
      ["table", "Table"],
    ]),
  );
  return {
    element,
    focusSearch: () => {
      input.focus();
      input.select();
    },
  };
}

/** A row of buttons of which one is pressed. */
function choice<K extends "colorBy" | "shows">(
  view: ViewStore,
  label: string,
  key: K,
  options: readonly (readonly [View[K], string])[],
): HTMLElement {
  const buttons = options.map(([value, text]) => {
    const element = button({ "data-value": value }, () => view.set(change(key, value)), text);
    return { element, value };
  });
  const show = (): void => {
    for (const { element, value } of buttons)
      element.setAttribute("aria-pressed", String(view.get()[key] === value));
  };
  show();
  view.onChange(show);
  return html(
    "div",
    { class: "choice", role: "group", "aria-label": label },
    html("span", { "aria-hidden": "true" }, label),
    ...buttons.map(({ element }) => element),
  );
}

function change<K extends "colorBy" | "shows">(key: K, value: View[K]): Partial<View> {
  return { [key]: value };
}
