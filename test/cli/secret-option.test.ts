// --secret in every spelling, and what is said of wrong ones without repeating them.

import { expect, test } from "vitest";
import { parseSecret } from "../../cli/secret-option.ts";

test.each<[string, object]>([
  ["id=a,env=A", { env: "A" }],
  ["id=TOKEN", { env: "TOKEN" }],
  ["type=env,id=a,src=A", { env: "A" }],
  ["id=a,src=/x/y", { file: "/x/y" }],
  ["id=a,type=file,source=rel/y", { file: "rel/y" }],
  ['id=a,"src=/x, ""y"""', { file: '/x, "y"' }],
  [
    "id=a,command=pass show  a/b",
    { command: ["pass", "show", "a/b"], timeout_seconds: 60, keep_newline: false },
  ],
  ["id=a,sops=s.yaml", { sops: "s.yaml" }],
  ["ID=a,sops=s.yaml,key=ci.0,format=dotenv", { sops: "s.yaml", key: "ci.0", format: "dotenv" }],
])("%s", (text, source) => {
  const id = /id=(\w+)/i.exec(text)?.[1];
  expect(parseSecret(text)).toEqual({ ok: true, value: { id, source } });
});

const fields = "must be fields joined by commas, such as id=token,env=TOKEN or id=token,src=FILE";
test.each<[string, string | object]>([
  ["hunter2", fields],
  ["id=a,value=hunter2", fields],
  ["id=a,ev=hunter2", { message: fields, help: "did you mean env=?" }],
  ["env=A", "must name the secret by id=, such as id=token,env=TOKEN or id=token,src=FILE"],
  ["id=a/b,env=A", "must name the secret by id=, such as id=token,env=TOKEN or id=token,src=FILE"],
  ["id=a-b", "must name an environment variable behind env=: letters, digits and underscores"],
  ["id=a,env=A,src=b", "must name one source: env=, src=, command= or sops="],
  ["id=a,src=", "must name a file behind src="],
  ["id=a,sops=", "must name a file behind sops="],
  ["id=a,env=A,key=b", "must name a sops file where it has key= or format="],
  ["id=a,sops=s,key=b.", "must have names joined by dots behind key="],
  ["id=a,sops=s,format=toml", "must have format=json, yaml, dotenv or binary"],
  [
    "id=a,command=sh -c 'x'",
    {
      message: "must have words behind command=, parted by spaces, without quotes",
      help: 'other words stand in .lamina/local.json: { "secrets": { "ID": { "command": ["PROGRAM", "WORD"] } } }',
    },
  ],
])("%s is refused", (text, error) => {
  expect(parseSecret(text)).toEqual({ ok: false, error });
});
