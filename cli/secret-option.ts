// --secret id=…: where a secret is read for this one command, spelt as BuildKit's own clients do, and two ways beside theirs.

import { resolveSecrets } from "../engine/catalog/secret-sources.ts";
import { nearMiss } from "../engine/core/near-miss.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import { type SopsFormat, sopsFormats } from "../engine/core/secret-source.ts";
import type { Project } from "../engine/project.ts";
import type { LocalSecretSource } from "../schemas/secret-source.ts";
import type { UsageFault } from "./args.ts";
import { list, orList, type ParseValue } from "./option.ts";

export interface NamedSecret {
  readonly id: string;
  readonly source: LocalSecretSource;
}

const fieldNames = ["id", "type", "env", "src", "source", "command", "sops", "key", "format"] as const;
type FieldName = (typeof fieldNames)[number];
const example = "such as id=token,env=TOKEN or id=token,src=FILE";
const commandTimeoutSeconds = 60;

export const secretOption = list(
  "id=ID,…",
  "read a secret here: env=VARIABLE, src=FILE, command=WORDS or sops=FILE; may be repeated",
  parseSecret,
);

/** The parser of --secret. What stands there is a place; a value itself is told of by nobody. */
export function parseSecret(text: string): ReturnType<ParseValue<NamedSecret>> {
  const given = new Map<FieldName, string>();
  for (const field of splitCsv(text)) {
    const equals = field.indexOf("=");
    const spelled = field.slice(0, Math.max(0, equals)).toLowerCase();
    const name = fieldNames.find((one) => one === spelled);
    if (name === undefined) {
      const suggestion = nearMiss(spelled, fieldNames);
      const message = `must be fields joined by commas, ${example}`;
      return err(suggestion === undefined ? message : { message, help: `did you mean ${suggestion}=?` });
    }
    given.set(name, field.slice(equals + 1));
  }
  const id = given.get("id") ?? "";
  if (!/^[A-Za-z0-9_.-]+$/.test(id)) return err(`must name the secret by id=, ${example}`);
  const source = readSource(id, given);
  return source.ok ? ok({ id, source: source.value }) : source;
}

function readSource(
  id: string,
  given: ReadonlyMap<FieldName, string>,
): Result<LocalSecretSource, string | { message: string; help: string }> {
  const path = given.get("src") ?? given.get("source");
  const [variable, command, sops] = [given.get("env"), given.get("command"), given.get("sops")];
  if ([path, variable, command, sops].filter((one) => one !== undefined).length > 1)
    return err("must name one source: env=, src=, command= or sops=");
  if (sops === undefined && (given.has("key") || given.has("format")))
    return err("must name a sops file where it has key= or format=");
  if (path !== undefined) {
    // buildctl reads so, whatever the name of the field.
    if (given.get("type") === "env") return readVariable(path);
    return path === "" ? err("must name a file behind src=") : ok({ file: path });
  }
  if (command !== undefined) {
    const words = command.split(" ").filter((word) => word !== "");
    if (words.length === 0 || /["'\\]/.test(command))
      return err({
        message: "must have words behind command=, parted by spaces, without quotes",
        help: 'other words stand in .lamina/local.json: { "secrets": { "ID": { "command": ["PROGRAM", "WORD"] } } }',
      });
    return ok({ command: words, timeout_seconds: commandTimeoutSeconds, keep_newline: false });
  }
  if (sops !== undefined) return readSops(sops, given.get("key"), given.get("format"));
  // As of BuildKit's own clients: the id alone is a variable's name.
  return readVariable(variable ?? id);
}

function readVariable(name: string): Result<LocalSecretSource, string> {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return ok({ env: name });
  return err("must name an environment variable behind env=: letters, digits and underscores");
}

function readSops(
  path: string,
  key: string | undefined,
  format: string | undefined,
): Result<LocalSecretSource, string> {
  const known: SopsFormat | undefined = sopsFormats.find((one) => one === format);
  if (path === "") return err("must name a file behind sops=");
  if (format !== undefined && known === undefined) return err(`must have format=${orList(sopsFormats)}`);
  if (key !== undefined && !/^[^.]+(\.[^.]+)*$/.test(key))
    return err("must have names joined by dots behind key=");
  return ok({
    sops: path,
    ...(key === undefined ? {} : { key }),
    ...(known === undefined ? {} : { format: known }),
  });
}

/** Fields of a line of comma-separated values (RFC 4180). */
function splitCsv(line: string): readonly string[] {
  return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain = ""]) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );
}

/** The project with these sources in place of its own; paths count from `directory` (absolute). */
export function nameSecrets(
  project: Project,
  named: readonly NamedSecret[],
  directory: string,
): Result<Project, UsageFault> {
  const { graph, directives } = project;
  const credentials = directives.nats_events?.credentials;
  const known = new Set([
    ...graph.order.flatMap((layer) => graph.layer(layer).workflow.secrets),
    ...(credentials === undefined ? [] : [credentials]),
  ]);
  for (const { id } of named) {
    if (known.has(id)) continue;
    const suggestion = nearMiss(id, Array.from(known));
    return err({
      message: `nothing that is built has a secret "${id}"`,
      help:
        suggestion !== undefined
          ? `did you mean "${suggestion}"?`
          : known.size === 0
            ? 'a layer declares its own in workflow.ncl: secrets = ["…"]'
            : `there are ${Array.from(known).sort().join(", ")}`,
    });
  }
  const written = Object.fromEntries(named.map(({ id, source }) => [id, source]));
  const sources = resolveSecrets(directory, written, { isShared: false });
  return ok({ ...project, secrets: new Map([...project.secrets, ...sources]) });
}
