// What can be wrong with a lock's text: E05xx.

import type { Template } from "../core/diagnostic.ts";

const rebuild = "restore it from version control, or delete it: then every layer is built again";

export const unreadable: Template<{ reason: string }> = {
  code: "E0501",
  severity: "error",
  message: ({ reason }) => `the lock cannot be read: ${reason}`,
};

export const mergeConflict: Template<object> = {
  code: "E0502",
  severity: "error",
  message: () => "the lock holds an unresolved merge conflict",
  label: () => "the first conflict begins here",
  help: () => "run `lamina lock --update`: it keeps what is sure, and `lamina build` builds the rest",
};

export const unmendableConflict: Template<{ side: "ours" | "theirs" | undefined }> = {
  code: "E0507",
  severity: "error",
  message: ({ side }) =>
    side === undefined
      ? "the conflict markers in the lock do not belong together"
      : `the conflict in the lock cannot be resolved: "${side}" is no lock by itself`,
  label: () => "the first conflict begins here",
  help: () =>
    "take one side with `git checkout --ours` or `--theirs` and the file, then run `lamina build`: what the lock lacks is built again",
};

export const notJson: Template<{ expected: string }> = {
  code: "E0503",
  severity: "error",
  message: () => "the lock is not valid JSON",
  label: ({ expected }) => `expected ${expected}`,
  help: () => rebuild,
};

export const duplicateKey: Template<{ key: string }> = {
  code: "E0504",
  severity: "error",
  message: ({ key }) => `the lock names ${JSON.stringify(key)} twice in one object`,
  label: () => "named again here",
  help: () => "keep one of the two: a merge may have left both",
};

export const newerVersion: Template<{ version: number; known: number }> = {
  code: "E0505",
  severity: "error",
  message: ({ version, known }) => `the lock has version ${version}, and this lamina knows ${known}`,
  label: () => "written by a newer lamina",
  help: () => "update lamina to the version that the project uses",
};

export const wrongShape: Template<{ path: readonly PropertyKey[]; problem: string }> = {
  code: "E0506",
  severity: "error",
  message: ({ path }) =>
    path.length === 0 ? "the lock is malformed" : `the lock is malformed at ${path.map(String).join(" > ")}`,
  label: ({ problem }) => problem,
  help: () => rebuild,
};
