// What may be had: types of server at places, in the order in which they are to be tried, at what they cost now. Comes in
// what the API tells of types and prices; candidates that are named go before what is worked out here.

import { nearMiss } from "../../../engine/core/near-miss.ts";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import type {
  ComputeFailure,
  MachineKind,
  MachineOffer,
  MachineSize,
  RunnersFault,
} from "../../../engine/ports/compute.ts";
import { type Platform, platform } from "../../../schemas/platform.ts";
import { pricing, type ServerType, serverType } from "./answers.ts";
import type { ApiFailure } from "./api-failure.ts";
import type { Circuits } from "./circuits.ts";
import type { HcloudClient } from "./client.ts";

/** What the API sells. */
export interface Market {
  readonly types: readonly ServerType[];
  /** Net, an hour, by location; empty where no address is paid for. */
  readonly ipv4EurPerHour: ReadonlyMap<string, number>;
}

export interface Preferences {
  /** "cax21:fsn1", in order; undefined: the shared types of the platform at `locations`, the cheapest first. */
  readonly candidates: readonly string[] | undefined;
  readonly locations: readonly string[];
  readonly ipv4: boolean;
}

interface Candidate {
  readonly type: ServerType;
  readonly location: string;
}

/** "cax21:fsn1" */
export function candidateName({ type, location }: Pick<MachineOffer, "type" | "location">): string {
  return `${type}:${location}`;
}

export async function readMarket(
  client: HcloudClient,
  { ipv4 }: Pick<Preferences, "ipv4">,
  signal: AbortSignal,
): Promise<Result<Market, ApiFailure>> {
  const listing = client.list("/server_types", "server_types", serverType, [], signal);
  if (!ipv4) {
    const types = await listing;
    return types.ok ? ok({ types: types.value, ipv4EurPerHour: new Map() }) : types;
  }
  const asking = client.call({ method: "GET", path: "/pricing" }, pricing, signal);
  const [types, answer] = [await listing, await asking];
  if (!types.ok) return types;
  if (!answer.ok) return answer;
  const addresses = answer.value.pricing.primary_ips.find(({ type }) => type === "ipv4")?.prices ?? [];
  const ipv4EurPerHour = new Map(addresses.map((one) => [one.location, Number(one.price_hourly.net)]));
  return ok({ types: types.value, ipv4EurPerHour });
}

/** All kinds that come into question, of every size, in the order in which they are tried; or all that is wrong with them. */
export function findKinds(
  market: Market,
  preferences: Preferences,
  circuits: Pick<Circuits, "isOpen">,
): Result<readonly MachineKind[], readonly RunnersFault[]> {
  const named = preferences.candidates?.map((name, index) => parseCandidate(name, index, market.types));
  const faults = named?.flatMap((one) => (one.ok ? [] : [one.error])) ?? [];
  if (faults.length > 0) return err(faults);
  const candidates =
    named?.flatMap((one) => (one.ok ? [one.value] : [])) ?? allCandidates(market, preferences);
  const kinds = candidates.flatMap(({ type, location }): readonly MachineKind[] => {
    const offer = offerOf(type, location, market, preferences);
    const platforms = platformsOf(type.architecture);
    if (offer === undefined || platforms.length === 0) return [];
    const isAvailable = isTold(type, location) && !circuits.isOpen(candidateName(offer));
    return [{ ...offer, platforms, sizing: "fixed", isAvailable }];
  });
  // Of equals the first location comes first.
  return ok(named === undefined ? kinds.toSorted((a, b) => a.eurPerHour - b.eurPerHour) : kinds);
}

/** "refused" for a candidate that the API does not sell, "no-capacity" where all that would do cannot be had now. */
export function chooseOffers(
  market: Market,
  preferences: Preferences,
  circuits: Pick<Circuits, "isOpen">,
  size: MachineSize,
  platform: Platform,
): Result<readonly MachineOffer[], ComputeFailure> {
  const kinds = findKinds(market, preferences, circuits);
  if (!kinds.ok) return err(refuseConfiguration(kinds.error));
  const fit = kinds.value.filter(
    (kind) => kind.platforms.includes(platform) && kind.cpu >= size.cpu && kind.memoryGb >= size.memoryGb,
  );
  const free = fit.filter(({ isAvailable }) => isAvailable);
  if (free.length === 0 && fit.length > 0) {
    const tried = fit.map(candidateName).join(", ");
    return err({ kind: "no-capacity", message: `Hetzner Cloud: none of ${tried} can be had now` });
  }
  return ok(
    free.map(({ type, location, cpu, memoryGb, eurPerHour, billing }) => {
      return { type, location, cpu, memoryGb, eurPerHour, billing };
    }),
  );
}

/** Names of all places where anything is sold. */
export function placesOfAll({ types }: Market): readonly string[] {
  return Array.from(new Set(types.flatMap(placesOf))).sort();
}

function refuseConfiguration(faults: readonly RunnersFault[]): ComputeFailure {
  const [first] = faults;
  const message = faults.map((fault) => `runners.${fault.path.join(".")} ${fault.message}`).join("; ");
  return { kind: "refused", message, help: first?.help };
}

function allCandidates({ types }: Market, { locations }: Preferences): readonly Candidate[] {
  return types
    .filter((type) => type.cpu_type === "shared" && type.deprecated !== true)
    .flatMap((type) => locations.map((location) => ({ type, location })))
    .filter(({ type, location }) => isSold(type, location) && !isDeprecated(type, location));
}

function parseCandidate(
  name: string,
  index: number,
  types: readonly ServerType[],
): Result<Candidate, RunnersFault> {
  const [typeName = "", location = ""] = name.split(":", 2);
  const type = types.find((one) => one.name === typeName);
  const refuse = (message: string, help: string) =>
    err({ path: ["candidates", index], message: `names ${message}`, help } as const);
  if (type === undefined) {
    const names = types.filter(({ deprecated }) => deprecated !== true).map((one) => one.name);
    const meant = nearMiss(typeName, names);
    const family = names.filter((one) => familyOf(one) === familyOf(typeName));
    const shown = family.length === 0 ? names : family;
    return refuse(
      `no server type of Hetzner Cloud: ${typeName}`,
      meant === undefined ? `types are ${shown.join(", ")}` : `did you mean "${meant}:${location}"?`,
    );
  }
  if (isSold(type, location)) return ok({ type, location });
  const places = placesOf(type);
  const meant = nearMiss(location, places);
  return refuse(
    `a place where Hetzner Cloud sells no ${typeName}: ${location}`,
    meant === undefined
      ? `${typeName} is sold at ${places.join(", ")}`
      : `did you mean "${typeName}:${meant}"?`,
  );
}

function offerOf(
  type: ServerType,
  location: string,
  { ipv4EurPerHour }: Market,
  { ipv4 }: Preferences,
): MachineOffer | undefined {
  const server = Number(type.prices.find((price) => price.location === location)?.price_hourly.net);
  const address = ipv4 ? (ipv4EurPerHour.get(location) ?? 0) : 0;
  if (Number.isNaN(server)) return undefined;
  // Prices have up to ten decimals; their sum shall not have seventeen.
  const eurPerHour = Math.round((server + address) * 1e6) / 1e6;
  return {
    type: type.name,
    location,
    cpu: type.cores,
    memoryGb: type.memory,
    eurPerHour,
    billing: "started-hour",
  };
}

/** "cax" of "cax21". */
function familyOf(typeName: string): string {
  return typeName.replace(/\d.*$/, "");
}

/** Of an architecture as the API calls it. */
export function platformsOf(architecture: string): readonly Platform[] {
  switch (architecture) {
    case "arm":
      return [arm64, arm64v8];
    case "x86":
      return [amd64];
    default:
      return [];
  }
}

const arm64 = platform.parse("linux/arm64");
const arm64v8 = platform.parse("linux/arm64/v8");
const amd64 = platform.parse("linux/amd64");

function placesOf(type: ServerType): readonly string[] {
  return (type.locations ?? type.prices.map(({ location }) => ({ name: location }))).map(({ name }) => name);
}

function isSold(type: ServerType, location: string): boolean {
  return placesOf(type).includes(location);
}

function isDeprecated(type: ServerType, location: string): boolean {
  const { deprecation } = type.locations?.find(({ name }) => name === location) ?? {};
  return deprecation !== undefined && deprecation !== null;
}

/** Whether the API has it as available. */
function isTold(type: ServerType, location: string): boolean {
  return type.locations?.find(({ name }) => name === location)?.available !== false;
}
