// What the provider sells, as the test API tells it: places, kinds of server, images and prices. Figures are those of the
// ARM line in autumn 2026 (EUR an hour, net, without the address); the kinds and places are real, their ids are not.

export interface Location {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly country: string;
  readonly city: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly network_zone: string;
}

export const locations: readonly Location[] = [
  place(1, "fsn1", "Falkenstein DC Park 1", "DE", "Falkenstein", 50.47612, 12.370071),
  place(2, "nbg1", "Nuremberg DC Park 1", "DE", "Nuremberg", 49.452102, 11.076665),
  place(3, "hel1", "Helsinki DC Park 1", "FI", "Helsinki", 60.169855, 24.938379),
];

function place(
  id: number,
  name: string,
  description: string,
  country: string,
  city: string,
  latitude: number,
  longitude: number,
): Location {
  return { id, name, description, country, city, latitude, longitude, network_zone: "eu-central" };
}

/** Datacenters have the number of their location. */
export function datacenterNameOf(location: Location): string {
  return `${location.name}-dc${String(location.id + 1)}`;
}

export interface ServerType {
  readonly id: number;
  readonly name: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly diskGb: number;
  readonly architecture: "arm" | "x86";
  /** Names of locations. */
  readonly soldAt: readonly string[];
  /** Decimal, net. */
  readonly eurPerHour: string;
  readonly eurPerMonth: string;
}

const everywhere = ["fsn1", "nbg1", "hel1"];

export const serverTypes: readonly ServerType[] = [
  kind(45, "cax11", 2, 4, 40, "arm", everywhere, "0.0096", "5.99"),
  kind(93, "cax21", 4, 8, 80, "arm", everywhere, "0.0168", "10.49"),
  kind(94, "cax31", 8, 16, 160, "arm", everywhere, "0.0336", "20.99"),
  kind(95, "cax41", 16, 32, 320, "arm", everywhere, "0.0657", "40.99"),
  kind(114, "cx23", 2, 4, 40, "x86", everywhere, "0.0088", "5.49"),
  kind(115, "cx33", 4, 8, 80, "x86", everywhere, "0.0136", "8.49"),
  kind(116, "cx43", 8, 16, 160, "x86", everywhere, "0.0256", "15.99"),
  kind(117, "cx53", 16, 32, 320, "x86", ["nbg1", "hel1"], "0.0473", "29.49"),
];

function kind(
  id: number,
  name: string,
  cores: number,
  memoryGb: number,
  diskGb: number,
  architecture: "arm" | "x86",
  soldAt: readonly string[],
  eurPerHour: string,
  eurPerMonth: string,
): ServerType {
  return { id, name, cores, memoryGb, diskGb, architecture, soldAt, eurPerHour, eurPerMonth };
}

/** `eurPerHour` is a decimal; the same type where it is undefined. */
export function withPrice(type: ServerType, eurPerHour: string | undefined): ServerType {
  return eurPerHour === undefined ? type : { ...type, eurPerHour };
}

/** Of a primary IPv4 address, net. */
export const ipv4Price = { eurPerHour: "0.0008", eurPerMonth: "0.50" } as const;

export interface Image {
  readonly id: number;
  /** Of the provider's own; null for a snapshot. */
  readonly name: string | null;
  readonly description: string;
  readonly architecture: "arm" | "x86";
  readonly osFlavor: "debian" | "ubuntu";
  readonly osVersion: string;
}

export const images: readonly Image[] = [
  system(161547269, "ubuntu-24.04", "Ubuntu 24.04", "x86", "ubuntu", "24.04"),
  system(161547270, "ubuntu-24.04", "Ubuntu 24.04", "arm", "ubuntu", "24.04"),
  system(114690387, "debian-12", "Debian 12", "x86", "debian", "12"),
  system(114690389, "debian-12", "Debian 12", "arm", "debian", "12"),
];

/** One that a project made of a server of its own. */
export function snapshot(id: number, description: string, architecture: "arm" | "x86"): Image {
  return { id, name: null, description, architecture, osFlavor: "debian", osVersion: "12" };
}

function system(
  id: number,
  name: string,
  description: string,
  architecture: "arm" | "x86",
  osFlavor: "debian" | "ubuntu",
  osVersion: string,
): Image {
  return { id, name, description, architecture, osFlavor, osVersion };
}
