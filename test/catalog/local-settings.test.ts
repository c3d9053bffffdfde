// .lamina/local.json: what it gives, and what is said where it cannot be read.

import { expect, test } from "vitest";
import { loadLocalSettings } from "../../engine/catalog/local-settings.ts";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import { FakeFiles } from "../fakes/files.ts";

function load(files: FakeFiles) {
  const evaluator = createEvaluator({ files, importPaths: [] });
  return loadLocalSettings("/project", { files, evaluate: (path) => evaluator.evaluate(path) });
}

test("relative folders count from the project", async () => {
  const settings = {
    bases: { "debian:trixie-slim": "oci-layout:images/debian", "alpine:3": "my/alpine:3" },
    secrets: { token: { file: "secrets/token" }, key: { env: "KEY" } },
  };
  expect(await load(new FakeFiles({ "/project/.lamina/local.json": JSON.stringify(settings) }))).toEqual({
    ok: true,
    value: {
      bases: new Map([
        ["debian:trixie-slim", "oci-layout:/project/images/debian"],
        ["alpine:3", "my/alpine:3"],
      ]),
      secrets: new Map([
        ["token", { id: "token", from: "file", path: "/project/secrets/token" }],
        ["key", { id: "key", from: "env", variable: "KEY" }],
      ]),
    },
  });
});

test("one that is not there says nothing; one that cannot be looked at is an error", async () => {
  const files = new FakeFiles({ "/project/.lamina/other": "" });
  expect(await load(files)).toEqual({ ok: true, value: { bases: new Map(), secrets: new Map() } });
  files.deny("/project/.lamina");
  const denied = await load(files);
  expect(denied.ok ? [] : denied.error.map(({ message }) => message)).toEqual([
    "cannot read `/project/.lamina/local.json`: permission denied",
  ]);
});
