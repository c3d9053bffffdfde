// What Hetzner Cloud has, and whether all that build directives name is there: types, places, image, keys, firewalls, networks.
// Everything is asked once and at the same time, as nothing has begun yet.

import { nearMiss } from "../../../engine/core/near-miss.ts";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import type { RunnersFault, Survey, SurveyFailure } from "../../../engine/ports/compute.ts";
import type { Platform } from "../../../schemas/platform.ts";
import { belonging, type Image, image, imageAnswer, imagesAnswer } from "./answers.ts";
import { type ApiFailure, computeFailure } from "./api-failure.ts";
import type { Circuits } from "./circuits.ts";
import type { HcloudClient } from "./client.ts";
import { findKinds, type Market, placesOfAll, platformsOf, readMarket } from "./offers.ts";
import type { HcloudSettings } from "./settings.ts";

export interface Wishes {
  readonly candidates?: readonly string[] | undefined;
  readonly image: string;
  readonly settings: HcloudSettings;
}

/** The same failure as of everything that is asked; "misconfigured" only where all else is well. */
export async function surveyHcloud(
  client: HcloudClient,
  wishes: Wishes,
  circuits: Circuits,
  signal: AbortSignal,
): Promise<Result<{ readonly survey: Survey; readonly market: Market }, SurveyFailure>> {
  const { candidates, settings } = wishes;
  const { locations, ipv4 } = settings;
  const asked = await Promise.all([
    readMarket(client, settings, signal),
    findImages(client, wishes.image, signal),
    ...belongings.map((kind) => checkBelongings(client, kind, settings, signal)),
  ]);
  const [market, images, ...checks] = asked;
  for (const one of [market, images, ...checks]) if (!one.ok) return err(explain(one.error, client.endpoint));
  if (!market.ok || !images.ok) throw new Error("what failed was told");
  const kinds = findKinds(market.value, { candidates, locations, ipv4 }, circuits);
  const faults: readonly RunnersFault[] = [
    ...(kinds.ok ? [] : kinds.error),
    ...checkLocations(locations, placesOfAll(market.value)),
    ...("fault" in images.value ? [images.value.fault] : []),
    ...checks.flatMap((check) => (check.ok ? check.value : [])),
  ];
  if (faults.length > 0 || !kinds.ok || "fault" in images.value)
    return err({ kind: "misconfigured", faults });
  const excluded = findExcluded(wishes, images.value.found);
  const isServed = (platform: Platform) => !excluded.some((each) => each.platform === platform);
  const served = kinds.value.flatMap((kind) => {
    const platforms = kind.platforms.filter(isServed);
    return platforms.length === 0 ? [] : [{ ...kind, platforms }];
  });
  return ok({ market: market.value, survey: { kinds: served, excluded } });
}

function checkLocations(locations: readonly string[], known: readonly string[]): readonly RunnersFault[] {
  return locations.flatMap((location, index) => {
    if (known.includes(location)) return [];
    const meant = nearMiss(location, known);
    const help = meant === undefined ? `locations are ${known.join(", ")}` : `did you mean "${meant}"?`;
    const message = `names no location of Hetzner Cloud: ${location}`;
    return [{ path: ["settings", "locations", index], message, help }];
  });
}

type ImagesFound = { readonly found: readonly Image[] } | { readonly fault: RunnersFault };

/** A name may stand for one image of each architecture; a number stands for one. */
async function findImages(
  client: HcloudClient,
  wanted: string,
  signal: AbortSignal,
): Promise<Result<ImagesFound, ApiFailure>> {
  if (/^\d+$/.test(wanted)) {
    const path = `/images/${wanted}`;
    const answer = await client.call({ method: "GET", path }, imageAnswer, signal);
    if (answer.ok) return ok({ found: [answer.value.image] });
    if (answer.error.kind !== "answered" || answer.error.status !== 404) return answer;
  } else {
    const query = [
      ["name", wanted],
      ["include_deprecated", "true"],
    ] as const;
    const answer = await client.call({ method: "GET", path: "/images", query }, imagesAnswer, signal);
    if (!answer.ok) return answer;
    const found = answer.value.images.filter(({ name }) => name === wanted);
    if (found.length > 0) return ok({ found });
  }
  const all = await client.list("/images", "images", image, [], signal);
  if (!all.ok) return all;
  const message = `names no image of Hetzner Cloud or of the project: ${wanted}`;
  return ok({ fault: { path: ["image"], message, help: adviseImage(wanted, all.value) } });
}

function adviseImage(wanted: string, images: readonly Image[]): string {
  const nameless = images.filter(({ name }) => name === null || name === undefined);
  const described = nameless.find(({ description }) => description === wanted);
  if (described !== undefined) return `a snapshot goes by its number: "${String(described.id)}"`;
  const names = Array.from(new Set(images.flatMap(({ name }) => name ?? [])));
  const meant = nearMiss(wanted, names);
  if (meant !== undefined) return `did you mean "${meant}"?`;
  const snapshots = nameless.map(({ id, description }) => `${String(id)} (${description})`);
  return `images are ${[...names, ...snapshots].join(", ")}`;
}

/** What a project has of its own and directives refer to. */
interface Belonging {
  readonly path: string;
  /** Of the list in the answer. */
  readonly key: string;
  /** In a sentence: "SSH key". */
  readonly noun: string;
  /** Below `runners`, and what stands there. */
  readonly named: (settings: HcloudSettings) => readonly {
    readonly path: readonly (string | number)[];
    readonly value: string | number;
  }[];
}

const listed = (field: "ssh_keys" | "firewalls" | "networks"): Belonging["named"] => {
  return (settings) => settings[field].map((value, index) => ({ path: ["settings", field, index], value }));
};

const belongings: readonly Belonging[] = [
  { path: "/ssh_keys", key: "ssh_keys", noun: "SSH key", named: listed("ssh_keys") },
  { path: "/firewalls", key: "firewalls", noun: "firewall", named: listed("firewalls") },
  { path: "/networks", key: "networks", noun: "network", named: listed("networks") },
  {
    path: "/placement_groups",
    key: "placement_groups",
    noun: "placement group",
    named: ({ placement_group: value }) =>
      value === undefined ? [] : [{ path: ["settings", "placement_group"], value }],
  },
];

/** Nothing is asked where nothing is named. */
async function checkBelongings(
  client: HcloudClient,
  { path, key, noun, named }: Belonging,
  settings: HcloudSettings,
  signal: AbortSignal,
): Promise<Result<readonly RunnersFault[], ApiFailure>> {
  const wanted = named(settings);
  if (wanted.length === 0) return ok([]);
  const there = await client.list(path, key, belonging, [], signal);
  if (!there.ok) return there;
  const isThere = (value: string | number) =>
    there.value.some(({ id, name }) => name === value || String(id) === String(value));
  return ok(
    wanted
      .filter(({ value }) => !isThere(value))
      .map((one) => ({
        path: one.path,
        message: `names no ${noun} of the project: ${String(one.value)}`,
        help: adviseBelonging(one.value, noun, there.value),
      })),
  );
}

function adviseBelonging(
  value: string | number,
  noun: string,
  there: readonly { readonly id: number; readonly name: string }[],
): string {
  if (there.length === 0) return `the project has no ${noun}`;
  const names = there.map(({ name }) => name);
  const meant = typeof value === "string" ? nearMiss(value, names) : undefined;
  if (meant !== undefined) return `did you mean "${meant}"?`;
  const all = typeof value === "string" ? names : there.map(({ id, name }) => `${String(id)} (${name})`);
  return `the project has ${all.join(", ")}`;
}

/** Platforms that no machine would come up for: without an archive of BuildKit, or an image. */
function findExcluded(
  { image: wanted, settings: { buildkit } }: Wishes,
  images: readonly Image[],
): Survey["excluded"] {
  const bootable = images.flatMap(({ architecture }) => platformsOf(architecture));
  return ["arm", "x86"].flatMap(platformsOf).flatMap((platform): Survey["excluded"] => {
    if (!bootable.includes(platform)) {
      const message = `names an image that ${platform} cannot boot: ${wanted}`;
      const help = `it is for ${bootable[0] ?? "no platform"}: build for that, or name another image`;
      return [{ platform, fault: { path: ["image"], message, help } }];
    }
    if (buildkit === undefined || buildkit[platform] !== undefined) return [];
    const message = `names no archive of BuildKit for ${platform}`;
    const help = `name it under runners.settings.buildkit."${platform}"`;
    return [{ platform, fault: { path: ["settings", "buildkit"], message, help } }];
  });
}

/** In the words of the port: what of this side may be in the way. */
function explain(failure: ApiFailure, endpoint: string): SurveyFailure {
  const { hostname, origin, pathname } = new URL(endpoint);
  const isOfficial = hostname === "api.hetzner.cloud";
  // Without a password that may stand in it.
  const shown = `${origin}${pathname}`;
  if (failure.kind === "unanswered") {
    const help = isOfficial
      ? "see that api.hetzner.cloud is reached from here: HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS are honoured"
      : `HCLOUD_ENDPOINT is ${shown}: unset, it is Hetzner's own; HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS are honoured`;
    return { kind: "unavailable", message: failure.message, help };
  }
  const told = computeFailure(failure);
  switch (told.kind) {
    case "canceled":
      return told;
    case "refused": {
      // No API of Hetzner's answers so.
      const isElsewhere = failure.kind === "answered" && failure.code === "";
      const help = isElsewhere ? `HCLOUD_ENDPOINT is ${shown}: is Hetzner Cloud's API there?` : undefined;
      return { ...told, help: told.help ?? help };
    }
    default:
      return {
        kind: "unavailable",
        message: told.message,
        help: isOfficial ? "status.hetzner.com tells of troubles" : undefined,
      };
  }
}
