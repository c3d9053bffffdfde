// The page's program and style as texts, ready to stand in HTML. In dist/ this file is replaced by the texts themselves
// (scripts/bundle.ts); run from the sources it makes them on the spot, out of cli/page.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

const page = join(import.meta.dirname, "../page");

/** @throws Error where the sources of the page are wrong, or rolldown is missing. */
export async function bundlePage(): Promise<PageBundle> {
  const { rolldown } = await import("rolldown");
  const build = await rolldown({
    input: join(page, "main.ts"),
    platform: "browser",
    transform: { target: ["chrome120", "firefox121", "safari17.4"] },
    logLevel: "silent",
  });
  const { output } = await build.generate({
    format: "iife",
    minify: true,
    comments: false,
    // It may not say what would end its element.
    charset: "ascii",
  });
  await build.close();
  return {
    script: output[0].code.trim(),
    style: (await readFile(join(page, "style.css"), "utf8")).trim(),
  };
}
