// Proofs on a real buildkitd: what runs, what is missing, what is broken, in images with and without a shell.

import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { imageDigest } from "../../engine/core/digest.ts";
import type { Result } from "../../engine/core/result.ts";
import type { ImageSource, Proof, ProofRequest, SolveFailure } from "../../engine/ports/builder.ts";
import { platformOf } from "../ports/builder.ts";
import { never, openSetting, type Setting, value } from "./builder-setting.ts";

const rig = inject("rig");
let setting: Setting;

beforeAll(async () => {
  setting = await openSetting(rig);
});
afterAll(() => setting.close());

async function imageOf(dockerfile: string): Promise<ImageSource> {
  const solved = value(
    await setting.builder.solve(setting.request({ Dockerfile: dockerfile }), () => {}, never),
  );
  return { kind: "store", digest: solved.imageDigest };
}

async function prove(
  image: ImageSource,
  tools: ProofRequest["tools"],
  artifactPaths: readonly string[] = [],
): Promise<Result<Proof, SolveFailure>> {
  const platform = platformOf(setting.builder);
  return await setting.builder.prove({ image, platform, tools, artifactPaths }, never);
}

test("all tools that are missing are named, each finding in its place, and the others still run", async () => {
  const image = await imageOf(
    "FROM busybox\nRUN printf '#!/no/such/interpreter\\n' > /bin/torn; chmod 755 /bin/torn\n",
  );
  const proof = await prove(
    image,
    [
      { name: "one", command: ["no-such-one", "--version"] },
      { name: "fine", command: ["echo", "version 1.2.3"] },
      { name: "two", command: ["/no/such/two"] },
      { name: "fine too", command: ["sh", "-c", "echo out; echo err >&2"] },
      { name: "same as fine", command: ["echo", "version 1.2.3"] },
      { name: "torn", command: ["torn"] },
      { name: "forbidden", command: ["/etc/passwd"] },
    ],
    ["/bin/sh", "/etc", "/no/such/file", "/etc/passwd/below-a-file"],
  );
  const { tools, missingArtifacts } = value(proof);
  expect(missingArtifacts).toEqual(["/no/such/file", "/etc/passwd/below-a-file"]);
  expect(tools).toEqual([
    { kind: "missing", name: "one" },
    { kind: "ran", name: "fine", output: "version 1.2.3\n" },
    { kind: "missing", name: "two" },
    { kind: "ran", name: "fine too", output: expect.stringMatching(/^(?:out\nerr|err\nout)\n$/) },
    { kind: "ran", name: "same as fine", output: "version 1.2.3\n" },
    // There, but broken: its interpreter is missing, or it may not be executed.
    { kind: "failed", name: "torn", exitCode: expect.any(Number), output: expect.any(String) },
    { kind: "failed", name: "forbidden", exitCode: expect.any(Number), output: expect.any(String) },
  ]);
});

test("an image without a shell is proven as well", async () => {
  const image = await imageOf(
    "FROM busybox AS shell\nFROM scratch\nENV PATH=/\nCOPY --from=shell /bin/busybox /busybox\n",
  );
  expect(
    value(await prove(image, [{ name: "busybox", command: ["busybox", "true"] }], ["/busybox"])),
  ).toEqual({
    tools: [{ kind: "ran", name: "busybox", output: "" }],
    missingArtifacts: [],
  });
});

test("checks run as the image says, in its folder, as its user, with its variables", async () => {
  const image = await imageOf(
    'FROM busybox\nENV A=\'b c\'\nWORKDIR /tmp\nUSER 1234\nENTRYPOINT ["false"]\nCMD ["false"]\n',
  );
  const script = "pwd; id -u; echo $A";
  expect(value(await prove(image, [{ name: "sh", command: ["sh", "-c", script] }])).tools).toEqual([
    { kind: "ran", name: "sh", output: "/tmp\n1234\nb c\n" },
  ]);
});

test("checks have no network, and none sees what another did", async () => {
  const image = await imageOf("FROM busybox\nRUN echo alone\n");
  const look = "touch /here; ls /here; cat /proc/net/dev | tail -n +3 | cut -d : -f 1 | tr -d ' '";
  const { tools } = value(
    await prove(image, [
      { name: "one", command: ["sh", "-c", look] },
      { name: "two", command: ["sh", "-c", "test ! -e /here && echo clean"] },
    ]),
  );
  expect(tools).toEqual([
    { kind: "ran", name: "one", output: "/here\nlo\n" },
    { kind: "ran", name: "two", output: "clean\n" },
  ]);
});

test("a check runs anew in every proof", async () => {
  const image = await imageOf("FROM busybox\nRUN echo afresh\n");
  const tools = [{ name: "time", command: ["cat", "/proc/sys/kernel/random/uuid"] }];
  const first = value(await prove(image, tools));
  expect(value(await prove(image, tools))).not.toEqual(first);
});

test("the output of a check is clipped at 4 KiB", async () => {
  const image = await imageOf("FROM busybox\nRUN echo long\n");
  const [finding] = value(await prove(image, [{ name: "seq", command: ["seq", "100000"] }])).tools;
  expect(finding?.kind === "ran" && Buffer.byteLength(finding.output)).toBe(4096);
});

test("arguments and paths arrive as they are", async () => {
  const worst = ["a b", `"`, "'", "$HOME", "\\", "${A}", "*", "<<EOF", "#", "\n", "--", "é"];
  const names = ["/w/a b", "/w/d$HOME", "/w/q'\"", "/w/[ab]*?", "/w/b\\s", "/w/é"];
  const quoted = names.map((name) => `'${name.replaceAll("'", `'\\''`)}'`).join(" ");
  const image = await imageOf(`FROM busybox\nRUN mkdir /w; touch ${quoted}\n`);
  const { tools, missingArtifacts } = value(
    await prove(
      image,
      [{ name: "printf", command: ["printf", "%s|", ...worst] }],
      [...names, "/w/a", "/w/[x]*", "/w/d*"],
    ),
  );
  expect(tools).toEqual([{ kind: "ran", name: "printf", output: `${worst.join("|")}|` }]);
  expect(missingArtifacts).toEqual(["/w/a", "/w/[x]*", "/w/d*"]);
});

test("a layout and a registry can be proven, not the store alone", async () => {
  const tools = [{ name: "sh", command: ["sh", "-c", "echo yes"] }];
  const found = { tools: [{ kind: "ran", name: "sh", output: "yes\n" }], missingArtifacts: [] };
  expect(value(await prove(setting.base.source, tools))).toEqual(found);
  const { digest } = setting.base.source;
  expect(value(await prove({ kind: "registry", ref: rig.busybox.reference, digest }, tools))).toEqual(found);
});

test("nothing promised, nothing to prove", async () => {
  expect(value(await prove(setting.base.source, []))).toEqual({ tools: [], missingArtifacts: [] });
});

test("an image that is not there is a failure, not a finding", async () => {
  const digest = imageDigest(`sha256:${"0".repeat(64)}`);
  const result = await prove(
    { kind: "store", digest },
    [{ name: "sh", command: ["sh", "-c", "true"] }],
    ["/x"],
  );
  expect(result).toMatchObject({ ok: false, error: { kind: "source-missing" } });
});
