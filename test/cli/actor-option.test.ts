// --actor and --actor-id over the directives' cache_policy: each combination a policy, or what is wrong with it.

import { describe, expect, test } from "vitest";
import { type AskedActor, actorOptions, choosePolicy } from "../../cli/actor-option.ts";
import type { CachePolicy } from "../../schemas/cache-policy.ts";
import { cachePolicy } from "../../schemas/cache-policy.ts";
import { actorId } from "../../schemas/workspace.ts";

const none: AskedActor = { actor: undefined, "actor-id": undefined };
const ask = (actor: AskedActor["actor"], id?: string): AskedActor => ({
  actor,
  "actor-id": id === undefined ? undefined : actorId.parse(id),
});
const ofCi: CachePolicy = { actor: "ci", disposition: "rollback" };
const ofJpl: CachePolicy = cachePolicy.parse({ actor: "human", actor_id: "jpl", disposition: "discard" });
const ofAux: CachePolicy = { actor: "ci_aux", disposition: "export", writes: ["ci/lamina/rust"] };
const whose = "a human or an agent has caches of its own: dev/<ID>-<workspace>";

describe("a policy", () => {
  test.each([
    ["none", none, undefined, undefined],
    ["the directives'", none, ofCi, ofCi],
    ["ci", ask("ci"), undefined, { actor: "ci", disposition: "export" }],
    ["ci over a session", ask("ci"), ofJpl, { actor: "ci", disposition: "export" }],
    ["ci as the directives have it", ask("ci"), ofCi, ofCi],
    ["a person", ask("human", "ann"), ofCi, { actor: "human", actor_id: "ann", disposition: "export" }],
    [
      "an agent with a person's id",
      ask("agent"),
      ofJpl,
      { actor: "agent", actor_id: "jpl", disposition: "discard" },
    ],
    [
      "another person",
      ask(undefined, "ann"),
      ofJpl,
      { actor: "human", actor_id: "ann", disposition: "discard" },
    ],
    ["an auxiliary that reads", ask("ci_aux"), ofCi, { actor: "ci_aux", disposition: "export", writes: [] }],
    ["an auxiliary with its list", ask("ci_aux"), ofAux, ofAux],
  ] as const)("%s", (_name, asked, declared, policy) => {
    expect(choosePolicy(asked, declared)).toEqual({ ok: true, value: policy });
    expect(cachePolicy.optional().safeParse(policy).success).toBe(true);
  });

  test.each([
    [
      "an id of nobody",
      ask(undefined, "jpl"),
      undefined,
      "--actor-id needs --actor human or --actor agent",
      whose,
    ],
    [
      "an id of ci",
      ask("ci", "jpl"),
      undefined,
      "--actor-id goes with human and agent only, not with ci",
      whose,
    ],
    [
      "an id of the directives' ci",
      ask(undefined, "jpl"),
      ofCi,
      "--actor-id goes with human and agent only, not with ci",
      "cache_policy of the directives names that actor: add --actor human",
    ],
    [
      "an id of an auxiliary",
      ask("ci_aux", "jpl"),
      ofAux,
      "--actor-id goes with human and agent only, not with ci_aux",
      whose,
    ],
    ["a person without one", ask("human"), undefined, "--actor human needs --actor-id ID", whose],
    ["an agent without one", ask("agent"), ofCi, "--actor agent needs --actor-id ID", whose],
  ] as const)("%s is a usage error", (_name, asked, declared, message, help) => {
    expect(choosePolicy(asked, declared)).toEqual({ ok: false, error: { message, help } });
  });
});

test.each(["", "a-b", "a/b", "../ci", "A", "é", "a b", "a.b", "_", "ci/"])("%j is no id", (text) => {
  expect(actorOptions["actor-id"].parse(text)).toEqual({
    ok: false,
    error: 'must be an id: lower-case letters and digits, in words joined by _, such as "jpl"',
  });
});
