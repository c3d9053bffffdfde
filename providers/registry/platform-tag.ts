// A platform as a tag: "linux-arm64". Its parts have no "-", so that each tag is of one platform.

import { isPlatform } from "../../schemas/is-platform.ts";
import type { Platform } from "../../schemas/platform.ts";

export function tagOfPlatform(platform: Platform): string {
  return platform.replaceAll("/", "-");
}

/** `undefined` for a text that is no platform's. */
export function platformOfTag(text: string): Platform | undefined {
  const platform = text.replaceAll("-", "/");
  return isPlatform(platform) && !text.includes("/") ? platform : undefined;
}
