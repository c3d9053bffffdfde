// What of the model one looks at: the pinned node, the one pointed at, the search, the filters. One value; its parts of
// the page hear of every change.

import type { Standing } from "../report/standing.ts";

export interface View {
  readonly pinned: string | undefined;
  /** By the pointer or the focus. */
  readonly pointed: string | undefined;
  readonly query: string;
  /** States that are filtered out. */
  readonly hidden: ReadonlySet<Standing>;
  readonly colorBy: "state" | "kind";
  readonly shows: "graph" | "table";
}

export interface ViewStore {
  get(): View;
  set(change: Partial<View>): void;
  /** Hears the view after and before each change. */
  onChange(listen: (view: View, before: View) => void): void;
}

export function createView(): ViewStore {
  let view: View = {
    pinned: undefined,
    pointed: undefined,
    query: "",
    hidden: new Set(),
    colorBy: "state",
    shows: "graph",
  };
  const listeners: ((view: View, before: View) => void)[] = [];
  return {
    get: () => view,
    set: (change) => {
      const before = view;
      view = { ...view, ...change };
      for (const listen of listeners) listen(view, before);
    },
    onChange: (listen) => {
      listeners.push(listen);
    },
  };
}
