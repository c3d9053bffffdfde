// What may be had: types of server at places, in the order in which they are to be tried, at what they cost now. Comes in
// what the API tells of types and prices; candidates that are named go before what is worked out here.

import { nearMiss } from "../../../engine/core/near-miss.ts";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import type { ComputeFailure, MachineOffer, MachineSize } from "../../../engine/ports/compute.ts";
import type { Platform } from "../../../schemas/platform.ts";
import { pricing, type ServerType, serverType } from "./answers.ts";
import { computeFailure } from "./api-failure.ts";
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
): Promise<Result<Market, ComputeFailure>> {
  const types = await client.list("/server_types", "server_types", serverType, [], signal);
  if (!types.ok) return err(computeFailure(types.error));
  if (!ipv4) return ok({ types: types.value, ipv4EurPerHour: new Map() });
  const answer = await client.call({ method: "GET", path: "/pricing" }, pricing, signal);
  if (!answer.ok) return err(computeFailure(answer.error));
  const addresses = answer.value.pricing.primary_ips.find(({ type }) => type === "ipv4")?.prices ?? [];
  const ipv4EurPerHour = new Map(addresses.map((one) => [one.location, Number(one.price_hourly.net)]));
  return ok({ types: types.value, ipv4EurPerHour });
}

/** "refused" for a candidate that the API does not sell, "no-capacity" where all that would do cannot be had now. */
export function chooseOffers(
  market: Market,
  preferences: Preferences,
  circuits: Pick<Circuits, "isOpen">,
  size: MachineSize,
  platform: Platform,
): Result<readonly MachineOffer[], ComputeFailure> {
  const named = preferences.candidates?.map((name) => parseCandidate(name, market.types));
  const wrong = named?.find((one) => !one.ok);
  if (wrong !== undefined && !wrong.ok) return wrong;
  const candidates =
    named?.flatMap((one) => (one.ok ? [one.value] : [])) ?? allCandidates(market, preferences);
  const architecture = architectureOf(platform);
  const fit = candidates.flatMap(({ type, location }) => {
    const offer = offerOf(type, location, market, preferences);
    const holds = type.cores >= size.cpu && type.memory >= size.memoryGb;
    return type.architecture === architecture && holds && offer !== undefined ? [{ type, offer }] : [];
  });
  const free = fit.filter(
    ({ type, offer }) => isAvailable(type, offer.location) && !circuits.isOpen(candidateName(offer)),
  );
  if (free.length === 0 && fit.length > 0) {
    const tried = fit.map(({ offer }) => candidateName(offer)).join(", ");
    return err({ kind: "no-capacity", message: `Hetzner Cloud: none of ${tried} can be had now` });
  }
  const offers = free.map(({ offer }) => offer);
  if (named === undefined) offers.sort((a, b) => a.eurPerHour - b.eurPerHour);
  return ok(offers);
}

function allCandidates({ types }: Market, { locations }: Preferences): readonly Candidate[] {
  return types
    .filter((type) => type.cpu_type === "shared" && type.deprecated !== true)
    .flatMap((type) => locations.map((location) => ({ type, location })))
    .filter(({ type, location }) => isSold(type, location) && !isDeprecated(type, location));
}

function parseCandidate(name: string, types: readonly ServerType[]): Result<Candidate, ComputeFailure> {
  const [typeName = "", location = ""] = name.split(":", 2);
  const type = types.find((one) => one.name === typeName);
  const refuse = (message: string, help: string) =>
    err({
      kind: "refused",
      message: `runners.candidates: "${name}": Hetzner Cloud has no ${message}`,
      help,
    } as const);
  if (type === undefined) {
    const names = types.filter(({ deprecated }) => deprecated !== true).map((one) => one.name);
    const meant = nearMiss(typeName, names);
    return refuse(
      `server type ${typeName}`,
      meant === undefined ? `types are ${names.join(", ")}` : `did you mean "${meant}:${location}"?`,
    );
  }
  if (isSold(type, location)) return ok({ type, location });
  const places = placesOf(type);
  return refuse(`${typeName} at ${location}`, `${typeName} is sold at ${places.join(", ")}`);
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

function architectureOf(platform: Platform): string | undefined {
  if (/^linux\/arm64(\/v8)?$/.test(platform)) return "arm";
  return platform === "linux/amd64" ? "x86" : undefined;
}

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

function isAvailable(type: ServerType, location: string): boolean {
  return type.locations?.find(({ name }) => name === location)?.available !== false;
}
