// The arguments of `buildctl build`, whole.

import { expect, test } from "vitest";
import { imageDigest } from "../../../engine/core/digest.ts";
import {
  cacheExportArgs,
  contextFor,
  contextKey,
  type ReadyRequest,
  solveArgs,
} from "../../../providers/builder/buildctl-args.ts";
import { platform } from "../../../schemas/platform.ts";

const digest = imageDigest(`sha256:${"a".repeat(64)}`);
const output = { layoutDirectory: "/w/.lamina/store/tmp/1", metadataFile: "/w/.lamina/store/tmp/1/m.json" };
const plain: ReadyRequest = {
  contextDirectory: "/w/catalog/rust",
  dockerfilePath: "/w/catalog/rust/Dockerfile",
  target: undefined,
  platform: platform.parse("linux/arm64"),
  buildArgs: new Map(),
  namedContexts: [],
  secrets: [],
  ssh: false,
  cacheFrom: [],
  imageName: "lamina/rust",
  noCache: false,
};

function layoutId(directory: string | undefined): string {
  return directory ?? "store";
}

test("a plain request", () => {
  expect(solveArgs(plain, { contexts: [], layouts: [] }, output)).toEqual([
    "build",
    "--progress=rawjson",
    "--frontend",
    "dockerfile.v0",
    "--local",
    "context=/w/catalog/rust",
    "--local",
    "dockerfile=/w/catalog/rust",
    "--opt",
    "filename=Dockerfile",
    "--opt",
    "platform=linux/arm64",
    "--opt",
    "build-arg:SOURCE_DATE_EPOCH=315532800",
    "--output",
    "type=oci,tar=false,dest=/w/.lamina/store/tmp/1,name=lamina/rust,rewrite-timestamp=true,compression=zstd",
    "--metadata-file",
    "/w/.lamina/store/tmp/1/m.json",
  ]);
});

test("everything that a request can ask for", () => {
  const args = solveArgs(
    {
      ...plain,
      dockerfilePath: "/w/docker/rust.Dockerfile",
      target: "final",
      buildArgs: new Map([
        ["A", "1"],
        ["B", "x=y, $z"],
      ]),
      secrets: [
        { id: "token", from: "env", variable: "TOKEN" },
        { id: "creds", from: "file", path: "/h/a,b" },
      ],
      ssh: true,
      cacheFrom: [
        { address: "registry.example/c:main", isPlainHttp: false },
        { address: "10.0.0.1:5000/c:main", isPlainHttp: true },
      ],
      noCache: true,
    },
    {
      contexts: ["context:lamina/debian=oci-layout://store@x"],
      layouts: [{ id: "store", directory: "/w/.lamina/store" }],
    },
    output,
  );
  expect(args.slice(7, -4)).toEqual([
    "dockerfile=/w/docker",
    "--opt",
    "filename=rust.Dockerfile",
    "--no-cache",
    "--opt",
    "platform=linux/arm64",
    "--opt",
    "target=final",
    "--opt",
    "build-arg:A=1",
    "--opt",
    "build-arg:B=x=y, $z",
    "--opt",
    "build-arg:SOURCE_DATE_EPOCH=315532800",
    "--opt",
    "context:lamina/debian=oci-layout://store@x",
    "--oci-layout",
    "store=/w/.lamina/store",
    "--secret",
    "id=token,type=env,env=TOKEN",
    "--secret",
    'id=creds,type=file,"src=/h/a,b"',
    "--ssh",
    "default",
    "--import-cache",
    "type=registry,ref=registry.example/c:main",
    "--import-cache",
    "type=registry,ref=10.0.0.1:5000/c:main,registry.insecure=true",
  ]);
});

test("a cache is written by the same request, and no image is made", () => {
  const images = { contexts: [], layouts: [] };
  const to = {
    address: "10.0.0.1:5000/c:main",
    isPlainHttp: true,
    options: { "image-manifest": "true", "oci-mediatypes": "true" },
  };
  const request = solveArgs(plain, images, output).slice(0, -4);
  expect(cacheExportArgs(plain, images, to, "/w/metadata.json")).toEqual([
    ...request,
    "--export-cache",
    "type=registry,ref=10.0.0.1:5000/c:main,registry.insecure=true,mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true,compression=zstd",
    "--metadata-file",
    "/w/metadata.json",
  ]);
});

test("contexts by where their image lies", () => {
  expect(contextFor({ name: "lamina/rust", source: { kind: "store", digest } }, layoutId)).toBe(
    `context:lamina/rust=oci-layout://store@${digest}`,
  );
  const layout = {
    name: "debian:trixie-slim",
    source: { kind: "layout", directory: "base", digest },
  } as const;
  expect(contextFor(layout, layoutId)).toBe(`context:debian:trixie-slim=oci-layout://base@${digest}`);
  const registry = { kind: "registry", ref: "docker.io/library/debian:trixie-slim", digest } as const;
  expect(contextFor({ name: "debian:trixie-slim", source: registry }, layoutId)).toBe(
    `context:debian:trixie-slim=docker-image://docker.io/library/debian:trixie-slim@${digest}`,
  );
});

test.each([
  ["lamina/rust", "lamina/rust"],
  ["lamina/rust:latest", "lamina/rust"],
  ["lamina/rust:v2", "lamina/rust:v2"],
  ["debian", "debian"],
  ["debian:trixie-slim", "debian:trixie-slim"],
  ["library/debian:trixie-slim", "debian:trixie-slim"],
  ["docker.io/library/debian:trixie-slim", "debian:trixie-slim"],
  ["index.docker.io/library/debian", "debian"],
  ["docker.io/lamina/rust", "lamina/rust"],
  ["docker.io/library/a/b", "library/a/b"],
  ["ghcr.io/library/x:latest", "ghcr.io/library/x"],
  [`debian:trixie-slim@${digest}`, `debian:trixie-slim@${digest}`],
])("BuildKit looks %s up as %s", (name, key) => {
  expect(contextKey(name)).toBe(key);
});
