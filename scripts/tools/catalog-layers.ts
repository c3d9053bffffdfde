// What the catalog's layers came out as, asked of the command line.

import { join } from "node:path";
import { list } from "../../schemas/list.ts";
import { show } from "../../schemas/show.ts";
import { runLamina } from "./run-lamina.ts";

export interface BuiltLayer {
  readonly layer: string;
  /** "sha256:…". */
  readonly image: string;
  readonly sizeBytes: number;
  /** Version seen of each promised tool; "" where its check prints none. */
  readonly tools: Readonly<Record<string, string>>;
}

/** The layers that were built, parents before children. Throws where the command line does not answer. */
export async function readBuiltLayers(root: string): Promise<readonly BuiltLayer[]> {
  const { layers } = list.parse(await ask(root, "list", "--json"));
  const built: BuiltLayer[] = [];
  for (const { layer, platform, image, sizeBytes } of layers) {
    if (image === null || sizeBytes === null) continue;
    const shown = show.parse(await ask(root, "show", layer, "--json"));
    const tools = shown.platforms.find((each) => each.platform === platform)?.locked?.tools ?? {};
    built.push({ layer, image, sizeBytes, tools });
  }
  return built;
}

/** By the name that a Dockerfile calls it: where the image lies, as .lamina/local.json takes it. */
export function imageReferences(
  root: string,
  layers: readonly BuiltLayer[],
): Readonly<Record<string, string>> {
  const store = join(root, ".lamina/store");
  return Object.fromEntries(
    layers.map(({ layer, image }) => [`lamina/${layer}`, `oci-layout:${store}@${image}`]),
  );
}

async function ask(root: string, ...args: readonly string[]): Promise<unknown> {
  const { exitCode, stdout } = await runLamina(root, args, { keepStdout: true });
  if (exitCode !== 0) throw new Error(`lamina ${args.join(" ")} ended with ${exitCode}`);
  return JSON.parse(stdout);
}
