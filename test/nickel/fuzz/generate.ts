// Programs that are well formed, and mostly well typed: lets, functions, records with merges and priorities, contracts,
// patterns, enums, interpolation, calls of the standard library. One in twenty parts is of another type than is wanted.

import { type Chooser, pick } from "./chooser.ts";

const types = ["number", "string", "bool", "array", "record", "enum", "function"] as const;
type Type = (typeof types)[number];

interface Scope {
  readonly chooser: Chooser;
  readonly depth: number;
  readonly names: readonly { readonly name: string; readonly type: Type }[];
}

/** A whole program, of a random type. */
export function generateProgram(chooser: Chooser): string {
  const depth = 2 + chooser.next(5);
  return term({ chooser, depth, names: [] }, pick(chooser, types));
}

function deeper(scope: Scope, ...names: Scope["names"]): Scope {
  return { ...scope, depth: scope.depth - 1, names: [...scope.names, ...names] };
}

function term(scope: Scope, wanted: Type): string {
  const { chooser } = scope;
  const type = chooser.next(20) === 19 ? pick(chooser, types) : wanted;
  if (scope.depth <= 0) return leaf(scope, type);
  switch (chooser.next(10)) {
    case 0:
      return leaf(scope, type);
    case 1:
      return bind(scope, type);
    case 2:
      return `(if ${term(deeper(scope), "bool")} then ${term(deeper(scope), type)} else ${term(deeper(scope), type)})`;
    case 3:
      return call(scope, type);
    case 4:
      return match(scope, type);
    case 5:
      return `(${term(deeper(scope), type)} ${annotation(scope, type)})`;
    case 6:
      return library(scope, type);
    case 7:
      return access(scope, type);
    default:
      return compound(scope, type);
  }
}

function leaf(scope: Scope, type: Type): string {
  const { chooser, names } = scope;
  const fitting = names.filter((one) => one.type === type);
  if (fitting.length > 0 && chooser.next(2) === 0) return pick(chooser, fitting).name;
  switch (type) {
    case "number":
      return pick(chooser, [
        "0",
        "1",
        "2",
        "(-1)",
        "0.5",
        "1e3",
        "0x1f",
        "1e-7",
        "12345678901234567890",
        "(1 / 3)",
      ]);
    case "string":
      return pick(chooser, [
        '""',
        '"a"',
        '"b c"',
        '"é\\n😀"',
        'm%"\n  x\n   y\n"%',
        '"%{"q"}"',
        '"1"',
        '"x-y"',
      ]);
    case "bool":
      return pick(chooser, ["true", "false"]);
    case "array":
      return pick(chooser, ["[]", "[1]", "[1, 2, 3]", "[3, 1, 2, 1]", "(std.array.range 0 5)"]);
    case "record":
      return pick(chooser, [
        "{}",
        "{ a = 1 }",
        "{ a = 1, b = a }",
        '{ a | default = 1, "x y" = 2 }',
        "{ a.b.c = 1 }",
      ]);
    case "enum":
      return pick(chooser, ["'A", "'B", "('A 1)", "('C { a = 1 })", '\'"x y"']);
    case "function":
      return pick(chooser, [
        "(fun x => x)",
        "(fun x => 1)",
        "(fun x => x + 1)",
        "(fun { a, .. } => a)",
        "std.function.id",
      ]);
    default:
      return type;
  }
}

/** A name that is new or hides another. */
function fresh(scope: Scope): string {
  return pick(scope.chooser, ["x", "y", "z", "f", "g", "a", "b", "n'", "o-k", "_u"]);
}

function bind(scope: Scope, type: Type): string {
  const { chooser } = scope;
  const name = fresh(scope);
  const of = pick(chooser, types);
  const inner = deeper(scope, { name, type: of });
  switch (chooser.next(4)) {
    case 0:
      return `(let ${name} ${annotation(scope, of)} = ${term(deeper(scope), of)} in ${term(inner, type)})`;
    case 1: {
      const rest = term(deeper(scope, { name: "n", type: "number" }), type);
      return `(let rec r = fun n => if n <= 0 then ${rest} else r (n - 1) in r ${pick(chooser, ["2", "10", "60"])})`;
    }
    case 2:
      return `(let { a ${pick(chooser, ["", "? 1", "= v", "| Number"])}, .. } = ${term(deeper(scope), "record")} in ${term(deeper(scope, { name: "a", type: "number" }), type)})`;
    default:
      return `(let ${name} = ${term(deeper(scope), of)} in ${term(inner, type)})`;
  }
}

function call(scope: Scope, type: Type): string {
  const { chooser } = scope;
  const name = fresh(scope);
  const of = pick(chooser, types);
  const body = term(deeper(scope, { name, type: of }), type);
  const argument = term(deeper(scope), of);
  switch (chooser.next(3)) {
    case 0:
      return `(${argument} |> (fun ${name} => ${body}))`;
    case 1:
      return `((fun ${name} _ => ${body}) (${argument}) ${leaf(scope, "number")})`;
    default:
      return `((fun ${name} => ${body}) ${argument})`;
  }
}

function match(scope: Scope, type: Type): string {
  const { chooser } = scope;
  const of = pick(chooser, types);
  const branch = (pattern: string, ...names: Scope["names"]) =>
    `${pattern}${chooser.next(5) === 0 ? ` if ${leaf(deeper(scope, ...names), "bool")}` : ""} => ${term(deeper(scope, ...names), type)}`;
  const branches = [
    () => branch("'A"),
    () => branch("'A p", { name: "p", type: "number" }),
    () => branch("'B or 'C _"),
    () => branch("[]"),
    () => branch("[p, ..]", { name: "p", type: "number" }),
    () => branch("[_, ..q]", { name: "q", type: "array" }),
    () => branch("{ a, ..q }", { name: "a", type: "number" }, { name: "q", type: "record" }),
    () => branch("{ a = 1, b ? 2 }", { name: "b", type: "number" }),
    () => branch("1"),
    () => branch('"a"'),
    () => branch("true"),
    () => branch("p @ { .. }", { name: "p", type: "record" }),
  ];
  const chosen = Array.from({ length: chooser.next(4) }, () => pick(chooser, branches)());
  if (chooser.next(4) !== 0) chosen.push(branch("p", { name: "p", type: of }));
  return `(${term(deeper(scope), of)} |> match { ${chosen.join(", ")} })`;
}

function annotation(scope: Scope, type: Type): string {
  return `${pick(scope.chooser, ["|", "|", "|", ":"])} ${contract(scope, type)}`;
}

function contract(scope: Scope, type: Type): string {
  const { chooser } = scope;
  if (chooser.next(4) === 0)
    return pick(chooser, [
      "Dyn",
      "std.contract.Equal 1",
      "(std.contract.from_predicate (fun x => x == x))",
      "(std.contract.any_of [Number, String])",
    ]);
  switch (type) {
    case "number":
      return pick(chooser, ["Number", "std.number.Nat", "std.number.Integer", "(std.contract.not String)"]);
    case "string":
      return pick(chooser, ["String", "std.string.NonEmpty", "std.string.Stringable"]);
    case "bool":
      return "Bool";
    case "array":
      return pick(chooser, ["Array Number", "Array Dyn", "Array std.number.Nat", "std.array.NonEmpty"]);
    case "record":
      return pick(chooser, [
        "{ a | Number, .. }",
        "{ _ : Number }",
        "{ _ | Number }",
        "{ a : Number, b | optional | Number, .. }",
        "{ a | default = 3, .. }",
        "{..}",
        "{ a : Number; Dyn }",
      ]);
    case "enum":
      return pick(chooser, [
        "[| 'A, 'B |]",
        "[| 'A Number, 'B, 'C { a : Number } |]",
        "[| 'A; Dyn |]",
        "std.enum.TagOrString",
      ]);
    case "function":
      return pick(chooser, [
        "Number -> Number",
        "Dyn -> Dyn",
        "(forall a. a -> a)",
        "(forall r. { a : Number; r } -> Number)",
        "Number -> String",
      ]);
    default:
      return type;
  }
}

interface Signature {
  readonly name: string;
  readonly takes: readonly Type[];
  readonly gives: Type;
}

const signatures: readonly Signature[] = [
  ["array.length", "array", "number"],
  ["array.map", "function array", "array"],
  ["array.filter", "function array", "array"],
  ["array.fold_left (fun l r => l + r) 0", "array", "number"],
  ["array.fold_right (fun l r => l + r) 0", "array", "number"],
  ["array.reverse", "array", "array"],
  ["array.sort std.number.compare", "array", "array"],
  ["array.first", "array", "number"],
  ["array.at", "number array", "number"],
  ["array.flat_map (fun x => [x, x])", "array", "array"],
  ["array.zip_with (fun l r => l + r)", "array array", "array"],
  ["array.slice 0", "number array", "array"],
  ["array.generate (fun x => x)", "number", "array"],
  ["array.replicate 3", "string", "array"],
  ["array.partition (fun x => x == 1)", "array", "record"],
  ["array.elem", "number array", "bool"],
  ["record.fields", "record", "array"],
  ["record.values", "record", "array"],
  ["record.map (fun _ v => v)", "record", "record"],
  ["record.map_values", "function record", "record"],
  ["record.insert", "string number record", "record"],
  ["record.remove", "string record", "record"],
  ["record.update", "string number record", "record"],
  ["record.get", "string record", "number"],
  ["record.has_field", "string record", "bool"],
  ["record.to_array", "record", "array"],
  ["record.filter (fun _ v => v == 1)", "record", "record"],
  ["record.freeze", "record", "record"],
  ["record.merge_all", "array", "record"],
  ["string.length", "string", "number"],
  ["string.split", "string string", "array"],
  ["string.join", "string array", "string"],
  ["string.substring 0", "number string", "string"],
  ["string.replace", "string string string", "string"],
  ["string.is_match", "string string", "bool"],
  ["string.find", "string string", "record"],
  ["string.find_all", "string string", "array"],
  ["string.uppercase", "string", "string"],
  ["string.characters", "string", "array"],
  ["string.from", "number", "string"],
  ["string.to_number", "string", "number"],
  ["string.base64_encode", "string", "string"],
  ["string.to_enum", "string", "enum"],
  ["number.pow", "number number", "number"],
  ["number.floor", "number", "number"],
  ["number.truncate", "number", "number"],
  ["number.sqrt", "number", "number"],
  ["number.log 10", "number", "number"],
  ["enum.to_tag_and_arg", "enum", "record"],
  ["enum.map", "function enum", "enum"],
  ["contract.apply Number", "number", "number"],
  ["contract.check Number", "number", "enum"],
  ["function.compose", "function function", "function"],
  ["function.flip (fun l r => r)", "number number", "number"],
  ["deep_seq", "record number", "number"],
  ["typeof", "record", "enum"],
  ["hash 'Sha256", "string", "string"],
  ["serialize 'Json", "record", "string"],
  ["serialize 'Yaml", "record", "string"],
  ["serialize 'Toml", "record", "string"],
  ["deserialize 'Json", "string", "record"],
  ["deserialize 'Yaml", "string", "record"],
  ["deserialize 'Toml", "string", "record"],
  ["to_string", "number", "string"],
  ["is_array", "array", "bool"],
].map(([name = "", takes = "", gives = ""]) => ({
  name,
  takes: takes.split(" ").map(typeNamed),
  gives: typeNamed(gives),
}));

function typeNamed(name: string): Type {
  const type = types.find((one) => one === name);
  if (type === undefined) throw new Error(`no type ${name}`);
  return type;
}

function library(scope: Scope, type: Type): string {
  const { chooser } = scope;
  const fitting = signatures.filter(({ gives }) => gives === type);
  if (fitting.length === 0) return leaf(scope, type);
  const { name, takes } = pick(chooser, fitting);
  return `(std.${name} ${takes.map((one) => term(deeper(scope), one)).join(" ")})`;
}

function access(scope: Scope, type: Type): string {
  const { chooser } = scope;
  const value = term(deeper(scope), type);
  switch (chooser.next(4)) {
    case 0:
      return `({ a = ${value}, b = 1 }.a)`;
    case 1:
      return `({ a | ${contract(scope, type)} | default = ${value} } & { b = 1 }).a`;
    case 2:
      return `(std.array.at 0 [${value}])`;
    default:
      return `({ "%{${leaf(scope, "string")}}" = 1, a | priority ${pick(chooser, ["1", "-2", "0.5"])} = ${value}, a = ${leaf(scope, type)} }.a)`;
  }
}

function compound(scope: Scope, type: Type): string {
  const { chooser } = scope;
  const part = (of: Type) => term(deeper(scope), of);
  switch (type) {
    case "number":
      return `(${part("number")} ${pick(chooser, ["+", "-", "*", "/", "%"])} ${part("number")})`;
    case "string":
      return chooser.next(2) === 0
        ? `(${part("string")} ++ ${part("string")})`
        : `"<%{${part("string")}} %{${part(pick(chooser, ["string", "number"]))}}>"`;
    case "bool":
      return pick(chooser, [
        () => `(${part("number")} ${pick(chooser, ["<", "<=", ">", ">="])} ${part("number")})`,
        () => `(${part("bool")} ${pick(chooser, ["&&", "||"])} ${part("bool")})`,
        () => `(!${part("bool")})`,
        () => {
          const of = pick(chooser, types);
          return `(${part(of)} ${pick(chooser, ["==", "!="])} ${part(of)})`;
        },
      ])();
    case "array":
      return chooser.next(2) === 0
        ? `(${part("array")} @ ${part("array")})`
        : `[${Array.from({ length: chooser.next(4) }, () => part(pick(chooser, types))).join(", ")}]`;
    case "record":
      return chooser.next(2) === 0 ? `(${part("record")} & ${part("record")})` : record(scope);
    case "enum":
      return `('${pick(chooser, ["A", "B", "C"])} ${part(pick(chooser, types))})`;
    case "function": {
      const name = fresh(scope);
      const of = pick(chooser, types);
      return `(fun ${name} => ${term(deeper(scope, { name, type: of }), pick(chooser, types))})`;
    }
    default:
      return type;
  }
}

function record(scope: Scope): string {
  const { chooser } = scope;
  const names = ["a", "b", "c", "d"]
    .slice(0, 1 + chooser.next(4))
    .map((name) => ({ name, type: pick(chooser, types) }));
  const within = deeper(scope, ...names);
  const fields = names.map(({ name, type }) => {
    const metadata = Array.from({ length: chooser.next(3) }, () =>
      pick(chooser, [
        () => annotation(scope, type),
        () => "| default",
        () => "| force",
        () => "| priority 3",
        () => "| optional",
        () => "| not_exported",
        () => '| doc "what"',
      ])(),
    ).join(" ");
    const path = pick(chooser, [
      name,
      name,
      name,
      `${name}.${pick(chooser, ["a", "b"])}`,
      `"${name}"`,
      `"%{"${name}"}"`,
    ]);
    const value = chooser.next(8) === 0 ? "" : ` = ${term(within, type)}`;
    return `${path} ${metadata}${value}`;
  });
  if (scope.names.length > 0 && chooser.next(8) === 0)
    fields.push(`include ${pick(chooser, scope.names).name}`);
  if (chooser.next(10) === 0) fields.push("..");
  return `{ ${fields.join(", ")} }`;
}
