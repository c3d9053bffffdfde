// The text of lamina.lock into a Lock, or everything that is wrong with it.

import { type Lock, lock as lockSchema } from "../../schemas/lock.ts";
import { lockVersion } from "../../schemas/lock-version.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { err, ok, type Result } from "../core/result.ts";
import { SourceFile } from "../core/source.ts";
import { type Located, nearest, toJson } from "../nickel/located.ts";
import { mergeConflict, newerVersion, wrongShape } from "./diagnostics.ts";
import { findConflict } from "./find-conflict.ts";
import { readJson } from "./read-json.ts";
import { serializeLock } from "./serialize-lock.ts";

/** Reads a lock's text; `path` is what the diagnostics name as the file. */
export function parseLock(text: string, path: string): Result<Lock, readonly Diagnostic[]> {
  const written = readAsWritten(text);
  if (written !== undefined) return ok(written);
  const file = new SourceFile(path, text);
  const conflict = findConflict(file);
  if (conflict !== undefined) return err([diagnose(mergeConflict, {}, { span: conflict })]);
  const read = readJson(file);
  if (!read.ok) return err([read.error]);
  const newer = findNewerVersion(read.value);
  if (newer !== undefined) return err([newer]);
  const json: unknown = toJson(read.value);
  // The value itself, as the schema's own copy would lack a context's file that is named "__proto__".
  return isLock(json) ? ok(json) : err(explainShape(read.value, json));
}

/** A text of our own, read without its places; a key that stands twice would not come back. */
function readAsWritten(text: string): Lock | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isLock(json) && serializeLock(json) === text ? json : undefined;
}

function isLock(json: unknown): json is Lock {
  return lockSchema.safeParse(json).success;
}

function findNewerVersion(located: Located): Diagnostic | undefined {
  const { value, found } = nearest(located, ["version"]);
  if (!found || value.kind !== "number" || value.value <= lockVersion) return undefined;
  return diagnose(newerVersion, { version: value.value, known: lockVersion }, { span: value.span });
}

function explainShape(located: Located, json: unknown): readonly Diagnostic[] {
  return (lockSchema.safeParse(json).error?.issues ?? []).flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") {
      const span = nearest(located, issue.path).value.span;
      return [diagnose(wrongShape, { path: issue.path, problem: issue.message }, { span })];
    }
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const span = nearest(located, path).keySpan;
      return diagnose(wrongShape, { path, problem: "not a field of a lock" }, { span });
    });
  });
}
