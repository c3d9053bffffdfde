// Types and contract annotations to what builds their run-time form; one without terms is built once.

import { unreachable } from "../../core/unreachable.ts";
import type { CoreContract, CoreType } from "../lower/core.ts";
import type { Chain, Compiler, ContractCode, TypeCode } from "./compiler.ts";
import { makeLabel } from "./label.ts";
import type { Env } from "./thunk.ts";
import type { RuntimeType } from "./type.ts";

export function compileType(compiler: Compiler, type: CoreType, chain: Chain | undefined): TypeCode {
  const one = (inner: CoreType): TypeCode => compiler.type(inner, chain);
  const { span } = type;
  switch (type.kind) {
    case "dyn":
    case "number":
    case "bool":
    case "string":
      return closed({ kind: type.kind, span });
    case "contract": {
      const term = compiler.delayed(type.term, chain);
      return { closed: undefined, build: (env) => ({ kind: "term", contract: term(env), span }) };
    }
    case "variable":
      return closed({ kind: "variable", variable: type.variable, span });
    case "arrow": {
      const domain = one(type.domain);
      const codomain = one(type.codomain);
      return combine([domain, codomain], (env) => ({
        kind: "arrow",
        domain: domain.build(env),
        codomain: codomain.build(env),
        span,
      }));
    }
    case "forall": {
      const body = one(type.body);
      const { variable } = type;
      return combine([body], (env) => ({ kind: "forall", variable, body: body.build(env), span }));
    }
    case "array": {
      const element = one(type.element);
      return combine([element], (env) => ({ kind: "array", element: element.build(env), span }));
    }
    case "dictionary": {
      const element = one(type.element);
      const { flavour } = type;
      return combine([element], (env) => ({
        kind: "dictionary",
        flavour,
        element: element.build(env),
        span,
      }));
    }
    case "record": {
      const rows = type.rows.map((row) => ({ name: row.name, type: one(row.type) }));
      const { tail } = type;
      return combine(
        rows.map((row) => row.type),
        (env) => ({
          kind: "record",
          rows: new Map(rows.map((row) => [row.name, row.type.build(env)])),
          tail,
          span,
        }),
      );
    }
    case "enum": {
      const rows = type.rows.map((row) => ({
        tag: row.tag,
        argument: row.argument === undefined ? undefined : one(row.argument),
      }));
      const { open } = type;
      const tags = new Set(rows.flatMap((row) => (row.argument === undefined ? [row.tag] : [])));
      return combine(
        rows.flatMap((row) => row.argument ?? []),
        (env) => ({
          kind: "enum",
          tags,
          variants: new Map(
            rows.flatMap((row) => (row.argument === undefined ? [] : [[row.tag, row.argument.build(env)]])),
          ),
          open,
          span,
        }),
      );
    }
    default:
      return unreachable(type);
  }
}

export function compileContract(
  compiler: Compiler,
  contract: CoreContract,
  chain: Chain | undefined,
): ContractCode {
  return { type: compiler.type(contract.type, chain), label: makeLabel(contract.span, contract.subject) };
}

function closed(type: RuntimeType): TypeCode {
  return { closed: type, build: () => type };
}

/** Builds once when all parts are closed; `build` looks at its environment only through its parts. */
function combine(parts: readonly TypeCode[], build: (env: Env) => RuntimeType): TypeCode {
  if (parts.some((part) => part.closed === undefined)) return { closed: undefined, build };
  return closed(build(noEnv));
}

const noEnv: Env = { up: undefined, slots: [] };
