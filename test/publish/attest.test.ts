// What is stated of images when they are published, by the essentials of the schemas that others read it with.

import { describe, expect, test } from "vitest";
import { z } from "zod";
import { inputDigest, sha256 } from "../../engine/core/digest.ts";
import { ok } from "../../engine/core/result.ts";
import type { ImageContent } from "../../engine/ports/image-inventory.ts";
import { composeAttestation } from "../../engine/publish/attestation-manifest.ts";
import { qualifyBaseName } from "../../engine/publish/base-name.ts";
import { stateCollection, stateProvenance } from "../../engine/publish/provenance.ts";
import { stateSbom } from "../../engine/publish/sbom.ts";
import { FakeRegistry } from "../fakes/registry.ts";
import { a, amd64, b, digestOf, entry, layer } from "../lock/samples.ts";
import { chain, projectOf } from "../plan/project.ts";
import { RegistryRig } from "../run/registry-rig.ts";
import { placeOf, tagOf } from "./places.ts";

const image = {
  workspace: "lamina",
  layer: layer("rust"),
  platform: amd64,
  digest: a,
  entry: entry(
    {
      declaration: { args: { TOKEN: "hidden-word" } },
      parents: { [layer("node")]: digestOf("c"), [layer("debian")]: digestOf("d") },
      bases: { "debian:trixie-slim": digestOf("e") },
    },
    { input: inputDigest(b), tools: { rustc: "1.85.0", cargo: "" } },
  ),
};
const hex = (digit: string): string => digit.repeat(64);
const startedMs = Date.UTC(2026, 10, 23, 1, 2, 3, 400);

describe("provenance", () => {
  test("says what went into the image, by digest, and which run made it", () => {
    const { predicateType, text } = stateProvenance({
      image,
      source: { source: "git@git.example:team/catalog.git", revision: "0123abc" },
      version: "1.2.3",
      build: { runId: "7e57", startedMs, finishedMs: startedMs + 60_000 },
    });
    expect(predicateType).toBe("https://slsa.dev/provenance/v1");
    expect(JSON.parse(text)).toEqual({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "lamina/rust", digest: { sha256: hex("a") } }],
      predicateType,
      predicate: {
        buildDefinition: {
          buildType: "io.lamina:layer-build/v1",
          externalParameters: {
            workspace: "lamina",
            layer: "rust",
            platform: "linux/amd64",
            source: "git@git.example:team/catalog.git",
            revision: "0123abc",
          },
          internalParameters: { inputDigest: b, recipe: image.entry.inputs.recipe },
          resolvedDependencies: [
            { uri: "git+ssh://git@git.example/team/catalog.git", digest: { gitCommit: "0123abc" } },
            { name: "lamina/debian", digest: { sha256: hex("d") } },
            { name: "lamina/node", digest: { sha256: hex("c") } },
            { name: "debian:trixie-slim", digest: { sha256: hex("e") } },
          ],
        },
        runDetails: {
          builder: { id: "io.lamina:builder", version: { lamina: "1.2.3" } },
          metadata: {
            invocationId: "7e57",
            startedOn: "2026-11-23T01:02:03Z",
            finishedOn: "2026-11-23T01:03:03Z",
          },
        },
      },
    });
  });

  test("claims no run where another one built it, and no source that nobody knows", () => {
    const source = { source: undefined, revision: undefined };
    const { text } = stateProvenance({ image, source, version: "1.2.3", build: undefined });
    expect(JSON.parse(text)).toMatchObject({
      predicate: {
        buildDefinition: { resolvedDependencies: [{}, {}, {}] },
        runDetails: { metadata: {} },
      },
    });
    expect(text).not.toContain("invocationId");
    expect(text).not.toContain("hidden-word");
  });
});

test("provenance of artifacts names the image that they were taken out of, and no run", () => {
  const collected = { from: digestOf("f"), paths: ["/usr/bin/cargo"] };
  const { predicateType, text } = stateCollection({ image, version: "1.2.3", collected });
  expect(JSON.parse(text)).toEqual({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "lamina/rust", digest: { sha256: hex("a") } }],
    predicateType,
    predicate: {
      buildDefinition: {
        buildType: "io.lamina:layer-artifacts/v1",
        externalParameters: {
          workspace: "lamina",
          layer: "rust",
          platform: "linux/amd64",
          artifactPaths: ["/usr/bin/cargo"],
        },
        internalParameters: { inputDigest: b },
        resolvedDependencies: [{ name: "lamina/rust", digest: { sha256: hex("f") } }],
      },
      runDetails: { builder: { id: "io.lamina:builder", version: { lamina: "1.2.3" } }, metadata: {} },
    },
  });
});

/** The required parts of SPDX's own schema (spdx-spec v2.3, schemas/spdx-schema.json), and how identifiers must look. */
const spdxId = z.string().regex(/^SPDXRef-[A-Za-z0-9.-]+$/);
const spdxDocument = z.object({
  spdxVersion: z.literal("SPDX-2.3"),
  dataLicense: z.literal("CC0-1.0"),
  SPDXID: z.literal("SPDXRef-DOCUMENT"),
  name: z.string().min(1),
  documentNamespace: z
    .string()
    .regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
  creationInfo: z.object({
    created: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    creators: z.array(z.string().regex(/^Tool: \S+-\S+$/)).min(1),
  }),
  packages: z.array(
    z.object({
      SPDXID: spdxId,
      name: z.string().min(1),
      versionInfo: z.string().min(1).optional(),
      downloadLocation: z.literal("NOASSERTION"),
      filesAnalyzed: z.literal(false),
      supplier: z
        .string()
        .regex(/^Organization: ./)
        .optional(),
      externalRefs: z
        .array(
          z.object({
            referenceCategory: z.literal("PACKAGE-MANAGER"),
            referenceType: z.literal("purl"),
            referenceLocator: z.string(),
          }),
        )
        .optional(),
    }),
  ),
  relationships: z.array(
    z.object({
      spdxElementId: spdxId,
      relationshipType: z.enum(["DESCRIBES", "CONTAINS"]),
      relatedSpdxElement: spdxId,
    }),
  ),
});
const spdxStatement = z.object({ predicateType: z.string(), predicate: spdxDocument });

const content: ImageContent = {
  distribution: { id: "debian", version: "13" },
  packages: [
    { manager: "cargo", name: "trunk", version: "0.21.0", architecture: undefined, source: undefined },
    { manager: "deb", name: "g++", version: "4:14.2.0-1", architecture: "amd64", source: "gcc@1.2" },
    { manager: "deb", name: "g--", version: "4:14.2.0-1", architecture: "amd64", source: undefined },
  ],
  unread: [],
};

describe("the SBOM", () => {
  const facts = { image, content, version: "1.2.3", runId: "7e57", createdMs: startedMs };

  test("names packages and proven tools so that others find them", () => {
    const { text } = stateSbom(facts);
    const { predicate } = spdxStatement.parse(JSON.parse(text));
    expect(
      predicate.packages.map(({ name, versionInfo, externalRefs }) => [
        name,
        versionInfo,
        externalRefs?.[0]?.referenceLocator,
      ]),
    ).toEqual([
      ["lamina/rust", a, undefined],
      ["trunk", "0.21.0", "pkg:cargo/trunk@0.21.0"],
      [
        "g++",
        "4:14.2.0-1",
        "pkg:deb/debian/g%2B%2B@4:14.2.0-1?arch=amd64&distro=debian-13&upstream=gcc%401.2",
      ],
      ["g--", "4:14.2.0-1", "pkg:deb/debian/g--@4:14.2.0-1?arch=amd64&distro=debian-13"],
      ["cargo", undefined, "pkg:generic/cargo"],
      ["rustc", "1.85.0", "pkg:generic/rustc@1.85.0"],
    ]);
    const ids = predicate.packages.map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(ids.length);
    const [imageId, ...contained] = ids;
    expect(
      predicate.relationships.map(({ spdxElementId, relatedSpdxElement }) => [
        spdxElementId,
        relatedSpdxElement,
      ]),
    ).toEqual([["SPDXRef-DOCUMENT", imageId], ...contained.map((id) => [imageId, id])]);
  });

  test("is the same for the same run, and another document for another", () => {
    expect(stateSbom(facts)).toEqual(stateSbom(facts));
    expect(stateSbom({ ...facts, runId: "other" }).text).not.toBe(stateSbom(facts).text);
  });
});

test("an attestation manifest stands for its image, and names each statement's type", () => {
  const subject = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: a, size: 500 };
  const statements = [
    { predicateType: "https://slsa.dev/provenance/v1", text: "{}\n" },
    { predicateType: "https://spdx.dev/Document", text: "{ }" },
  ];
  const { descriptor, blobs } = composeAttestation(subject, statements);
  const texts = blobs.map((bytes) => new TextDecoder().decode(bytes));
  expect(texts.slice(0, -1)).toEqual(["{}", "{}\n", "{ }"]);
  expect(descriptor).toEqual({
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: sha256(texts[3] ?? ""),
    size: texts[3]?.length,
    platform: { architecture: "unknown", os: "unknown" },
    annotations: { "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": a },
  });
  expect(JSON.parse(texts[3] ?? "")).toEqual({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    artifactType: "application/vnd.docker.attestation.manifest.v1+json",
    config: {
      mediaType: "application/vnd.oci.empty.v1+json",
      // Known to every registry (OCI image-spec, manifest.md: guidance for an empty descriptor).
      digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
      size: 2,
      data: "e30=",
    },
    layers: statements.map(({ predicateType, text }) => ({
      mediaType: "application/vnd.in-toto+json",
      digest: sha256(text),
      size: text.length,
      annotations: { "in-toto.io/predicate-type": predicateType },
    })),
    subject,
  });
});

test.each([
  ["debian", "docker.io/library/debian:latest"],
  ["debian:trixie-slim", "docker.io/library/debian:trixie-slim"],
  ["somebody/thing:1", "docker.io/somebody/thing:1"],
  [`ghcr.io/owner/name:2@${a}`, "ghcr.io/owner/name:2"],
  ["localhost/name", "localhost/name:latest"],
  ["127.0.0.1:5000/lamina/rust", "127.0.0.1:5000/lamina/rust:latest"],
])("the whole name of %s is %s", (name, whole) => {
  expect(qualifyBaseName(name)).toBe(whole);
});

async function publish(rig: RegistryRig, isBuilt = true): Promise<void> {
  rig.publish();
  const outcome = rig.start({}, rig.plan([], { withAncestors: true }));
  if (isBuilt) await rig.succeed("debian");
  expect((await outcome).result).toBe("ok");
}

const typesIn = (rig: RegistryRig): readonly string[] =>
  rig.attached.flatMap((text) => /"predicateType":"([^"]+)"/.exec(text)?.[1] ?? []);

describe("a run that publishes", () => {
  const debian = { debian: chain["debian"] ?? {} };

  test("attests once what is published anew, and nothing where nothing is", async () => {
    const registry = new FakeRegistry();
    const rig = new RegistryRig(projectOf(debian), registry);
    await publish(rig);
    expect(typesIn(rig)).toEqual(["https://slsa.dev/provenance/v1", "https://spdx.dev/Document"]);
    expect(rig.attached[1]).toContain('"invocationId"');
    const made = rig.attached.length;
    await publish(rig, false);
    expect(rig.attached).toHaveLength(made);
  });

  test("says which run only of what that run built", async () => {
    const rig = new RegistryRig(projectOf(debian), new FakeRegistry());
    const built = rig.start();
    await rig.succeed("debian");
    await built;
    await publish(rig, false);
    expect(typesIn(rig)).toHaveLength(2);
    expect(rig.attached[1]).not.toContain('"invocationId"');
  });

  test("keeps what is attached where a tag was lost", async () => {
    const registry = new FakeRegistry();
    const rig = new RegistryRig(projectOf(debian), registry);
    await publish(rig);
    const before = registry.read(placeOf("debian"), "latest");
    const made = rig.attached.length;
    await registry.deleteTag(placeOf("debian"), tagOf("latest"), new AbortController().signal);
    await publish(rig, false);
    expect(registry.read(placeOf("debian"), "latest")).toEqual(before);
    expect(rig.attached).toHaveLength(made);
  });

  test("goes on without the SBOM of an image that is damaged, and says so", async () => {
    const rig = new RegistryRig(projectOf(debian), new FakeRegistry());
    rig.content = {
      ok: false,
      error: { kind: "damaged", message: "sha256:0123 cannot be read: checksum failure" },
    };
    await publish(rig);
    expect(typesIn(rig)).toEqual(["https://slsa.dev/provenance/v1"]);
    expect(rig.told).toEqual([
      "lamina/debian is published without an SBOM: sha256:0123 cannot be read: checksum failure",
    ]);
  });

  test("leaves the SBOM of what is not here to those who have it", async () => {
    const rig = new RegistryRig(projectOf(debian), new FakeRegistry());
    rig.content = { ok: false, error: { kind: "not-stored", message: "the store lacks it" } };
    await publish(rig);
    expect(typesIn(rig)).toEqual(["https://slsa.dev/provenance/v1"]);
    expect(rig.told).toEqual([]);
  });

  test("says which records it could not read", async () => {
    const rig = new RegistryRig(projectOf(debian), new FakeRegistry());
    rig.content = ok({ ...content, unread: ["/opt/.crates2.json is not what it should be"] });
    await publish(rig);
    expect(typesIn(rig)).toHaveLength(2);
    expect(rig.told).toEqual([
      "the SBOM of lamina/debian is not whole: /opt/.crates2.json is not what it should be",
    ]);
  });
});
