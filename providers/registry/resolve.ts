// External images by name: the digest that a reference stands for today, on one platform. Asks registries by the OCI
// distribution API, or an OCI image layout on disk. It reads, and pulls no layer.

import { type ImageDigest, imageDigest, isDigest, sha256 } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { ImageResolver, ResolveFailure } from "../../engine/ports/images.ts";
import type { Platform } from "../../schemas/platform.ts";
import { manifestSchema, parseJson } from "../store/oci-layout.ts";
import { configPlatform, offeredPlatforms, platformName, samePlatform } from "./platforms.ts";
import { parseReference, type Reference } from "./reference.ts";
import { openRepository } from "./repository.ts";
import { resolveInLayout } from "./resolve-layout.ts";

type Env = (name: string) => string | undefined;
type Answer = Promise<Result<ImageDigest, ResolveFailure>>;

/** `env` tells where Docker's config.json lies, whose credentials are used. */
export function openImageResolver(env: Env): ImageResolver {
  return {
    async resolve(reference, platform, signal) {
      if (reference.startsWith("oci-layout:")) return resolveInLayout(reference, platform);
      const parsed = parseReference(reference);
      if (parsed === undefined)
        return err({ kind: "unreachable", image: reference, message: "it is no image reference" });
      return await resolveInRegistry(parsed, reference, platform, env, signal);
    },
  };
}

const accept = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

async function resolveInRegistry(
  reference: Reference,
  image: string,
  platform: Platform,
  env: Env,
  signal: AbortSignal,
): Answer {
  const repository = openRepository(reference, image, env, signal);
  const found = await repository.get(`manifests/${reference.version}`, accept);
  if (!found.ok) return found;
  const digest = sha256(found.value.body);
  if (isDigest(reference.version) && digest !== reference.version)
    return err({ kind: "unreachable", image, message: `the registry sent ${digest} in its place` });
  const manifest = manifestSchema.safeParse(parseJson(found.value.body)).data;
  if (manifest?.manifests !== undefined) {
    const child = manifest.manifests.find((one) => one.platform && samePlatform(one.platform, platform));
    if (child !== undefined) return ok(imageDigest(child.digest));
    return err({ kind: "platform-missing", image, platform, offered: offeredPlatforms(manifest.manifests) });
  }
  if (manifest?.config === undefined)
    return err({ kind: "unreachable", image, message: "the registry sent no image manifest" });
  // An image for one platform says for which in its configuration alone.
  const config = await repository.get(`blobs/${manifest.config.digest}`, "*/*");
  if (!config.ok) return config;
  const offered = configPlatform(parseJson(config.value.body));
  if (offered !== undefined && !samePlatform(offered, platform))
    return err({ kind: "platform-missing", image, platform, offered: [platformName(offered)] });
  return ok(imageDigest(digest));
}
