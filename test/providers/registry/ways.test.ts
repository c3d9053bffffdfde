// The laws of the port at registries that cannot run here, by the ways that others have met at them.

import { afterAll } from "vitest";
import { openImageTransfer } from "../../../providers/registry/image-transfer.ts";
import type { RegistryWays } from "../../fakes/registry-server.ts";
import { describeImageTransfer } from "../../ports/image-transfer.ts";
import { describeRegistry, freshPlace, type RegistryRig } from "../../ports/registry.ts";
import { ClientRig, pieceBytes } from "./rig.ts";

const login = { username: "robot$ci", password: "pass:word with a colon" };

interface Kind {
  readonly ways: RegistryWays;
  readonly deletesTags: boolean;
  readonly deletesManifests: boolean;
  readonly mounts: boolean;
  readonly lists: boolean;
}

const kinds: Readonly<Record<string, Kind>> = {
  // Tokens from its own service; "unsupported digest" with a 400 for tags (goharbor/harbor, src/server/registry/manifest.go and
  // src/lib/http/error.go); the catalog for administrators (goharbor/harbor#6784).
  "Harbor's": {
    ways: {
      login: { kind: "bearer", ...login, expiresInS: 1800 },
      deletes: { status: 400, code: "UNSUPPORTED" },
      catalog: "unauthorized",
    },
    deletesTags: false,
    deletesManifests: true,
    mounts: true,
    lists: false,
  },
  // Pieces of 4 MiB at most, a 416 otherwise (ocx-sh/ocx#237; here smaller than the pieces of this test); nothing is deleted
  // (podman-container-tools/skopeo#1880).
  "ghcr.io's": {
    ways: {
      login: { kind: "bearer", ...login, anonymousPull: true },
      maxPieceBytes: pieceBytes / 2,
      deletes: "nothing",
      catalog: "missing",
      redirectsBlobs: true,
    },
    deletesTags: false,
    deletesManifests: false,
    mounts: true,
    lists: false,
  },
  // Nothing is deleted (docker/hub-feedback#2360); a mount needs a token for both repositories (oras-project/rust-oci-client#235);
  // "access_token" beside or in place of "token" (distribution, docs/spec/auth/token.md).
  "Docker Hub's": {
    ways: {
      login: { kind: "bearer", ...login, tokenField: "access_token", expiresInS: 300 },
      deletes: "nothing",
      catalog: "unauthorized",
      redirectsBlobs: true,
    },
    deletesTags: false,
    deletesManifests: false,
    mounts: true,
    lists: false,
  },
  // The token is for the last repository asked for (estesp/manifest-tool#53): nothing can be mounted.
  "GitLab's": {
    ways: {
      login: { kind: "bearer", ...login },
      lastScopeOnly: true,
      deletes: { status: 400, code: "DIGEST_INVALID" },
    },
    deletesTags: false,
    deletesManifests: true,
    mounts: false,
    lists: true,
  },
  // Registries from before Docker-Content-Digest was asked for (OCI distribution spec, "Checking if content exists in the
  // registry"), with a password, a 202 for every mount ("SHOULD return a 202"), and pages of a few entries.
  "an old one's": {
    ways: { login: { kind: "basic", ...login }, headLacksDigest: true, neverMounts: true, perPage: 3 },
    deletesTags: true,
    deletesManifests: true,
    mounts: false,
    lists: true,
  },
};

const started: ClientRig[] = [];
afterAll(async () => {
  for (const rig of started) await rig.stop();
});

async function open({ ways, ...known }: Kind): Promise<RegistryRig> {
  const rig = await ClientRig.start(ways);
  started.push(rig);
  return {
    ...known,
    registry: rig.client(rig.login(login.username, login.password)),
    place: (last) => freshPlace(rig.address, "owner", last),
    largeBytes: 4 * pieceBytes - 100,
  };
}

for (const [name, kind] of Object.entries(kinds)) {
  describeRegistry(`${name} ways`, () => open(kind));
  describeImageTransfer(`${name} ways`, async () => {
    const rig = await open(kind);
    return { ...rig, open: (store) => openImageTransfer(rig.registry, store) };
  });
}
