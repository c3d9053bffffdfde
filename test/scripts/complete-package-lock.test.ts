import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { completePackageLock } from "../../scripts/complete-package-lock.ts";

test("the lock names the optional packages of every platform", () => {
  const text = readFileSync("package-lock.json", "utf8");
  expect(completePackageLock(text)).toBe(text);
});

test("a package of another platform is put back with its platform", () => {
  const fast = {
    version: "1.2.0",
    license: "MIT",
    dev: true,
    optionalDependencies: { "fast-linux-arm64-musl": "1.2.0" },
  };
  const completed: unknown = JSON.parse(
    completePackageLock(JSON.stringify({ packages: { "": {}, "node_modules/fast": fast } })),
  );
  expect(completed).toEqual({
    packages: {
      "": {},
      "node_modules/fast": fast,
      "node_modules/fast-linux-arm64-musl": {
        version: "1.2.0",
        cpu: ["arm64"],
        dev: true,
        libc: ["musl"],
        license: "MIT",
        optional: true,
        os: ["linux"],
      },
    },
  });
});
