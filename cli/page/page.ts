// The page put together: bar, graph or table, panel; keys that work everywhere; the address that says what is pinned.

import type { GraphState } from "../report/graph-json.ts";
import { button, html } from "./dom.ts";
import { imageId, layerId, type Model } from "./model.ts";
import { createPanel } from "./panel.ts";
import { createScene } from "./scene.ts";
import { createTable } from "./table.ts";
import { createToolbar } from "./toolbar.ts";
import { createView, type ViewStore } from "./view.ts";

export interface Page {
  /** Shows a layer's new states, one for each platform. */
  setStates(layer: string, states: readonly GraphState[]): void;
}

/** Fills `root`, which is empty. */
export function mountPage(root: HTMLElement, model: Model): Page {
  const view = createView();
  const scene = createScene(model, view);
  const table = createTable(model, view, goTo);
  // One who searches stays in the search, to go on to the next match.
  const toolbar = createToolbar(model, view, pin);
  const panel = createPanel(model, view, goTo);
  const spoken = html("p", { class: "spoken", role: "status" });
  root.append(
    toolbar.element,
    html(
      "main",
      { class: "main" },
      html(
        "div",
        { class: "stage" },
        scene.element,
        table.element,
        html(
          "div",
          { class: "zoom", role: "group", "aria-label": "Zoom" },
          button({ "aria-label": "Closer", "aria-keyshortcuts": "+" }, () => scene.camera.zoom(1.3), "+"),
          button(
            { "aria-label": "Farther", "aria-keyshortcuts": "-" },
            () => scene.camera.zoom(1 / 1.3),
            "−",
          ),
          button({ "aria-label": "Show all", "aria-keyshortcuts": "0" }, () => scene.camera.fit(true), "Fit"),
        ),
        legendOfEdges(),
      ),
      panel,
    ),
    spoken,
  );

  function pin(id: string): void {
    view.set({ shows: "graph", pinned: id, pointed: undefined });
    scene.center(id);
  }

  function goTo(id: string): void {
    view.set({ shows: "graph" });
    scene.focus(id);
    pin(id);
  }

  const showMode = (): void => {
    root.dataset["shows"] = view.get().shows;
  };
  showMode();
  scene.camera.fit(false);
  view.onChange((now, before) => {
    if (now.shows !== before.shows) showMode();
    if (now.pinned === before.pinned) return;
    spoken.textContent = describePin(model, now.pinned);
  });
  keepAddress(model, view, (id) => scene.center(id));

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLInputElement;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    switch (event.key) {
      case "/":
        toolbar.focusSearch();
        break;
      case "Escape":
        view.set({ pinned: undefined });
        break;
      case "+":
      case "=":
        scene.camera.zoom(1.3);
        break;
      case "-":
        scene.camera.zoom(1 / 1.3);
        break;
      case "0":
        scene.camera.fit(true);
        break;
      case "t":
        view.set({ shows: view.get().shows === "graph" ? "table" : "graph" });
        break;
      default:
        return;
    }
    event.preventDefault();
  });
  addEventListener("beforeprint", () => table.prepare());
  return { setStates: (layer, states) => model.setStates(layer, states) };
}

function describePin(model: Model, pinned: string | undefined): string {
  const node = model.node(pinned ?? "");
  if (node === undefined) return "Nothing is pinned.";
  const [below, above] = [model.ancestors(node.id).size, model.descendants(node.id).size];
  return `${node.name} is pinned: stands on ${below}, carries ${above}.`;
}

function legendOfEdges(): HTMLElement {
  return html(
    "p",
    { class: "edges" },
    html("i", { class: "line base" }),
    "stands on what is left of it",
    html("i", { class: "line copy" }),
    "copies from it",
    html(
      "span",
      { class: "kinds" },
      ...["toolchain", "deps", "utility"].flatMap((kind) => [html("i", { class: `swatch ${kind}` }), kind]),
    ),
  );
}

/** "#layer=rust" or "#image=…" names what is pinned, both ways. */
function keepAddress(model: Model, view: ViewStore, center: (id: string) => void): void {
  const read = (): void => {
    const named = new URLSearchParams(location.hash.slice(1));
    const [layer, image] = [named.get("layer"), named.get("image")];
    const id = layer !== null ? layerId(layer) : image !== null ? imageId(image) : "";
    if (id === (view.get().pinned ?? "")) return;
    view.set({ pinned: model.node(id)?.id });
    if (model.node(id) !== undefined) center(id);
  };
  view.onChange((now, before) => {
    if (now.pinned === before.pinned) return;
    const node = model.node(now.pinned ?? "");
    const kind = node?.layer === undefined ? "image" : "layer";
    const hash = node === undefined ? "" : `#${kind}=${encodeURIComponent(node.name)}`;
    if (hash !== location.hash)
      history.pushState(null, "", hash === "" ? location.pathname + location.search : hash);
  });
  addEventListener("hashchange", read);
  addEventListener("popstate", read);
  read();
}
