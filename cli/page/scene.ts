// The drawing: a box for each node, a curve for each edge, left to right. Follows the model's states and the view.

import { type Camera, createCamera } from "./camera.ts";
import { describeBriefly, describeFully } from "./describe.ts";
import { setAttribute, svg } from "./dom.ts";
import { listenToGestures } from "./gestures.ts";
import { layOut, type Place } from "./layout/layout.ts";
import type { Model, PageNode } from "./model.ts";
import { isFilteredOut, matchNodes } from "./search.ts";
import { createRuler, type Ruler } from "./text-width.ts";
import type { View, ViewStore } from "./view.ts";

export interface Scene {
  readonly element: SVGSVGElement;
  readonly camera: Camera;
  /** Moves the keyboard's place to a node. */
  focus(id: string): void;
  /** To the middle of the frame. */
  center(id: string): void;
}

/** Pixels. */
const textLeft = 34;
const textRight = 14;
const minTextWidth = 100;
const maxTextWidth = 220;
/** Of a note: longer ones are cut rather than widen their column. */
const maxNoteWidth = 170;
/** Names grow as far as their boxes have room when one looks from farther off. */
const maxGrowth = 1.8;

interface Rulers {
  readonly name: Ruler;
  readonly note: Ruler;
}

interface DrawnNode {
  readonly node: PageNode;
  readonly place: Place;
  readonly element: SVGGElement;
  readonly note: SVGTextElement;
}

export function createScene(model: Model, view: ViewStore): Scene {
  const rulers = openRulers();
  const layout = layOut(
    model.nodes.map((node) => ({ id: node.id, width: widthOf(model, node, rulers) })),
    model.edges,
  );
  const edges = model.edges.map((edge, index) => ({
    edge,
    element: svg("path", { class: "edge", d: layout.paths[index], "data-kind": edge.kind }),
  }));
  const drawn = new Map<string, DrawnNode>();
  for (const node of model.nodes) {
    const place = layout.places.get(node.id);
    if (place !== undefined) drawn.set(node.id, drawNode(node, place, rulers.name));
  }
  const drawing = svg(
    "g",
    {},
    svg("g", { "aria-hidden": "true" }, ...edges.map(({ element }) => element)),
    svg("g", {}, ...Array.from(drawn.values(), ({ element }) => element)),
  );
  const element = svg(
    "svg",
    {
      class: "scene",
      role: "group",
      "aria-label": "Graph of layers; arrow keys walk along it",
      "data-color-by": "state",
    },
    drawing,
  );
  const camera = createCamera(element, drawing, layout);
  listenToGestures(element, camera);
  new ResizeObserver(() => camera.refit()).observe(element);

  const showStates = ({ node, element, note, place }: DrawnNode): void => {
    setAttribute(element, "data-state", node.image === undefined ? model.standing(node.id) : "image");
    element.setAttribute("aria-label", describeFully(model, node));
    note.textContent = rulers.note.cut(describeBriefly(model, node), roomIn(place));
  };
  for (const each of drawn.values()) showStates(each);
  model.onChange((id) => {
    const changed = drawn.get(id);
    if (changed !== undefined) showStates(changed);
  });

  // One node at a time can be reached by Tab; arrows move on from there.
  let tabStop: SVGGElement | undefined;
  const setTabStop = (next: SVGGElement | undefined): void => {
    tabStop?.setAttribute("tabindex", "-1");
    tabStop = next;
    next?.setAttribute("tabindex", "0");
  };
  setTabStop(drawn.values().next().value?.element);
  const focus = (id: string): void => {
    const found = drawn.get(id);
    if (found === undefined) return;
    setTabStop(found.element);
    found.element.focus({ preventScroll: true });
  };

  element.addEventListener("pointerover", (event) => view.set({ pointed: idOf(event.target) }));
  element.addEventListener("pointerleave", () => view.set({ pointed: undefined }));
  element.addEventListener("focusin", (event) => {
    const id = idOf(event.target);
    const found = id === undefined ? undefined : drawn.get(id);
    if (id === undefined || found === undefined) return;
    setTabStop(found.element);
    view.set({ pointed: id });
    if (found.element.matches(":focus-visible")) camera.reveal(found.place);
  });
  element.addEventListener("focusout", () => view.set({ pointed: undefined }));
  element.addEventListener("click", (event) => {
    const id = idOf(event.target);
    view.set({ pinned: id === view.get().pinned ? undefined : id });
  });
  element.addEventListener("keydown", (event) => {
    const id = idOf(event.target);
    if (id === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      view.set({ pinned: id === view.get().pinned ? undefined : id });
    } else {
      const next = neighbourOf(model, drawn, id, event.key);
      if (next === undefined) return;
      focus(next);
    }
    event.preventDefault();
  });

  view.onChange((now, before) => showView(model, { element, edges, drawn }, now, before));
  return {
    element,
    camera,
    focus,
    center: (id) => {
      const place = drawn.get(id)?.place;
      if (place !== undefined) camera.center(place);
    },
  };
}

function idOf(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<SVGGElement>(".node")?.dataset["id"] : undefined;
}

function openRulers(): Rulers {
  const style = getComputedStyle(document.documentElement);
  return {
    name: createRuler(`600 13px ${style.getPropertyValue("--mono")}`),
    note: createRuler(`11.5px ${style.getPropertyValue("--sans")}`),
  };
}

function widthOf(model: Model, node: PageNode, { name, note }: Rulers): number {
  const text = Math.max(
    minTextWidth,
    // With some room to grow.
    Math.min(maxTextWidth, name.width(node.name) * 1.2),
    Math.min(maxNoteWidth, note.width(describeBriefly(model, node))),
  );
  return Math.ceil(text) + textLeft + textRight;
}

function roomIn({ width }: Place): number {
  return width - textLeft - textRight;
}

function drawNode(node: PageNode, place: Place, ruler: Ruler): DrawnNode {
  const { width, height } = place;
  const isLayer = node.layer !== undefined;
  const shownName = ruler.cut(node.name, roomIn(place));
  const name = svg("text", { class: "name", x: textLeft, y: 19 }, shownName);
  const growth = Math.min(maxGrowth, Math.max(1, roomIn(place) / ruler.width(shownName)));
  name.style.setProperty("--growth", growth.toFixed(2));
  const note = svg("text", { class: "note", x: textLeft, y: 34 });
  const element = svg(
    "g",
    {
      class: isLayer ? "node" : "node external",
      role: "button",
      "aria-pressed": "false",
      tabindex: -1,
      "data-id": node.id,
      "data-kind": node.layer?.kind,
      transform: `translate(${place.x} ${place.y})`,
    },
    svg("rect", { class: "ring", x: -4, y: -4, width: width + 8, height: height + 8, rx: 11 }),
    svg("rect", { class: "card", width, height, rx: 8 }),
    // A mark of its own for each state, so that colour is never alone: the style shows one of them.
    svg("path", { class: "mark current", d: "M18 18.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9z" }),
    svg("path", { class: "mark build maybe", d: "M18 16.5l6.5 6.5l-6.5 6.5l-6.5-6.5z" }),
    svg("path", { class: "mark blocked", d: "M13 17h10v12h-10z" }),
    svg("path", { class: "mark image", d: "M13 23h10" }),
    name,
    note,
  );
  return { node, place, element, note };
}

/** Where an arrow key leads: to its base, to the nearest that stands on it, up and down its column, to the ends by Home and End. */
function neighbourOf(
  model: Model,
  drawn: ReadonlyMap<string, DrawnNode>,
  id: string,
  key: string,
): string | undefined {
  const here = drawn.get(id)?.place;
  if (here === undefined) return undefined;
  const inColumn = (row: number): string | undefined =>
    drawn.values().find(({ place }) => place.column === here.column && place.row === row)?.node.id;
  switch (key) {
    case "ArrowLeft":
      return model.below(id)[0]?.from;
    case "ArrowRight": {
      const nearest = model
        .above(id)
        .map(({ to }) => ({ to, place: drawn.get(to)?.place ?? here }))
        .toSorted(
          (a, b) =>
            a.place.column - b.place.column || Math.abs(a.place.y - here.y) - Math.abs(b.place.y - here.y),
        );
      return nearest[0]?.to;
    }
    case "ArrowUp":
      return inColumn(here.row - 1);
    case "ArrowDown":
      return inColumn(here.row + 1);
    case "Home":
      return model.nodes[0]?.id;
    case "End":
      return model.nodes.at(-1)?.id;
    default:
      return undefined;
  }
}

interface Drawn {
  readonly element: SVGSVGElement;
  readonly edges: readonly { readonly edge: Model["edges"][number]; readonly element: SVGPathElement }[];
  readonly drawn: ReadonlyMap<string, DrawnNode>;
}

function showView(model: Model, { element, edges, drawn }: Drawn, now: View, before: View): void {
  if (now.colorBy !== before.colorBy) element.dataset["colorBy"] = now.colorBy;
  if (now.pointed !== before.pointed) {
    for (const each of edges) {
      const isNear = each.edge.from === now.pointed || each.edge.to === now.pointed;
      each.element.classList.toggle("near", isNear);
    }
  }
  if (now.pinned !== before.pinned) showLineage(model, { element, edges, drawn }, now.pinned, before.pinned);
  if (now.query !== before.query) {
    const matches = new Set(matchNodes(model, now.query).map(({ id }) => id));
    element.classList.toggle("searched", now.query !== "");
    for (const each of drawn.values()) each.element.classList.toggle("match", matches.has(each.node.id));
  }
  if (now.hidden !== before.hidden) {
    const isOut = (id: string): boolean => isFilteredOut(model, id, now.hidden);
    for (const each of drawn.values()) each.element.classList.toggle("out", isOut(each.node.id));
    for (const { edge, element: path } of edges)
      path.classList.toggle("out", isOut(edge.from) || isOut(edge.to));
  }
}

/** Marks the pinned node, all that it stands on, and all that stands on it; the style lets the others step back. */
function showLineage(
  model: Model,
  { element, edges, drawn }: Drawn,
  pinned: string | undefined,
  before: string | undefined,
): void {
  element.classList.toggle("pinned", pinned !== undefined);
  const lineage = new Map<string, string>();
  if (pinned !== undefined) {
    for (const id of model.ancestors(pinned)) lineage.set(id, "ancestor");
    for (const id of model.descendants(pinned)) lineage.set(id, "descendant");
    lineage.set(pinned, "self");
  }
  for (const each of drawn.values()) setAttribute(each.element, "data-lineage", lineage.get(each.node.id));
  for (const { edge, element: path } of edges) {
    const [from, to] = [lineage.get(edge.from), lineage.get(edge.to)];
    const isBelow = from === "ancestor" && to !== "descendant" && to !== undefined;
    const isAbove = to === "descendant" && from !== "ancestor" && from !== undefined;
    setAttribute(path, "data-lineage", isBelow ? "ancestor" : isAbove ? "descendant" : undefined);
    // Above those that step back.
    if (isBelow || isAbove) path.parentNode?.append(path);
  }
  if (before !== undefined) drawn.get(before)?.element.setAttribute("aria-pressed", "false");
  if (pinned !== undefined) drawn.get(pinned)?.element.setAttribute("aria-pressed", "true");
}
