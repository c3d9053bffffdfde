// The page of `lamina graph --format html`, opened as a file in a real Chromium. Long because one browser and one page serve
// all of it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { rolldown } from "rolldown";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { renderGraphHtml } from "../../cli/report/graph-html.ts";
import type { Graph } from "../../cli/report/graph-json.ts";
import { bundlePage } from "../../cli/report/page-bundle.ts";
import { graph as graphSchema } from "../../schemas/graph.ts";
import { graphOfSamples, largeGraph, smallGraph, stateOf } from "../cli/report/sample-graph.ts";
import { callCli, layerFiles, writeProject } from "../cli/run-cli.ts";
import { launchBrowser } from "../rig/browser.ts";

const folder = mkdtempSync(join(tmpdir(), "lamina-page-"));
let browser: Browser;
/** All that a page must not do, of the test at hand. */
let faults: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  const told = faults;
  faults = [];
  if (told.length > 0) throw new Error(told.join("\n"));
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** Opens a file in a window of its own; what it complains of, asks of the network or does against its policy are faults. */
async function openFile(file: string, hash = "", options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
    ...options,
  });
  await context.addInitScript(
    'addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective}`), true)',
  );
  const page = await context.newPage();
  page.on("console", (message) => faults.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url().replace(/#.*/, "") !== `file://${file}`) faults.push(`request: ${request.url()}`);
  });
  await page.goto(`file://${file}${hash}`);
  return page;
}

let files = 0;
async function openGraph(graph: Graph, hash = "", options: BrowserContextOptions = {}): Promise<Page> {
  files += 1;
  const file = join(folder, `${files}.html`);
  writeFileSync(file, await renderGraphHtml(graph));
  return await openFile(file, hash, options);
}

function nodeOf(page: Page, layer: string): Locator {
  return page.locator(`[data-id="layer:${layer}"]`);
}

function panelOf(page: Page): Locator {
  return page.getByRole("complementary", { name: "Details" });
}

/** Names of the nodes that a selector finds, sorted. */
async function namesOf(page: Page, selector: string): Promise<readonly string[]> {
  const ids = await page
    .locator(selector)
    .evaluateAll((elements) => elements.map((element) => element.getAttribute("data-id") ?? ""));
  return ids.map((id) => id.replace(/^layer:/, "")).sort((a, b) => (a < b ? -1 : 1));
}

function transitionOf(page: Page): Promise<unknown> {
  return page.evaluate('getComputedStyle(document.querySelector(".node")).transitionDuration');
}

async function scaleOf(page: Page): Promise<number> {
  const transform = await page.locator(".scene > g").getAttribute("transform");
  return Number(/scale\((.*)\)/.exec(transform ?? "")?.[1]);
}

function hashOf(page: Page): Promise<unknown> {
  return page.evaluate("location.hash");
}

describe("made by the command", () => {
  const project = writeProject({
    ...layerFiles("base", '{ image = "debian:trixie-slim" }'),
    ...layerFiles("other", '"base"'),
    ...layerFiles("top", '"base"', '  copies_from = ["other"],\n'),
    "catalog/top/Dockerfile":
      "FROM lamina/base\nCOPY --from=lamina/other /usr/bin/other-tool /usr/bin/\nCOPY tool /usr/bin/top-tool\n",
  });
  afterAll(() => project.remove());

  test("shows every layer, image and edge that --json tells of, with reasons", async () => {
    const file = join(project.root, "graph.html");
    const made = await callCli(["graph", "--format", "html", "-o", "graph.html"], project.root);
    expect(made).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    const graph = graphSchema.parse(JSON.parse((await callCli(["graph", "--json"], project.root)).stdout));
    expect(graph.edges).toHaveLength(4);

    const page = await openFile(file);
    expect(await page.title()).toBe("lamina · layers");
    expect(await page.locator(".node:not(.external)").count()).toBe(graph.nodes.length);
    expect(await page.locator(".node.external").count()).toBe(graph.images.length);
    expect(await page.locator(".edge").count()).toBe(graph.edges.length);
    expect(await page.locator('.edge[data-kind="copy"]').count()).toBe(1);
    for (const { layer, states } of graph.nodes) {
      await nodeOf(page, layer).hover();
      for (const reason of states.flatMap(({ why }) => why))
        await panelOf(page).locator(".why li", { hasText: reason }).waitFor();
    }
  });

  test("is the same each time, to a file and to stdout", async () => {
    const { stdout } = await callCli(["graph", "--format", "html"], project.root);
    expect(stdout).toBe(readFileSync(join(project.root, "graph.html"), "utf8"));
  });
});

describe("a small graph", () => {
  test("says where all stands until one points at a layer, then all that is known of it", async () => {
    const page = await openGraph(smallGraph);
    const panel = panelOf(page);
    await panel.getByRole("heading", { name: "6 layers" }).waitFor();
    expect(await panel.locator(".layers").allInnerTexts()).toEqual([
      "rust-deps\n\nits parent rust is not current, and --only leaves it out",
      "rust\n\nDockerfile was modified, and 1 more reason\n\nontoref\n\nit was never built",
      "leptos\n\nits parent rust is built first",
    ]);
    await nodeOf(page, "rust").hover();
    await panel.getByRole("heading", { name: "rust", exact: true }).waitFor();
    const text = await panel.innerText();
    for (const part of [
      "Toolchain",
      "To build",
      "Dockerfile was modified",
      "linux/amd64",
      "1 m 30 s, as in 3 builds",
      "4 cpu, 8 GB",
      "134 MB",
      "521fe5c9ece1",
      "029d8dadc729",
      "sccache\n1.2.3",
      "/usr/bin/cargo",
      "Stands on · 2 in all\ndebian",
      "Carries\nleptos\nrust-deps",
    ])
      expect(text).toContain(part);
    await page.mouse.move(5, 400);
    await panel.getByRole("heading", { name: "6 layers" }).waitFor();
  });

  test("a click pins a layer, what it stands on and what stands on it; a second click lets go", async () => {
    const page = await openGraph(smallGraph);
    await nodeOf(page, "rust").click();
    expect(await namesOf(page, '[data-lineage="ancestor"].node')).toEqual([
      "debian",
      "image:debian:trixie-slim",
    ]);
    expect(await namesOf(page, '[data-lineage="self"].node')).toEqual(["rust"]);
    expect(await namesOf(page, '[data-lineage="descendant"].node')).toEqual(["leptos", "rust-deps"]);
    expect(await page.locator(".edge[data-lineage]").count()).toBe(4);
    expect(await nodeOf(page, "rust").getAttribute("aria-pressed")).toBe("true");
    expect(await page.getByRole("status").allInnerTexts()).toContain(
      "rust is pinned: stands on 2, carries 2.",
    );
    expect(await hashOf(page)).toBe("#layer=rust");
    await nodeOf(page, "rust").click();
    expect(await page.locator("[data-lineage]").count()).toBe(0);
    expect(await hashOf(page)).toBe("");
  });

  test("the address names what is pinned, on opening, on changing it and on going back", async () => {
    const page = await openGraph(smallGraph, "#layer=rust-deps");
    await panelOf(page).getByRole("heading", { name: "rust-deps" }).waitFor();
    await panelOf(page).getByRole("button", { name: "rust" }).click();
    await panelOf(page).getByRole("heading", { name: "rust", exact: true }).waitFor();
    expect(await hashOf(page)).toBe("#layer=rust");
    await page.evaluate('location.hash = "#image=debian%3Atrixie-slim"');
    await panelOf(page).getByRole("heading", { name: "debian:trixie-slim" }).waitFor();
    await page.mouse.move(5, 400);
    await page.goBack();
    await page.goBack();
    await page.locator('[data-lineage="self"][data-id="layer:rust-deps"]').waitFor();
    expect(await namesOf(page, '[data-lineage="self"]')).toEqual(["rust-deps"]);
  });

  test("the search marks what it finds, by names and tools, and Enter goes from match to match", async () => {
    const page = await openGraph(smallGraph);
    await page.keyboard.press("/");
    await page.keyboard.type("rust");
    expect(await namesOf(page, ".node.match")).toEqual(["rust", "rust-deps"]);
    expect(await page.getByRole("search").getByRole("status").innerText()).toBe("2 matches");
    await page.keyboard.press("Enter");
    expect(await hashOf(page)).toBe("#layer=rust");
    await page.keyboard.press("Enter");
    expect(await hashOf(page)).toBe("#layer=rust-deps");
    await page.keyboard.press("Enter");
    expect(await hashOf(page)).toBe("#layer=rust");
    await page.keyboard.press("Shift+Enter");
    expect(await hashOf(page)).toBe("#layer=rust-deps");
    await page.getByRole("searchbox").fill("trunk");
    expect(await namesOf(page, ".node.match")).toEqual(["leptos"]);
    await page.getByRole("searchbox").fill("nothing of this name");
    expect(await page.getByRole("search").getByRole("status").innerText()).toBe("0 matches");
    await page.keyboard.press("Escape");
    expect(await page.locator(".scene.searched").count()).toBe(0);
  });

  test("wheel, buttons and keys zoom, dragging moves and pins nothing, Fit shows all again", async () => {
    const page = await openGraph(smallGraph);
    const fitted = await page.locator(".scene > g").getAttribute("transform");
    const scale = await scaleOf(page);
    await nodeOf(page, "rust").hover();
    const before = await nodeOf(page, "rust").boundingBox();
    await page.mouse.wheel(0, -300);
    await expect.poll(() => scaleOf(page)).toBeGreaterThan(scale * 1.5);
    // Around the pointer: the layer stays under it.
    const after = await nodeOf(page, "rust").boundingBox();
    const middleOf = (box: typeof before) => (box === null ? Number.NaN : box.x + box.width / 2);
    expect(Math.abs(middleOf(after) - middleOf(before))).toBeLessThan(3);
    const zoomed = await scaleOf(page);
    await page.getByRole("button", { name: "Closer" }).click();
    expect(await scaleOf(page)).toBeGreaterThan(zoomed);
    await page.keyboard.press("-");
    expect(await scaleOf(page)).toBeCloseTo(zoomed);

    const start = await nodeOf(page, "rust").boundingBox();
    if (start === null) throw new Error("rust is not drawn");
    await page.mouse.move(start.x + 20, start.y + 20);
    await page.mouse.down();
    await page.mouse.move(start.x + 60, start.y + 50);
    await page.mouse.move(start.x + 120, start.y + 90);
    await page.mouse.up();
    const end = await nodeOf(page, "rust").boundingBox();
    expect(Math.round((end?.x ?? 0) - start.x)).toBe(100);
    expect(Math.round((end?.y ?? 0) - start.y)).toBe(70);
    expect(await page.locator("[data-lineage]").count()).toBe(0);
    await page.getByRole("button", { name: "Show all" }).click();
    expect(await page.locator(".scene > g").getAttribute("transform")).toBe(fitted);
  });

  test("two fingers zoom, one moves, a tap pins", async () => {
    const page = await openGraph(smallGraph, "", { hasTouch: true, viewport: { width: 700, height: 900 } });
    const scale = await scaleOf(page);
    const touch = await page.context().newCDPSession(page);
    const send = async (
      type: "touchStart" | "touchMove" | "touchEnd",
      ...points: readonly [number, number][]
    ) => {
      const touchPoints = points.map(([x, y], id) => ({ x, y, id }));
      await touch.send("Input.dispatchTouchEvent", { type, touchPoints });
    };
    await send("touchStart", [300, 400], [500, 400]);
    await send("touchMove", [200, 400], [600, 400]);
    await send("touchEnd");
    expect(await scaleOf(page)).toBeCloseTo(scale * 2);
    await page.getByRole("button", { name: "Show all" }).tap();
    await nodeOf(page, "rust").tap();
    expect(await namesOf(page, '[data-lineage="self"]')).toEqual(["rust"]);
  });

  test("a telephone shows all of it, without scrolling sideways", async () => {
    const page = await openGraph(largeGraph(30), "", { viewport: { width: 360, height: 740 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    expect(await page.evaluate("document.documentElement.scrollHeight")).toBe(740);
    for (const locator of [
      page.getByRole("searchbox"),
      page.getByRole("button", { name: "Table" }),
      panelOf(page),
    ]) {
      const box = await locator.boundingBox();
      expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 999) <= 360).toBe(true);
    }
  });

  test("filters leave out states, in the graph and in the table", async () => {
    const page = await openGraph(smallGraph);
    const current = page.getByRole("button", { name: "2 current" });
    await current.click();
    expect(await current.getAttribute("aria-pressed")).toBe("false");
    expect(await namesOf(page, ".node.out")).toEqual([
      "debian",
      "image:debian:trixie-slim",
      "image:docker.io/library/alpine:3.20",
      "nushell",
    ]);
    await page.getByRole("button", { name: "Table" }).click();
    expect(await page.getByRole("rowheader").allInnerTexts()).toEqual([
      "rust",
      "leptos",
      "ontoref",
      "rust-deps",
    ]);
    await page.getByRole("searchbox").fill("leptos");
    expect(await page.getByRole("rowheader").allInnerTexts()).toEqual(["leptos"]);
    await page.getByRole("searchbox").fill("");
    await current.click();
    expect(await page.getByRole("rowheader").count()).toBe(6);
  });

  test("kinds have colours of their own", async () => {
    const page = await openGraph(smallGraph);
    const colorOf = (layer: string) =>
      page.evaluate(
        `getComputedStyle(document.querySelector('[data-id="layer:${layer}"]')).getPropertyValue("--color")`,
      );
    expect(await colorOf("rust")).toBe(await colorOf("ontoref"));
    await page.getByRole("button", { name: "Kind" }).click();
    expect(new Set([await colorOf("rust"), await colorOf("ontoref"), await colorOf("rust-deps")]).size).toBe(
      3,
    );
  });

  test("keys alone lead everywhere", async () => {
    const page = await openGraph(smallGraph);
    const focused = page.locator(":focus");
    const focusedId = () => focused.getAttribute("data-id");
    for (let stops = 0; (await page.locator(".node:focus").count()) === 0 && stops < 20; stops += 1)
      await page.keyboard.press("Tab");
    expect(await focusedId()).toBe("image:debian:trixie-slim");
    expect(await focused.getAttribute("aria-label")).toBe(
      "debian:trixie-slim: external image; external, pinned; 1 layer on it",
    );
    const walked: (string | null)[] = [];
    for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowDown", "ArrowLeft"]) {
      await page.keyboard.press(key);
      walked.push(await focusedId());
    }
    expect(walked).toEqual([
      "layer:debian",
      "layer:rust",
      "layer:rust-deps",
      "layer:ontoref",
      "layer:rust-deps",
      "layer:rust",
    ]);
    await page.keyboard.press("Enter");
    expect(await hashOf(page)).toBe("#layer=rust");
    await page.keyboard.press("Escape");
    expect(await hashOf(page)).toBe("");
    await page.keyboard.press("t");
    await page.getByRole("table").waitFor();
  });

  test("paper gets the table, with every layer", async () => {
    const page = await openGraph(smallGraph);
    await page.pdf();
    expect(await page.locator("tbody tr").count()).toBe(6);
    await page.emulateMedia({ media: "print" });
    expect(await page.getByRole("table").isVisible()).toBe(true);
    expect(await page.locator(".scene").isVisible()).toBe(false);
  });

  for (const colorScheme of ["light", "dark"] as const)
    test(`all text can be read, ${colorScheme}`, async () => {
      const page = await openGraph(smallGraph, "", { colorScheme });
      expect(await page.evaluate(faintTexts)).toEqual([]);
      await nodeOf(page, "rust").hover();
      await panelOf(page).getByRole("heading", { name: "rust", exact: true }).waitFor();
      expect(await page.evaluate(faintTexts)).toEqual([]);
      await page.getByRole("button", { name: "Table" }).click();
      expect(await page.evaluate(faintTexts)).toEqual([]);
    });

  test("things glide unless the reader wants less motion", async () => {
    const still = await openGraph(smallGraph);
    expect(await transitionOf(still)).toBe("0s");
    await still.keyboard.press("+");
    await still.evaluate(
      "window.frames = 0; requestAnimationFrame = () => { window.frames += 1; return 0; }",
    );
    await still.keyboard.press("0");
    expect(await still.evaluate("window.frames")).toBe(0);

    const moving = await openGraph(smallGraph, "", { reducedMotion: "no-preference" });
    expect(await transitionOf(moving)).toBe("0.12s");
    const fitted = await moving.locator(".scene > g").getAttribute("transform");
    await moving.keyboard.press("+");
    await moving.keyboard.press("0");
    await expect.poll(() => moving.locator(".scene > g").getAttribute("transform")).toBe(fitted);
  });
});

test("text of the catalog stays text", async () => {
  const hostile = '</script><img src=x onerror="console.error(1)"><!-- ${"`"}\u2028';
  const page = await openGraph(
    graphOfSamples(
      [
        {
          name: "debian",
          base: "image:debian:trixie-slim",
          tools: [hostile],
          action: "build",
          reasons: [{ kind: "file-changed", path: hostile, change: "added" }],
        },
      ],
      "</title><b>",
    ),
  );
  expect(await page.title()).toBe("</title><b> · layers");
  await nodeOf(page, "debian").hover();
  expect(await panelOf(page).locator(".why").innerText()).toBe(`${hostile} was added`);
  expect(await page.locator("img, b:not(.chip b)").count()).toBe(0);
});

test("the policy lets nothing in, and nothing but the page's own parts run", async () => {
  const page = await openGraph(smallGraph);
  await page.evaluate(`{
    const script = document.createElement("script");
    try { script.textContent = "document.title = 'taken'"; document.body.append(script); } catch {}
    document.body.append(Object.assign(document.createElement("img"), { src: "data:," }));
    document.body.setAttribute("style", "color: red");
  }`);
  await expect
    .poll(() => page.evaluate("document.images.length === 1 && document.images[0].complete"))
    .toBe(true);
  expect(await page.title()).toBe("lamina · layers");
  await expect
    .poll(() => faults.filter((fault) => fault.startsWith("error: policy:")).sort())
    .toEqual([
      "error: policy: img-src",
      "error: policy: require-trusted-types-for",
      "error: policy: style-src-attr",
    ]);
  faults = [];
});

test("a thousand layers: all are there, found, pinned and seen", async () => {
  const graph = largeGraph(1000);
  const page = await openGraph(graph);
  expect(await page.locator(".node").count()).toBe(1001);
  expect(await page.locator(".edge").count()).toBe(graph.edges.length);
  // All within the frame, boxes for colours only.
  expect(await page.locator(".scene").getAttribute("data-distance")).toBe("far");
  const frame = await page.locator(".scene").boundingBox();
  const drawing = await page.locator(".scene > g").boundingBox();
  expect((drawing?.x ?? -1) >= (frame?.x ?? 0)).toBe(true);
  expect((drawing?.width ?? 0) <= (frame?.width ?? 0)).toBe(true);
  await page.keyboard.press("/");
  await page.keyboard.type("python-519");
  await page.keyboard.press("Enter");
  await panelOf(page).getByRole("heading", { name: "python-519" }).waitFor();
  expect(await page.locator(".scene").getAttribute("data-distance")).toBeNull();
  await nodeOf(page, "python-519").click();
  expect(await page.locator("[data-lineage]").count()).toBe(0);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Table" }).click();
  expect(await page.locator("tbody tr").count()).toBe(1000);
});

test("states can be set as a run goes on", async () => {
  const entry = join(folder, "live.ts");
  const sources = join(import.meta.dirname, "../../cli/page");
  writeFileSync(
    entry,
    `import { createModel } from "${sources}/model.ts"; import { mountPage } from "${sources}/page.ts";
      window.show = (graph) => { window.shown = mountPage(document.body, createModel(graph)); };`,
  );
  const build = await rolldown({ input: entry, platform: "browser" });
  const { output } = await build.generate({ format: "iife" });
  await build.close();
  const { style } = await bundlePage();
  const file = join(folder, "live.html");
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><style>${style}</style><body><script>${output[0].code}</script>`,
  );
  const page = await openFile(file);
  await page.evaluate(`show(${JSON.stringify(smallGraph)})`);
  await nodeOf(page, "rust").hover();
  await panelOf(page).locator(".why li", { hasText: "Dockerfile was modified" }).waitFor();
  await page.evaluate(`shown.setStates("rust", ${JSON.stringify([stateOf({ name: "rust" })])})`);
  expect(await nodeOf(page, "rust").getAttribute("data-state")).toBe("current");
  expect(await panelOf(page).locator(".why").count()).toBe(0);
  await page.getByRole("button", { name: "3 current" }).waitFor();
  await page.evaluate('shown.setStates("no such layer", [])');
});

/** In the page: texts whose contrast with what they stand on is below 4.5 to 1 (WCAG 2.2, 1.4.3), each with its ratio. */
const faintTexts = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return Array.from(canvas.getImageData(0, 0, 1, 1).data);
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const opaque = (color) => rgba(color)[3] === 255;
  const ground = (element) => {
    const card = element.closest(".node")?.querySelector(".card");
    if (card && getComputedStyle(card).fill !== "none") return getComputedStyle(card).fill;
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (opaque(color)) return color;
    }
    return "white";
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    if (text.data.trim() === "" || element.closest("script, noscript") || !element.checkVisibility()) continue;
    texts += 1;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(rgba(element.closest("svg") ? style.fill : style.color)), luminance(rgba(ground(element)))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(text.data + ": " + ratio.toFixed(2));
  }
  return texts < 20 ? ["only " + texts + " texts were seen"] : faint;
})()`;
