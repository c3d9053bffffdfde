// What a request to create a server orders, looked up in what is sold; what does not fit together is refused.

import type { z } from "zod";
import { invalidInput } from "./api-error.ts";
import { datacenterNameOf, type Location, locations, type ServerType } from "./offering.ts";
import type { ServerOrder } from "./project.ts";
import type { Provider } from "./provider.ts";
import type { serverCreation } from "./request-bodies.ts";

/** Throws invalid_input, naming the field. */
export function orderOf(wanted: z.infer<typeof serverCreation>, provider: Provider): ServerOrder {
  const type = find("server_type", provider.serverTypes, wanted.server_type);
  const location = locationOf(wanted, type, provider);
  // A name may stand for one image of each architecture; a number stands for one.
  const { images } = provider;
  const fitting = images.filter(({ architecture }) => architecture === type.architecture);
  const candidates = typeof wanted.image === "number" || /^\d+$/.test(wanted.image) ? images : fitting;
  const image = find("image", candidates, wanted.image);
  if (image.architecture !== type.architecture)
    throw invalidInput({ image: ["image and server type have different architectures"] });
  for (const key of wanted.ssh_keys ?? []) find("ssh_keys", provider.project.sshKeys, key);
  const { enable_ipv4 = true, enable_ipv6 = true } = wanted.public_net ?? {};
  if (!enable_ipv4 && !enable_ipv6) throw invalidInput({ public_net: ["server needs a network"] });
  return {
    name: wanted.name,
    type,
    location,
    image,
    labels: wanted.labels ?? {},
    userData: wanted.user_data ?? "",
    hasIpv4: enable_ipv4,
  };
}

function locationOf(wanted: z.infer<typeof serverCreation>, type: ServerType, provider: Provider): Location {
  if (wanted.datacenter !== undefined && provider.datacentersGone)
    throw invalidInput({ datacenter: ["unknown field"] });
  const datacenters = locations.map((location) => ({ ...location, name: datacenterNameOf(location) }));
  const asked =
    wanted.datacenter === undefined
      ? (wanted.location ?? type.soldAt[0] ?? "")
      : find("datacenter", datacenters, wanted.datacenter).id;
  const location = find("location", locations, asked);
  if (!type.soldAt.includes(location.name))
    throw invalidInput({ location: ["unsupported location for server type"] });
  return location;
}

/** By number or name; a number may be written as text. */
function find<T extends { readonly id: number; readonly name: string | null }>(
  field: string,
  all: readonly T[],
  idOrName: string | number,
): T {
  const one = all.find(({ id, name }) => name === idOrName || id === Number(idOrName));
  if (one === undefined) throw invalidInput({ [field]: [`'${String(idOrName)}' does not exist`] });
  return one;
}
