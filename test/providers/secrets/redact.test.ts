// What is blanked of a secret, in which forms, and what is left of the text around it.

import { array, assert, constantFrom, nat, property, string } from "fast-check";
import { expect, test } from "vitest";
import { StepLog } from "../../../providers/builder/step-log.ts";
import { createRedactor } from "../../../providers/secrets/redact.ts";

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

const token = "tok-5f/Aé+Q~w'2 x";

test.each([
  ["as it is", token],
  ["in base64", Buffer.from(token).toString("base64")],
  ["in base64 with a line end", Buffer.from(`${token}\n`).toString("base64")],
  ["in base64 for URLs", Buffer.from(token).toString("base64url")],
  ["in a URL", encodeURIComponent(token)],
  ["in a URL in lower case", encodeURIComponent(token).replaceAll(/%../g, (hex) => hex.toLowerCase())],
  ["in a form", new URLSearchParams({ token }).toString().replace("token=", "")],
  ["in hexadecimal", Buffer.from(token).toString("hex")],
  ["in capital hexadecimal", Buffer.from(token).toString("hex").toUpperCase()],
])("a value %s", (_form, text) => {
  const { redact } = createRedactor([token]);
  expect(redact(`before ${text} after`)).toBe("before *** after");
  expect(redact(`${text}${text}`)).toBe("***");
  expect(redact(text.slice(0, 3))).toBe(text.slice(0, 3));
});

test.each([0, 1, 2, 3])("in base64 of a longer text that has %s bytes before it", (before) => {
  const text = Buffer.from(`${"u".repeat(before)}${token}: what follows`).toString("base64");
  const redacted = createRedactor([token]).redact(text);
  expect(redacted).toContain("***");
  // What is left decodes to nothing of it but the bits that it shares with its neighbours.
  const left = redacted.split("***").map((part) => Buffer.from(part, "base64").toString());
  expect(left.join("")).not.toMatch(/tok|5f|w'2/);
});

test("a long value in base64 that is broken into lines, whatever stands before it", () => {
  const value = Array.from({ length: 300 }, (_, index) => String.fromCharCode(33 + ((index * 37) % 90))).join(
    "",
  );
  const { redact } = createRedactor([value]);
  for (const before of ["", "x", "token: "]) {
    const text = Buffer.from(`${before}${value}\n`).toString("base64").replaceAll(/.{76}/g, "$&\n");
    const left = redact(text).replaceAll("***", "").split("\n");
    expect(left.every((line) => line.length < 20)).toBe(true);
    expect(left.join("").length).toBeLessThan(40);
  }
});

test("lines, assignments, texts in JSON and passwords in URLs are secrets of their own", () => {
  const { redact } = createRedactor([
    "AWS_ACCESS_KEY_ID=AKIAEXAMPLE1\nexport AWS_SECRET_ACCESS_KEY='abc/def+ghi'\nSCCACHE_S3_USE_SSL=true\nregion: eu-central-1\n",
    '{"auths":{"ghcr.io":{"auth":"dXNlcjpwYXNz"}}}',
    "redis://:pass-word@cache.example:6379",
  ]);
  expect(redact("key AKIAEXAMPLE1 abc/def+ghi true eu-central-1")).toBe("key *** *** true ***");
  expect(redact(Buffer.from("abc/def+ghi").toString("base64"))).toBe("***");
  expect(redact("Authorization: Basic dXNlcjpwYXNz of ghcr.io")).toBe("Authorization: Basic *** of ghcr.io");
  expect(redact("AUTH pass-word at cache.example")).toBe("AUTH *** at cache.example");
});

test("values of less than four letters and parts of less than eight are no secrets to look for", () => {
  expect(createRedactor(["abc", "", "  \n"]).redact("abc")).toBe("abc");
  expect(createRedactor(["abcd"]).redact("abcd abc")).toBe("*** abc");
  expect(createRedactor(["first-line\nshort\n"]).redact("short first-line")).toBe("short ***");
});

test("of values that overlap nothing remains", () => {
  const { redact } = createRedactor(["abcdef", "efghij", "abcd"]);
  expect(redact("-abcdefghij-abcdx")).toBe("-***-***x");
});

test("a bundle of certificates is known by its lines, and takes no time", () => {
  const lines = Array.from({ length: 5000 }, (_, index) => `line ${index} of a bundle`);
  const { redact } = createRedactor([lines.join("\n")]);
  expect(redact(`a ${lines[4321] ?? ""} b\nline of a bundle`)).toBe("a *** b\nline of a bundle");
});

const letters = constantFrom("a", "b", "c", "\n", "=", "é");
test("whatever the values, a text is left as it is where none is in it, and holds none afterwards", () => {
  assert(
    property(
      array(string({ unit: letters, minLength: 1, maxLength: 8 }), { maxLength: 3 }),
      string({ unit: letters, maxLength: 60 }),
      (values, text) => {
        const known = values.map((value) => value.trim()).filter((value) => value.length >= 4);
        const redacted = createRedactor(values).redact(text);
        const isLeft = redacted === text;
        expect(isLeft || known.length > 0).toBe(true);
        for (const value of known) expect(redacted).not.toContain(value);
      },
    ),
  );
});

test("however a log is cut into chunks, no value is in what is handed on, and nothing else is lost", () => {
  const values = ["s3cr3t-t0ken", "one\ntwo\nthree-four", "ééé-ü"];
  const written = `start one\nsaid s3cr3t-t0ken\rone\ntwo\nthree-four\n ééé-ü one\ntwo\nthree\nend s3cr3t`;
  const { redact } = createRedactor(values);
  assert(
    property(array(nat({ max: Buffer.byteLength(written) }), { maxLength: 8 }), (cuts) => {
      const log = new StepLog(createRedactor(values));
      const bytes = Buffer.from(written);
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      let seen = "";
      for (const [index, from] of places.slice(0, -1).entries())
        for (const { text } of log.add("stdout", bytes.subarray(from, places[index + 1]).toString("base64")))
          seen += text;
      for (const { text } of log.flush()) seen += text;
      expect(seen).toBe(redact(written));
      expect(log.tail.join("\n")).not.toMatch(/s3cr3t-|three-four|ééé/);
    }),
  );
});

test("a line without an end that grows too long is not cut within a value", () => {
  const values = ["s3cr3t-t0ken"];
  for (let before = 65_520; before < 65_540; before++) {
    const log = new StepLog(createRedactor(values));
    const text = `${"x".repeat(before)}s3cr3t-t0ken`;
    const seen = [
      ...log.add("stdout", base64(text.slice(0, 65_537))),
      ...log.add("stdout", base64(text.slice(65_537))),
      ...log.flush(),
    ];
    expect(seen.map((one) => one.text).join("")).toBe(`${"x".repeat(before)}***`);
  }
});
