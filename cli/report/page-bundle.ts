// The page's program and style as texts, ready to stand in HTML. In dist/ this file is replaced by the texts themselves
// (scripts/build.ts); run from the sources it makes them on the spot, out of cli/page.

import { join } from "node:path";

export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

/** @throws Error where the sources of the page are wrong, or esbuild is missing. */
export async function bundlePage(): Promise<PageBundle> {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [
      join(import.meta.dirname, "../page/main.ts"),
      join(import.meta.dirname, "../page/style.css"),
    ],
    outdir: "page",
    bundle: true,
    minify: true,
    // Neither may say what would end its element.
    charset: "ascii",
    format: "iife",
    platform: "browser",
    target: ["chrome120", "firefox121", "safari17.4"],
    legalComments: "none",
    write: false,
    logLevel: "silent",
  });
  const textOf = (extension: string) =>
    outputFiles.find(({ path }) => path.endsWith(extension))?.text.trim() ?? "";
  return { script: textOf(".js"), style: textOf(".css") };
}
