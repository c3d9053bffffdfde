// External images by name: the digest that a reference stands for today, on one platform. Asks registries by the OCI
// distribution API, or an OCI image layout on disk. It reads, and pulls no layer.

import { type ImageDigest, imageDigest } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { ImageResolver, ResolveFailure } from "../../engine/ports/images.ts";
import type { Registry, RegistryFailure } from "../../engine/ports/registry.ts";
import type { Platform } from "../../schemas/platform.ts";
import { manifestSchema, parseJson } from "../store/oci-layout.ts";
import { configPlatform, offeredPlatforms, platformName, samePlatform } from "./platforms.ts";
import { readConfig } from "./read-config.ts";
import { parseReference, type Reference } from "./reference.ts";
import { resolveInLayout } from "./resolve-layout.ts";

type Answer = Promise<Result<ImageDigest, ResolveFailure>>;

export function openImageResolver(registry: Registry): ImageResolver {
  return {
    async resolve(reference, platform, signal) {
      if (reference.startsWith("oci-layout:")) return resolveInLayout(reference, platform);
      const parsed = parseReference(reference);
      if (parsed === undefined)
        return err({ kind: "unreachable", image: reference, message: "it is no image reference" });
      return await resolveInRegistry(registry, parsed, reference, platform, signal);
    },
  };
}

async function resolveInRegistry(
  registry: Registry,
  reference: Reference,
  image: string,
  platform: Platform,
  signal: AbortSignal,
): Answer {
  const found = await registry.readManifest(reference, reference.version, signal);
  if (!found.ok) return err(explain(image, found.error));
  const { digest, bytes } = found.value;
  const manifest = manifestSchema.safeParse(parseJson(bytes)).data;
  if (manifest?.manifests !== undefined) {
    const child = manifest.manifests.find((one) => one.platform && samePlatform(one.platform, platform));
    if (child !== undefined) return ok(imageDigest(child.digest));
    return err({ kind: "platform-missing", image, platform, offered: offeredPlatforms(manifest.manifests) });
  }
  if (manifest?.config === undefined)
    return err({ kind: "unreachable", image, message: "the registry sent no image manifest" });
  // An image for one platform says for which in its configuration alone.
  const config = await readConfig(registry, reference, manifest.config, signal);
  if (!config.ok) return err(explain(image, config.error));
  const offered = configPlatform(parseJson(config.value));
  if (offered !== undefined && !samePlatform(offered, platform))
    return err({ kind: "platform-missing", image, platform, offered: [platformName(offered)] });
  return ok(imageDigest(digest));
}

function explain(image: string, failure: RegistryFailure): ResolveFailure {
  switch (failure.kind) {
    case "not-found":
      return { kind: "not-found", image };
    case "unauthorized":
    case "denied":
      return { kind: "unauthorized", image };
    case "canceled":
      return { kind: "unreachable", image, message: "canceled" };
    default:
      return { kind: "unreachable", image, message: failure.message };
  }
}
