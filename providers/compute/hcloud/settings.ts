// What build directives may say of machines at Hetzner Cloud under `runners.settings`; beside it stand `candidates`, `image`
// and `user`, which every provider knows.

import { z } from "zod";
import { strictRecord } from "../../../schemas/form/record.ts";
import { nonEmptyText, textLike } from "../../../schemas/form/text.ts";
import { platform } from "../../../schemas/platform.ts";

const buildkitArchive = strictRecord("an archive of BuildKit", {
  /** Of a release's archive for that platform: "…/buildkit-v0.26.2.linux-arm64.tar.gz". */
  url: textLike(/^https?:\/\/[^\s"'\\]+$/, "the URL of a .tar.gz"),
  /** Of the archive, in hex: another one is not run. */
  sha256: textLike(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
});

const numbers = z.array(z.int().positive());

export const hcloudSettings = strictRecord("settings of hcloud", {
  /** What each machine fetches when it boots; absent: `image` has buildkitd, such as a snapshot of yours. */
  buildkit: z.record(platform, buildkitArchive).optional(),
  /** Where machines may stand if no candidates are named; the first wins where prices are equal. */
  locations: z
    .array(nonEmptyText("the name of a location"))
    .min(1, "must name a location")
    .default(["fsn1", "nbg1", "hel1"]),
  /** Names of SSH keys in the project, let in besides our own. With one, no root password is made and mailed for each machine. */
  ssh_keys: z.array(nonEmptyText("the name of an SSH key")).default([]),
  /** An address of its own, at a price. Without one, this machine must speak IPv6. */
  ipv4: z.boolean().default(true),
  /** Numbers of firewalls, networks and a placement group of the project. */
  firewalls: numbers.default([]),
  networks: numbers.default([]),
  placement_group: z.int().positive().optional(),
});

export type HcloudSettings = z.output<typeof hcloudSettings>;
