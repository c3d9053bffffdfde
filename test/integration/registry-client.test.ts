// The laws of the port with the real client, in distribution's registry, and in those that LAMINA_TEST_REGISTRIES names:
// "zot=127.0.0.1:5000/lamina-test,ghcr=ghcr.io/<owner>", with this user's logins. What they are given they keep.

import { inject } from "vitest";
import { systemClock } from "../../providers/host/clock.ts";
import { openImageTransfer } from "../../providers/registry/image-transfer.ts";
import { mapperOf } from "../../providers/registry/mappers.ts";
import { openRegistry } from "../../providers/registry/open-registry.ts";
import { parseRegistryAddress } from "../../schemas/registry-address.ts";
import { registryProviders } from "../../schemas/registry-providers.ts";
import { describeImageTransfer } from "../ports/image-transfer.ts";
import { describeRegistry, freshPlace, type RegistryRig } from "../ports/registry.ts";

const { registry } = inject("rig");

function open(
  base: string,
  ways: Pick<RegistryRig, "deletesTags" | "deletesManifests" | "lists">,
): RegistryRig {
  const [host = "", ...path] = base.split("/");
  const address = parseRegistryAddress(host);
  if (address === undefined) throw new Error(`${host} is no address`);
  return {
    ...ways,
    registry: openRegistry({
      env: (name) => process.env[name],
      clock: systemClock,
      random: Math.random,
      plainHttp: new Set(),
      pieceBytes: 1024 * 1024,
    }),
    place: (name) => freshPlace(address, path.join("/"), name),
    mounts: true,
    largeBytes: 3_500_000,
  };
}

function describeBoth(name: string, openRig: () => RegistryRig): void {
  describeRegistry(name, () => Promise.resolve(openRig()));
  describeImageTransfer(name, () => {
    const rig = openRig();
    return Promise.resolve({ ...rig, open: (store) => openImageTransfer(rig.registry, store) });
  });
}

describeBoth("distribution", () => {
  const ways = { deletesTags: false, deletesManifests: true, lists: true };
  return open(`${registry.address}/lamina-client`, ways);
});

const named = (process.env["LAMINA_TEST_REGISTRIES"] ?? "").split(",").filter((text) => text !== "");
for (const text of named) {
  const [provider = "", base = ""] = text.split("=");
  const known = registryProviders.find((name) => name === provider);
  if (known === undefined) throw new Error(`${provider} is no provider`);
  const { tagDeletion, listsRepositories: lists } = mapperOf(known);
  const ways = { deletesTags: tagDeletion === "tag", deletesManifests: tagDeletion !== "none", lists };
  describeBoth(text, () => open(base, ways));
}
