// Which of the manifests that are offered is for a platform (OCI image spec, image-index.md).

import { z } from "zod";
import type { Platform } from "../../schemas/platform.ts";
import type { Descriptor } from "../store/oci-layout.ts";

/** The platform as people write it, without the variant that every machine of that architecture has. */
export function platformName(platform: NonNullable<Descriptor["platform"]>): string {
  const { os, architecture, variant } = platform;
  const isImplied =
    (architecture === "arm64" && variant === "v8") || (architecture === "amd64" && variant === "v1");
  return [os, architecture, ...(variant === undefined || variant === "" || isImplied ? [] : [variant])].join(
    "/",
  );
}

export function samePlatform(offered: NonNullable<Descriptor["platform"]>, wanted: Platform): boolean {
  const [os = "", architecture = "", variant] = wanted.split("/");
  const name = platformName({ os, architecture, ...(variant === undefined ? {} : { variant }) });
  // 32-bit arm without a variant is v7 (containerd's platforms.Normalize).
  return platformName(offered).replace(/^(\w+\/arm)$/, "$1/v7") === name.replace(/^(\w+\/arm)$/, "$1/v7");
}

/** Platforms that are offered, for a message; attestations, which stand for none, are left out. */
export function offeredPlatforms(manifests: readonly Descriptor[]): string[] {
  const names = manifests.flatMap(({ platform }) => (platform === undefined ? [] : [platformName(platform)]));
  return Array.from(new Set(names)).filter((name) => name !== "unknown/unknown");
}

const configSchema = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
});

/** The platform that an image's configuration names (OCI image spec, config.md). */
export function configPlatform(config: unknown): Descriptor["platform"] {
  return configSchema.safeParse(config).data;
}
