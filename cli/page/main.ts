// The page of `lamina graph --format html`: reads the graph that stands in it, and shows it.

import type { Graph } from "../report/graph-json.ts";
import { html } from "./dom.ts";
import { createModel } from "./model.ts";
import { mountPage } from "./page.ts";

const data = document.querySelector("#graph");
if (data === null) throw new Error("the page holds no graph");
// Written by the same lamina, in the shape that a test holds it to.
const graph: Graph = JSON.parse(data.textContent);
const root = html("div", { class: "page" });
document.body.append(root);
mountPage(root, createModel(graph));
