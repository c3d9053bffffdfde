// Texts prepared beforehand: evaluated as if they had been read, and left aside where they are not that text.

import { expect, test } from "vitest";
import { SourceFile } from "../../engine/core/source.ts";
import { createEvaluator, type Evaluation } from "../../engine/nickel/evaluate.ts";
import { toJson } from "../../engine/nickel/located.ts";
import { lowerFile } from "../../engine/nickel/lower/lower.ts";
import { packText } from "../../engine/nickel/lower/prepared.ts";
import { parse } from "../../engine/nickel/syntax/parse.ts";
import { outerType } from "../../engine/nickel/typing/outer-type.ts";
import { FakeFiles } from "../fakes/files.ts";

const contract = `{
  Port = std.contract.from_predicate (fun x => x > 0 && x < 65536),
  Server = { name | String, port | Port, tags | Array [| 'a, 'b |] | default = ['a], inner = import "inner.ncl" },
}
`;
const inner = "{ deep = 1 + 1 }\n";

function prepare(path: string, text: string): unknown {
  const file = new SourceFile(path, text);
  const { term } = parse(file);
  if (term === undefined) throw new Error(`${path} does not parse`);
  return structuredClone(
    packText(file, { ...lowerFile(term, new Set(["std"]), false), outer: outerType(term) }),
  );
}

function evaluate(main: string, prepared?: (path: string) => unknown, text = contract): Evaluation {
  const files = new FakeFiles({ "/main.ncl": main, "/contract.ncl": text, "/inner.ncl": inner });
  const found = prepared === undefined ? {} : { prepared };
  return createEvaluator({ files, importPaths: [], ...found }).evaluate("/main.ncl");
}

const asked: string[] = [];
const packed = prepare("/elsewhere/contract.ncl", contract);
function findContract(path: string): unknown {
  asked.push(path);
  return path === "/contract.ncl" ? packed : undefined;
}

test.each([
  'let C = import "contract.ncl" in { name = "x", port = 80 } | C.Server',
  'let C = import "contract.ncl" in { name = "x", port = 0 } | C.Server',
  'let C = import "contract.ncl" in { nmae = "x", port = 1, tags = [\'c] } | C.Server',
])("is evaluated with the same value, places and complaints: %s", (main) => {
  const evaluated = evaluate(main, findContract);
  expect(evaluated).toEqual(evaluate(main));
  expect(asked).toContain("/contract.ncl");
});

test("a text that has changed since is read anew", () => {
  const evaluated = evaluate('(import "contract.ncl").changed', findContract, "{ changed = true }");
  expect(evaluated.ok && toJson(evaluated.value.value)).toBe(true);
});

test("what is no prepared text is left aside", () => {
  const evaluated = evaluate('(import "contract.ncl").Server & { name = "x", port = 1 }', () => ({
    text: contract,
  }));
  expect(evaluated.ok).toBe(true);
});

test("a text with a fraction in it is not prepared", () => {
  expect(prepare("/half.ncl", "{ half = 0.5 }")).toBeUndefined();
});
