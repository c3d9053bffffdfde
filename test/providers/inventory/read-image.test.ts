// The laws of ImageInventory (engine/ports/image-inventory.ts), on images of layers that hide one another.

import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imageDigest } from "../../../engine/core/digest.ts";
import type { ImageContent } from "../../../engine/ports/image-inventory.ts";
import { openImageInventory } from "../../../providers/inventory/read-image.ts";
import { type Entry, gzip, packTar, plain, writeImage, zstd } from "./layered-image.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lamina-inventory-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const never = new AbortController().signal;
const status = "var/lib/dpkg/status";

function deb(name: string, version = "1", state = "install ok installed"): string {
  return `Package: ${name}\nStatus: ${state}\nArchitecture: amd64\nVersion: ${version}\nDescription: a\n long one\n\n`;
}

/** Each layer is packed another way. */
async function contentOf(...layers: readonly (readonly Entry[])[]): Promise<ImageContent> {
  const packings = [gzip, zstd, plain];
  const packed = layers.map(
    (entries, index) => [packings[index % packings.length] ?? plain, packTar(entries)] as const,
  );
  const read = await openImageInventory(directory).read(writeImage(directory, packed).image, never);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

async function namesOf(...layers: readonly (readonly Entry[])[]): Promise<readonly string[]> {
  return (await contentOf(...layers)).packages.map(({ name }) => name);
}

describe("what is installed", () => {
  test("is what dpkg, apk and cargo have recorded", async () => {
    const apk =
      "C:Q1x=\nP:musl\nV:1.2.5-r9\nA:x86_64\no:musl\nF:lib\nR:ld.so\n\nP:libcrypto3\nV:3.5.1-r0\nA:x86_64\no:openssl\n\n";
    const cargo = {
      installs: {
        "trunk 0.21.0 (registry+https://index.example/crates)": { bins: ["trunk"] },
        "mine 0.1.0 (path+file:///home/somebody/mine)": { bins: ["mine"] },
        "theirs 0.2.0 (git+https://user:word@git.example/theirs?branch=main#0123abc)": { bins: ["theirs"] },
        "gone 1.0.0 (registry+https://index.example/crates)": { bins: [] },
      },
    };
    expect(
      await contentOf(
        [
          ["etc/"],
          ["etc/os-release", { link: "SymbolicLink", to: "../usr/lib/os-release" }],
          ["usr/lib/os-release", 'NAME="Debian"\nID=debian\nVERSION_ID="13"\n'],
          [status, `${deb("bash", "5.2.37-2+b9")}${deb("old", "1", "deinstall ok config-files")}`],
          [
            "var/lib/dpkg/status.d/libc6",
            "Package: libc6\nVersion: 2.41-12\nArchitecture: amd64\nSource: glibc\n",
          ],
          ["var/lib/dpkg/status.d/libc6.md5sums", "0123  lib/libc.so\n"],
        ],
        [["lib/apk/db/installed", apk]],
        [["./usr/local/cargo/.crates2.json", JSON.stringify(cargo)]],
      ),
    ).toEqual({
      distribution: { id: "debian", version: "13" },
      packages: [
        {
          manager: "apk",
          name: "libcrypto3",
          version: "3.5.1-r0",
          architecture: "x86_64",
          source: "openssl@3.5.1-r0",
        },
        { manager: "apk", name: "musl", version: "1.2.5-r9", architecture: "x86_64", source: undefined },
        { manager: "cargo", name: "mine", version: "0.1.0", architecture: undefined, source: undefined },
        {
          manager: "cargo",
          name: "theirs",
          version: "0.2.0",
          architecture: undefined,
          source: "git+https://git.example/theirs@0123abc",
        },
        { manager: "cargo", name: "trunk", version: "0.21.0", architecture: undefined, source: undefined },
        { manager: "deb", name: "bash", version: "5.2.37-2+b9", architecture: "amd64", source: undefined },
        { manager: "deb", name: "libc6", version: "2.41-12", architecture: "amd64", source: "glibc@2.41-12" },
      ],
      unread: [],
    });
  });

  test("is what the uppermost layer says", async () => {
    expect(await namesOf([[status, deb("a")]], [[status, deb("a") + deb("b")]])).toEqual(["a", "b"]);
  });

  test.each<readonly [string, readonly Entry[]]>([
    ["its file is taken away", [["var/lib/dpkg/.wh.status", ""]]],
    ["its folder is", [["var/.wh.lib", ""]]],
    ["its folder is emptied", [["var/lib/dpkg/.wh..wh..opq", ""]]],
    ["all is", [[".wh..wh..opq", ""]]],
    ["a file takes the place of its folder", [["var/lib", "a file"]]],
    ["a link does", [["var/lib/dpkg", { link: "SymbolicLink", to: "/opt" }]]],
    ["a folder takes its own", [["var/lib/dpkg/status/"]]],
  ])("is gone where %s", async (_, upper) => {
    expect(await namesOf([[status, deb("a")]], upper)).toEqual([]);
  });

  test.each<readonly [string, readonly Entry[]]>([
    [
      "its neighbour is taken away",
      [
        ["var/lib/dpkg/.wh.status-old", ""],
        ["var/lib/.wh.dpk", ""],
      ],
    ],
    ["its folder is there again", [["var/lib/dpkg/"]]],
  ])("stays where %s", async (_, upper) => {
    expect(await namesOf([[status, deb("a")]], upper)).toEqual(["a"]);
  });

  test("of a folder that is emptied is what the same layer puts there, before or after", async () => {
    const marker: Entry = ["var/lib/dpkg/.wh..wh..opq", ""];
    const fresh: Entry = ["var/lib/dpkg/status.d/b", deb("b")];
    expect(await namesOf([[status, deb("a")]], [marker, fresh])).toEqual(["b"]);
    expect(await namesOf([[status, deb("a")]], [fresh, marker])).toEqual(["b"]);
  });

  test("comes by hard links as well", async () => {
    const link: Entry = ["opt/.crates2.json", { link: "Link", to: "home/.crates2.json" }];
    const installs = JSON.stringify({ installs: { "a 1.0.0 (path+file:///a)": { bins: ["a"] } } });
    expect(await namesOf([["home/.crates2.json", installs], link], [["home/.wh..crates2.json", ""]])).toEqual(
      ["a"],
    );
  });

  test("is nothing in an image of no layers, or of empty ones", async () => {
    expect(await namesOf()).toEqual([]);
    expect(await namesOf([], [], [])).toEqual([]);
  });

  test("is told of where a record is none", async () => {
    const content = await contentOf([
      [status, deb("a")],
      ["opt/.crates2.json", "{"],
    ]);
    expect(content.packages.map(({ name }) => name)).toEqual(["a"]);
    expect(content.unread).toEqual(["/opt/.crates2.json is not what it should be"]);
  });
});

describe("an image that cannot be read", () => {
  const noise = Buffer.from(Array.from({ length: 8192 }, (_, at) => (at * 7919) % 251));
  const tar = packTar([
    [status, deb("a")],
    ["usr/bin/a", noise.toString("latin1")],
  ]);

  test.each([
    ["plain", plain],
    ["gzip", gzip],
    ["zstd", zstd],
  ])("is damaged where a layer ends early: %s", async (_, packing) => {
    const { image } = writeImage(directory, [
      [{ ...packing, pack: (whole) => packing.pack(whole).subarray(0, packing.pack(whole).length / 2) }, tar],
    ]);
    const read = await openImageInventory(directory).read(image, never);
    expect(read).toMatchObject({ ok: false, error: { kind: "damaged" } });
  });

  test("is damaged where a layer is no archive", async () => {
    const { image } = writeImage(directory, [[gzip, Buffer.from("no archive. ".repeat(200))]]);
    const read = await openImageInventory(directory).read(image, never);
    expect(read).toEqual({
      ok: false,
      error: {
        kind: "damaged",
        message: expect.stringMatching(/^sha256:[0-9a-f]{64} cannot be read: checksum failure$/),
      },
    });
  });

  test("is damaged where the compression is", async () => {
    const { image, blobs } = writeImage(directory, [[gzip, tar]]);
    const [path = ""] = blobs;
    const bytes = readFileSync(path);
    bytes.fill(0xff, 10, 200);
    writeFileSync(path, bytes);
    expect(await openImageInventory(directory).read(image, never)).toMatchObject({
      error: { kind: "damaged" },
    });
  });

  test("is not stored where a part of it is not there", async () => {
    const { image, blobs } = writeImage(directory, [[gzip, tar]]);
    const inventory = openImageInventory(directory);
    truncateSync(blobs[0] ?? "", 100);
    expect(await inventory.read(image, never)).toMatchObject({ error: { kind: "not-stored" } });
    const other = imageDigest(`sha256:${"0".repeat(64)}`);
    expect(await inventory.read(other, never)).toEqual({
      ok: false,
      error: { kind: "not-stored", message: `the store lacks ${other}` },
    });
  });

  test("is not read on when nobody waits for it", async () => {
    const { image } = writeImage(directory, [[gzip, tar]]);
    const read = await openImageInventory(directory).read(image, AbortSignal.abort());
    expect(read).toEqual({ ok: false, error: { kind: "canceled" } });
  });
});
