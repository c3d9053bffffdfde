// A real browser for pages: Chromium as the machine's packages have it, without a window.

import { type Browser, chromium } from "playwright-core";
import { findProgram } from "../../scripts/tools/debian-packages.ts";

/** The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = await findProgram("chromium-headless-shell");
  if (executablePath === undefined)
    throw new Error("there is no chromium-headless-shell: npm test installs it");
  // Its sandbox does not work for root, which tests with containers run as; pages are our own.
  return await chromium.launch({ executablePath, args: ["--no-sandbox"] });
}
