// Where a secret is read: in .lamina/local.json, and, so that a team shares it, in build directives. A value itself stands in
// neither. Twin of the second: secret_source.ncl.

import { z } from "zod";
import { sopsFormats } from "../engine/core/secret-source.ts";
import { expects } from "./form/expects.ts";
import { listOf } from "./form/list.ts";
import { positiveInteger } from "./form/number.ts";
import { strictRecord } from "./form/record.ts";
import { nonEmptyText, oneOf, textLike } from "./form/text.ts";
import { argNamePattern, dockerfilePathPattern, secretId } from "./workflow.ts";

/** Names in a sops file from the outermost on, joined by dots; numbers count in lists. */
export const sopsKeyPattern = /^[^.]+(\.[^.]+)*$/;

const anyPath = nonEmptyText("a path");
const ownPath = textLike(
  dockerfilePathPattern,
  'a path within the project, such as "secrets/ci.enc.env": others have no other files',
);

const fromVariable = strictRecord("a secret from a variable", {
  env: textLike(argNamePattern, "the name of an environment variable"),
});
const fromCommand = strictRecord("a secret from a command", {
  /** A program and its arguments, without a shell, run in the project's folder. */
  command: listOf(nonEmptyText("an argument"), "a program and its arguments").min(
    1,
    'must name a program, such as ["pass", "show", "token"]',
  ),
  timeout_seconds: positiveInteger("a number of seconds above 0").default(60),
  /** Whether a line end at the end of its output belongs to the value. */
  keep_newline: z.boolean(expects("true or false")).default(false),
});

/** `path` is relative to the project. */
function fromFile<P extends z.ZodType>(path: P) {
  return strictRecord("a secret from a file", { file: path });
}

function fromSops<P extends z.ZodType>(path: P) {
  return strictRecord("a secret from a sops file", {
    sops: path,
    /** Of one value in it; absent: the whole file. */
    key: textLike(sopsKeyPattern, 'names joined by dots, such as "ci.token"').optional(),
    /** What it is written as; absent: as the file is. */
    format: oneOf(sopsFormats).optional(),
  });
}

/** What stands in place of a source may be the value itself: complaints do not show it. */
const concealed = { isConcealed: true };

/** A form for each of these fields, of which a source has one. */
function secretSource<F extends z.ZodType>(
  forms: Readonly<Record<string, F>>,
  what: string,
): z.ZodType<z.output<F>> {
  return z.unknown().transform((value, context): z.output<F> => {
    const found = z.util.isPlainObject(value) ? Object.keys(forms).find((key) => key in value) : undefined;
    const form = found === undefined ? undefined : forms[found];
    if (form === undefined) {
      const message = value === undefined ? `is missing: it must be ${what}` : `must be ${what}`;
      context.addIssue({ code: "custom", message, params: concealed });
      return z.NEVER;
    }
    const result = form.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      const params = { ...("params" in issue ? issue.params : {}), ...concealed };
      context.issues.push({ ...issue, code: "custom", input: value, params });
    }
    return z.NEVER;
  });
}

/** Of this machine. */
export const localSecretSource = secretSource(
  { env: fromVariable, file: fromFile(anyPath), command: fromCommand, sops: fromSops(anyPath) },
  '{ "env": VARIABLE }, { "file": PATH }, { "command": [PROGRAM, ...] } or { "sops": PATH }',
);

/** Of everybody who has the project: it runs no program of its own and reads no file outside. */
export const sharedSecretSource = secretSource(
  { env: fromVariable, file: fromFile(ownPath), sops: fromSops(ownPath) },
  "{ env = VARIABLE }, { file = PATH } or { sops = PATH }: a value never stands here, a command in .lamina/local.json",
);

export const localSecrets = z.record(secretId, localSecretSource, expects("a record of secrets by id"));
export const sharedSecrets = z.record(secretId, sharedSecretSource, expects("a record of secrets by id"));

export type LocalSecretSource = z.output<typeof localSecretSource>;
