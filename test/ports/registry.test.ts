// The laws of the port, as far as tags and manifests go, on the registry in memory.

import { parseRegistryAddress } from "../../schemas/registry-address.ts";
import { FakeRegistry } from "../fakes/registry.ts";
import { describeTags, freshPlace } from "./registry.ts";

const address = parseRegistryAddress("registry.example");

describeTags("in memory", () => {
  if (address === undefined) throw new Error("it is an address");
  return Promise.resolve({
    registry: new FakeRegistry(),
    place: (name: string) => freshPlace(address, "lamina", name),
    deletesTags: true,
    deletesManifests: true,
    mounts: true,
    lists: true,
    largeBytes: 0,
  });
});
