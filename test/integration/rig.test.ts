// The rig itself: what the other integration tests rest on.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

const { buildkit, busybox, registry } = inject("rig");
let context: string;

beforeAll(async () => {
  context = await mkdtemp(join(tmpdir(), "lamina-rig-test-"));
});
afterAll(async () => {
  await rm(context, { recursive: true });
});

test("the daemon builds on the layout of the base and pushes to the registry", async () => {
  await writeFile(
    join(context, "Dockerfile"),
    "FROM busybox\nRUN busybox | head -n 1 | cut -c 1-7 > /made\n",
  );
  await execa(buildkit.buildctl, [
    `--addr=${buildkit.address}`,
    "build",
    "--frontend=dockerfile.v0",
    `--local=context=${context}`,
    `--local=dockerfile=${context}`,
    `--oci-layout=base=${busybox.directory}`,
    `--opt=context:busybox=oci-layout://base@${busybox.digest}`,
    `--output=type=image,name=${registry.address}/rig/made:1,push=true`,
  ]);
  const tags: unknown = await (await fetch(`http://${registry.address}/v2/rig/made/tags/list`)).json();
  expect(tags).toEqual({ name: "rig/made", tags: ["1"] });
});

test("the registry has the base under the digest of its layout", async () => {
  const [repository, tag] = busybox.reference.replace(`${registry.address}/`, "").split(":");
  const response = await fetch(`http://${registry.address}/v2/${repository ?? ""}/manifests/${tag ?? ""}`, {
    method: "HEAD",
    headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
  });
  expect(response.headers.get("docker-content-digest")).toBe(busybox.digest);
});
