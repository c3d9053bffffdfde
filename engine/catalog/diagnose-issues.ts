// What a zod schema found wrong with an evaluated file, as diagnostics that underline the very value or key.

import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import type { Span } from "../core/source.ts";
import { type Located, nearest } from "../nickel/located.ts";
import { catalogDiagnostics } from "./diagnostics.ts";

/** What of a zod issue is read here. */
export interface SchemaIssue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  /** Of a key that a record cannot have: why. */
  readonly issues?: readonly { readonly message: string }[] | undefined;
}

/** How to write a field that is missing: by its name, as one would write it. */
export type Examples = Readonly<Record<string, string>>;

/** Diagnostics of the issues of one file, whose value is `located`; the schema's messages are predicates ("must be …"). */
export function diagnoseIssues(
  issues: readonly SchemaIssue[],
  located: Located,
  examples: Examples = {},
): readonly Diagnostic[] {
  // A field that is misspelt is not missing as well.
  const misspelt = new Set(issues.flatMap((issue) => suggestedPath(issue) ?? []));
  return issues
    .filter((issue) => !misspelt.has(showPath(issue.path)) || nearest(located, issue.path).found)
    .map((issue) => diagnoseIssue(issue, located, examples));
}

/** What is wrong with a value, found by who knows more than its schema. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  /** A predicate. */
  readonly message: string;
  readonly help?: string | undefined;
}

/** Diagnostics of faults in one file, whose value is `located`; without places where there is no such file. */
export function diagnoseFaults(
  faults: readonly Fault[],
  located: Located | undefined,
): readonly Diagnostic[] {
  return faults.map(({ path, message, help: hint }) => {
    const field = showPath(path);
    if (located === undefined) return diagnose(catalogDiagnostics.invalidValue, { field, message, hint });
    const { value, keySpan, found } = nearest(located, path);
    const span = found ? value.span : (keySpan ?? startOf(value));
    return diagnose(catalogDiagnostics.invalidValue, { field, message, hint }, { span });
  });
}

/** Where the field that an unknown one is taken for would stand. */
function suggestedPath(issue: SchemaIssue): string | undefined {
  const suggestion = issue.params?.["suggestion"];
  if (!isUnknownField(issue) || typeof suggestion !== "string") return undefined;
  return showPath([...issue.path.slice(0, -1), suggestion]);
}

function diagnoseIssue(issue: SchemaIssue, located: Located, examples: Examples): Diagnostic {
  const { value, keySpan, found } = nearest(located, issue.path);
  const field = showPath(issue.path);
  const message =
    issue.code === "invalid_key" ? (issue.issues?.[0]?.message ?? issue.message) : issue.message;
  const [predicate, hint] = splitHint(message);
  if (field === "")
    return diagnose(catalogDiagnostics.wrongWhole, { message, found: describe(value) }, { span: value.span });
  if (!found) {
    const example = examples[field];
    const params = { field, message: predicate, hint: example === undefined ? hint : `write ${example}` };
    return diagnose(catalogDiagnostics.missingField, params, { span: startOf(value) });
  }
  if (isUnknownField(issue))
    return diagnose(
      catalogDiagnostics.unknownField,
      { field, message: predicate, hint },
      { span: keySpan, isConcealed: issue.params?.["isConcealed"] === true },
    );
  if (issue.code === "invalid_key")
    return diagnose(catalogDiagnostics.invalidValue, { field, message: predicate, hint }, { span: keySpan });
  const what = isWrongKind(issue, value) ? `this is ${describe(value)}` : undefined;
  return diagnose(
    catalogDiagnostics.invalidValue,
    { field, message: predicate, hint, found: what },
    { span: value.span, isConcealed: issue.params?.["isConcealed"] === true },
  );
}

function isUnknownField(issue: SchemaIssue): boolean {
  return issue.code === "custom" && issue.params?.["unknownField"] !== undefined;
}

/** Whether saying what stands there helps: not of a text or a number that is merely the wrong one. */
function isWrongKind({ code, message }: SchemaIssue, value: Located): boolean {
  if (code === "invalid_type") return true;
  const isWord = value.kind === "string" || value.kind === "enum";
  return !isWord && (code === "custom" || code === "invalid_value") && message.startsWith("must be ");
}

/** Schemas end a message with what would mend it; people look for that after "help:". */
function splitHint(message: string): readonly [predicate: string, hint: string | undefined] {
  const match = /^(.*?): (did you mean .*|fields are .*|it must be .*)$/s.exec(message);
  return match === null ? [message, undefined] : [match[1] ?? message, match[2]];
}

/** A path as one would write it in Nickel: tools_provided[0].name. */
function showPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const name = /^[A-Za-z_][A-Za-z0-9_'-]*$/.test(String(step))
      ? String(step)
      : JSON.stringify(String(step));
    return text === "" ? name : `${text}.${name}`;
  }, "");
}

/** The name that a record gives itself, where it has one: underlining all of it would show too much. */
function startOf(value: Located): Span {
  if (value.kind !== "record") return value.span;
  const name = value.fields.get("name")?.value;
  return name?.kind === "string" ? name.span : { ...value.span, end: value.span.start + 1 };
}

function describe(value: Located): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "bool":
      return "a boolean";
    case "enum":
      return "an enum tag";
    case "array":
      return "an array";
    default:
      return `a ${value.kind}`;
  }
}
