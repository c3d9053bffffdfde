// What is published, as Docker's own client reads it: `buildx imagetools inspect` finds the images of a layer, what is said of them, and
// what is attached to them.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { z } from "zod";
import { ensureBuildx } from "../../scripts/tools/buildx.ts";
import { runCli, type WrittenProject, writeProject } from "../cli/run-cli.ts";

const rig = inject("rig");
const base = rig.busybox.reference;
const images = `${rig.registry.address}/t${randomBytes(6).toString("hex")}/lamina/one`;
let buildx: string;
let project: WrittenProject;
/** The first build of buildx takes some minutes. */
const firstBuildMs = 15 * 60_000;

beforeAll(async () => {
  buildx = await ensureBuildx();
  project = writeProject({
    "catalog/build_directives.ncl": `{ artifact = { image = "${images.replace(/\/one$/, "")}" }, registry_provider = 'zot }\n`,
    "catalog/one/workflow.ncl": `{
  name = "one", kind = 'utility, language = "none", build_base = { image = "${base}" },
  tools_provided = ["one"], artifact_paths = ["/bin/one"],
}
`,
    "catalog/one/Dockerfile": `FROM ${base}\nRUN printf '#!/bin/sh\\necho one 1.2.3\\n' > /bin/one && chmod +x /bin/one\n`,
  });
  const path = `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`;
  const env = { BUILDKIT_HOST: rig.buildkit.address, PATH: path };
  const pushed = await runCli(["build", "--push"], { cwd: project.root, env });
  if (pushed.exitCode !== 0) throw new Error(pushed.stderr);
}, firstBuildMs);
afterAll(() => project.remove());

async function inspect(tag: string, format: string): Promise<unknown> {
  const args = ["imagetools", "inspect", "--format", format, `${images}:${tag}`];
  const env = { ...process.env, BUILDX_CONFIG: join(project.root, ".buildx") };
  return JSON.parse((await promisify(execFile)(buildx, args, { env })).stdout);
}

const index = z.looseObject({
  manifests: z.array(z.looseObject({ annotations: z.record(z.string(), z.string()) })),
});

test("an index, what its annotations say, provenance and SBOM", async () => {
  const { manifests } = index.parse(await inspect("latest", "{{json .Manifest}}"));
  expect(manifests.map(({ annotations }) => annotations)).toEqual([
    expect.objectContaining({ "org.opencontainers.image.version": "1.2.3" }),
    expect.objectContaining({ "vnd.docker.reference.type": "attestation-manifest" }),
  ]);
  expect(await inspect("latest", "{{json .Provenance}}")).toMatchObject({
    SLSA: { buildDefinition: { buildType: "io.lamina:layer-build/v1" } },
  });
  expect(await inspect("latest", "{{json .SBOM}}")).toMatchObject({
    SPDX: { spdxVersion: "SPDX-2.3", packages: [{ name: "lamina/one" }, { name: "one" }] },
  });
});

test("an image of artifacts, and which image they were taken out of", async () => {
  expect(await inspect("artifacts", "{{json .Provenance}}")).toMatchObject({
    SLSA: {
      buildDefinition: {
        buildType: "io.lamina:layer-artifacts/v1",
        resolvedDependencies: [{ name: "lamina/one" }],
      },
    },
  });
});
