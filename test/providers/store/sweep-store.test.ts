// A store of images: what of it is reached, what goes, and that nothing goes while somebody uses it, in this process or another.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Digest, isDigest, sha256 } from "../../../engine/core/digest.ts";
import { blobPath } from "../../../providers/store/oci-layout.ts";
import { namedImages, recordImage } from "../../../providers/store/record-image.ts";
import { useStore, whileUnused } from "../../../providers/store/store-users.ts";
import { removeBlobs, surveyStore } from "../../../providers/store/sweep-store.ts";

const never = Number.POSITIVE_INFINITY;
let store: string;

beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), "lamina-sweep-"));
});
afterEach(() => rmSync(store, { recursive: true }));

function put(text: string, writtenAtMs?: number): Digest {
  const digest = sha256(text);
  const path = blobPath(store, digest);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  if (writtenAtMs !== undefined) utimesSync(path, writtenAtMs / 1000, writtenAtMs / 1000);
  return digest;
}

interface Image {
  readonly manifest: Digest;
  readonly layers: readonly Digest[];
  readonly config: Digest;
}

function putImage(name: string, layers: readonly string[], writtenAtMs?: number): Image {
  const digests = layers.map((text) => put(text, writtenAtMs));
  const config = put(`{"config":"${name}"}`, writtenAtMs);
  const describe = (digest: Digest) => ({ digest, size: readFileSync(blobPath(store, digest)).byteLength });
  const text = JSON.stringify({ config: describe(config), layers: digests.map(describe) });
  const manifest = put(text, writtenAtMs);
  recordImage(store, name, { mediaType: "", digest: manifest, size: text.length });
  return { manifest, layers: digests, config };
}

const keys = (sizes: ReadonlyMap<Digest, number>): readonly Digest[] => Array.from(sizes.keys());
const all = ({ manifest, layers, config }: Image): readonly Digest[] => [...layers, config, manifest].sort();

test("what a root speaks of is reached, and what it shares stays", () => {
  const kept = putImage("kept", ["shared", "own"]);
  const gone = putImage("gone", ["shared", "other"]);
  const survey = surveyStore(store, new Set([kept.manifest, sha256("not there")]), never);
  expect(keys(survey.reached)).toEqual(all(kept));
  expect(keys(survey.old)).toEqual([sha256("other"), gone.config, gone.manifest].sort());
  expect(removeBlobs(store, survey.old.keys())).toBeUndefined();
  expect(all(kept).every((digest) => existsSync(blobPath(store, digest)))).toBe(true);
  expect(existsSync(blobPath(store, sha256("other")))).toBe(false);
  expect(namedImages(store)).toEqual([kept.manifest]);
});

test("what is young stays, with all that it stands on", () => {
  putImage("before", ["deep"], 1_000_000);
  const young = putImage("now", ["top"], 9_000_000);
  const both = putImage("both", ["deep", "top"], 9_000_000);
  const { reached, young: kept, old } = surveyStore(store, new Set(), 5_000_000);
  expect(keys(reached)).toEqual([]);
  expect(keys(kept)).toEqual(Array.from(new Set([...all(young), ...all(both)])).sort());
  expect(old.size).toBe(2);
});

test("an index reaches its children, and there may be no store at all", () => {
  const image = putImage("one", ["layer"]);
  const size = readFileSync(blobPath(store, image.manifest)).byteLength;
  const index = put(JSON.stringify({ manifests: [{ digest: image.manifest, size }] }));
  expect(keys(surveyStore(store, new Set([index]), never).old)).toEqual([]);
  expect(surveyStore(join(store, "nowhere"), new Set([index]), never)).toEqual({
    reached: new Map(),
    young: new Map(),
    old: new Map(),
  });
  expect(readdirSync(join(store, "blobs/sha256")).map((name) => isDigest(`sha256:${name}`))).not.toContain(
    false,
  );
});

test("nothing is swept while somebody uses it", () => {
  const first = useStore(store);
  const second = useStore(store);
  if (!first.ok || !second.ok) throw new Error("the store cannot be used");
  expect(whileUnused(store, () => "swept")).toEqual({ ok: true, value: "used" });
  first.value();
  expect(whileUnused(store, () => "swept")).toEqual({ ok: true, value: "used" });
  second.value();
  expect(whileUnused(store, () => "swept")).toEqual({ ok: true, value: "swept" });
});

test("a process that is killed uses it no more", async () => {
  const program = `
    import { useStore } from ${JSON.stringify(join(import.meta.dirname, "../../../providers/store/store-users.ts"))};
    const held = useStore(process.argv[1]);
    process.stdout.write(held.ok ? "held" : "failed");
    setInterval(() => {}, 1000);
  `;
  const child: ChildProcess = spawn(process.execPath, ["--input-type=module", "-e", program, store], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.stdout === null) throw new Error("it has no output");
  const [said] = await once(child.stdout, "data");
  expect(String(said)).toBe("held");
  expect(whileUnused(store, () => "swept")).toEqual({ ok: true, value: "used" });
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(whileUnused(store, () => "swept")).toEqual({ ok: true, value: "swept" });
  expect(readdirSync(join(store, "users"))).toEqual([]);
});
