// What stands beside a published image in a real registry: read back as others do, from the tag down to each statement.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, inject, test } from "vitest";
import { z } from "zod";
import { sha256 } from "../../engine/core/digest.ts";
import { lock as lockSchema } from "../../schemas/lock.ts";
import { type CliResult, runCli, type WrittenProject, writeProject } from "../cli/run-cli.ts";

const rig = inject("rig");
const path = `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`;
const base = rig.busybox.reference;

const projects: WrittenProject[] = [];
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});

function publishTo(repository: string): string {
  return `{ artifact = { image = "${rig.registry.address}/${repository}" }, registry_provider = 'zot }`;
}

/** Images are found there, and published beside it. */
function takeOver(repository: string): string {
  const place = `provider = 'zot, repository = "${rig.registry.address}/${repository}`;
  return `{
  cache_policy = { actor = 'ci },
  registry_topology = {
    registries = { old = { ${place}", capabilities = { images = ['pull] } }, new = { ${place}-new" } },
    participants = {
      pipeline = {
        actor = 'ci,
        scopes = { old = { images = ['pull] }, new = { images = ['pull, 'push], ci = ['cache, 'pull, 'push] } },
      },
    },
  },
}`;
}

/** A layer whose image has a package of dpkg's and a crate, and another that takes the package away. */
function checkOut(directives: string): WrittenProject {
  const project = writeProject({
    "catalog/build_directives.ncl": directives,
    "catalog/one/workflow.ncl": `{
  name = "one", kind = 'utility, language = "none", build_base = { image = "${base}" },
  tools_provided = ["one"], artifact_paths = ["/bin/one"], args = { WORD = "hidden-word" },
}
`,
    "catalog/one/Dockerfile": `FROM ${base}
ARG WORD
RUN mkdir -p /var/lib/dpkg /opt \\
 && printf 'Package: thing\\nStatus: install ok installed\\nVersion: 2.0-1\\nArchitecture: all\\n\\n' > /var/lib/dpkg/status \\
 && printf '{"installs":{"crate 0.1.0 (registry+https://index.example)":{"bins":["crate"]}}}' > /opt/.crates2.json
RUN printf '#!/bin/sh\\necho one 1.2.3\\n' > /bin/one && chmod +x /bin/one
`,
    "catalog/two/workflow.ncl": `{
  name = "two", kind = 'utility, language = "none", build_base = "one", tools_provided = ["two"], artifact_paths = [],
}
`,
    "catalog/two/Dockerfile": "FROM lamina/one\nRUN rm -r /var/lib/dpkg && cp /bin/one /bin/two\n",
  });
  projects.push(project);
  return project;
}

function push(project: WrittenProject): Promise<CliResult> {
  const env = { BUILDKIT_HOST: rig.buildkit.address, PATH: path };
  return runCli(["build", "--push"], { cwd: project.root, env });
}

const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string(),
  size: z.number(),
  platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const index = z.object({
  manifests: z.array(descriptor),
  annotations: z.record(z.string(), z.string()),
});
const attestation = z.object({
  artifactType: z.string(),
  config: descriptor,
  layers: z.array(descriptor),
  subject: descriptor,
});
const statement = z.object({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  subject: z.array(z.object({ name: z.string(), digest: z.object({ sha256: z.string() }) })),
  predicateType: z.string(),
  predicate: z.unknown(),
});

async function read(repository: string, part: string): Promise<string> {
  const accept =
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.in-toto+json";
  const url = `http://${rig.registry.address}/v2/${repository}/${part}`;
  const answer = await fetch(url, { headers: { accept } });
  expect([url, answer.status]).toEqual([url, 200]);
  return answer.text();
}

/** Of the layer's newest image: its descriptor, its attestation's, and the statements' texts in order. */
async function readAttested(
  repository: string,
  tag = "latest",
): Promise<{
  readonly image: z.infer<typeof descriptor>;
  readonly attached: z.infer<typeof descriptor>;
  readonly statements: readonly string[];
}> {
  const { manifests } = index.parse(JSON.parse(await read(repository, `manifests/${tag}`)));
  const [image, attached] = manifests;
  if (image === undefined || attached === undefined) throw new Error("it lists too little");
  expect(manifests).toHaveLength(2);
  const text = await read(repository, `manifests/${attached.digest}`);
  expect([sha256(text), text.length]).toEqual([attached.digest, attached.size]);
  const { subject, layers, config, artifactType } = attestation.parse(JSON.parse(text));
  expect(artifactType).toBe("application/vnd.docker.attestation.manifest.v1+json");
  expect(subject).toEqual({ mediaType: image.mediaType, digest: image.digest, size: image.size });
  expect(await read(repository, `blobs/${config.digest}`)).toBe("{}");
  const statements: string[] = [];
  for (const each of layers) {
    const stated = await read(repository, `blobs/${each.digest}`);
    expect([sha256(stated), Buffer.byteLength(stated)]).toEqual([each.digest, each.size]);
    const { predicateType, subject: about } = statement.parse(JSON.parse(stated));
    expect(each.annotations).toEqual({ "in-toto.io/predicate-type": predicateType });
    expect(about.map(({ digest }) => `sha256:${digest.sha256}`)).toEqual([image.digest]);
    statements.push(stated);
  }
  return { image, attached, statements };
}

const hexOf = (digest = ""): string => digest.slice("sha256:".length);
const lockOf = (project: WrittenProject): string => readFileSync(join(project.root, "lamina.lock"), "utf8");

const packages = z.object({
  predicate: z.object({
    packages: z.array(z.object({ name: z.string(), versionInfo: z.string().optional() })),
  }),
});
const packagesIn = (text: string | undefined): readonly string[] =>
  packages
    .parse(JSON.parse(text ?? ""))
    .predicate.packages.slice(1)
    .map(({ name, versionInfo }) => `${name} ${versionInfo ?? ""}`);

test("an image stands in its registry with how it came to be and what is in it", async () => {
  const repository = `t${randomBytes(6).toString("hex")}/lamina`;
  const project = checkOut(publishTo(repository));
  const pushed = await push(project);
  expect(pushed.stderr).toContain("promoted: 9 tags moved");
  expect(pushed.exitCode).toBe(0);

  const one = await readAttested(`${repository}/one`);
  const two = await readAttested(`${repository}/two`);
  const locked = lockSchema.parse(JSON.parse(lockOf(project)));
  const [oneEntry, twoEntry] = Object.values(locked.layers).flatMap((all) => Object.values(all));
  expect([one.image.digest, two.image.digest]).toEqual([oneEntry?.image, twoEntry?.image]);
  expect(one.image.annotations).toMatchObject({
    "org.opencontainers.image.version": "1.2.3",
    "org.opencontainers.image.base.digest": rig.busybox.digest,
  });
  expect(one.attached).toMatchObject({
    platform: { architecture: "unknown", os: "unknown" },
    annotations: {
      "vnd.docker.reference.type": "attestation-manifest",
      "vnd.docker.reference.digest": one.image.digest,
    },
  });

  expect(one.statements).toHaveLength(2);
  expect(packagesIn(one.statements[1])).toEqual(["crate 0.1.0", "thing 2.0-1", "one 1.2.3"]);
  expect(packagesIn(two.statements[1])).toEqual(["crate 0.1.0", "two 1.2.3"]);
  const platform = Object.keys(Object.values(locked.layers)[1] ?? {})[0];
  expect(JSON.parse(two.statements[0] ?? "")).toMatchObject({
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        externalParameters: { workspace: "lamina", layer: "two", platform },
        internalParameters: { inputDigest: twoEntry?.input },
        resolvedDependencies: [{ name: "lamina/one", digest: { sha256: hexOf(oneEntry?.image) } }],
      },
      runDetails: {
        metadata: { invocationId: expect.stringMatching(/^[0-9a-f-]{36}$/), startedOn: expect.any(String) },
      },
    },
  });
  for (const text of [...one.statements, ...two.statements])
    for (const secret of ["hidden-word", project.root, rig.buildkit.address])
      expect(text).not.toContain(secret);

  // Of the artifacts: out of which image they were taken, whose own statements say the rest.
  const taken = await readAttested(`${repository}/one`, "artifacts");
  expect(taken.statements).toHaveLength(1);
  expect(JSON.parse(taken.statements[0] ?? "")).toMatchObject({
    predicate: {
      buildDefinition: {
        buildType: "io.lamina:layer-artifacts/v1",
        externalParameters: { artifactPaths: ["/bin/one"] },
        resolvedDependencies: [{ name: "lamina/one", digest: { sha256: hexOf(oneEntry?.image) } }],
      },
    },
  });

  const again = await push(project);
  expect(again.stderr).toContain("all tags are where they belong");
  expect(await readAttested(`${repository}/two`)).toEqual(two);
});

test("what was published elsewhere comes with what is attached to it there", async () => {
  const repository = `t${randomBytes(6).toString("hex")}/lamina`;
  const first = checkOut(publishTo(repository));
  expect((await push(first)).exitCode).toBe(0);
  const second = checkOut(takeOver(repository));
  second.write("lamina.lock", lockOf(first));
  const moved = await push(second);
  expect(moved.stderr).toContain("promoted: 9 tags moved");
  expect(moved.exitCode).toBe(0);
  for (const layer of ["one", "two"]) {
    const { attached, statements } = await readAttested(`${repository}-new/${layer}`);
    expect({ attached, statements }).toEqual({
      ...(await readAttested(`${repository}/${layer}`)),
      image: undefined,
    });
  }
});
