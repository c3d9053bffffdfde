// Record literals to code that makes records. Each field knows whether it depends on its siblings: then it is kept
// as a recipe, else it is an ordinary lazy value.

import type { CoreContract, CoreDynamicField, CoreField, CoreRecord } from "../lower/core.ts";
import { type Chain, type Compiler, within } from "./compiler.ts";
import { DependentPending, PendingType } from "./contract.ts";
import { describeValue } from "./describe.ts";
import { other, wrongType } from "./diagnostics.ts";
import { fail } from "./failure.ts";
import {
  type Definition,
  Field,
  type FieldAttributes,
  type Group,
  RecordValue,
  RecursiveTerm,
} from "./record.ts";
import type { Code, Env } from "./thunk.ts";
import type { Pending } from "./value.ts";

type MakePending = (env: Env, group: Group) => Pending;
type MakeField = (env: Env, group: Group) => Field;

export function compileRecord(compiler: Compiler, core: CoreRecord, chain: Chain | undefined): Code {
  const inner = within(core.frame, chain);
  const makers = core.fields.map(
    (field) => [field.name, compileField(compiler, field, chain, inner)] as const,
  );
  const dynamic = core.dynamicFields.map((field) => ({
    name: compiler.code(field.name, chain, false),
    span: field.name.span,
    // A field of a computed name sees the others as they stand in the literal, whatever is merged in later.
    make: compileField(compiler, settled(field), inner, inner),
  }));
  const { names, open, span } = core;
  const isFramed = core.frame.size > 0;
  if (dynamic.length === 0) {
    return (env) => {
      const group = { env, names };
      const fields = new Map<string, Field>();
      for (const [name, make] of makers) fields.set(name, make(env, group));
      return new RecordValue(fields, { open }, span);
    };
  }
  return (env) => {
    const group = { env, names };
    const named = new Map<string, Field>();
    for (const [name, make] of makers) named.set(name, make(env, group));
    const literal = new RecordValue(named, { open }, span);
    const around = isFramed ? literal.frameOf(group) : env;
    const fields = new Map<string, Field>();
    for (const [name, field] of named) fields.set(name, literal.carry(field));
    for (const one of dynamic) {
      const name = one.name(env);
      if (name.kind !== "string") {
        const params = { purpose: "a field's name", expected: "a String", found: describeValue(name) };
        return fail(wrongType, params, one.span);
      }
      const present = fields.get(name.value);
      if (present !== undefined) {
        const notes =
          present.keySpan === undefined ? [] : [{ message: "defined here", span: present.keySpan }];
        return fail(other, { message: `the field \`${name.value}\` exists already` }, one.span, notes);
      }
      fields.set(name.value, one.make(around, group));
    }
    return new RecordValue(fields, { open }, span);
  };
}

/** The field as one whose value, unlike its contracts, does not depend on the record it comes to stand in. */
function settled(field: CoreDynamicField): CoreDynamicField {
  return { ...field, recursive: false };
}

function compileField(
  compiler: Compiler,
  field: CoreField | CoreDynamicField,
  outer: Chain | undefined,
  inner: Chain | undefined,
): MakeField {
  const { keySpan } = field;
  const attributes: FieldAttributes = {
    optional: field.optional,
    notExported: field.notExported,
    priority: field.priority,
    doc: field.doc,
  };
  const define = compileDefinition(compiler, field, outer, inner);
  const pendings = field.contracts.map((contract) => compilePending(compiler, contract, outer, inner));
  if (pendings.length === 0) return (env, group) => new Field(define(env, group), [], attributes, keySpan);
  return (env, group) =>
    new Field(
      define(env, group),
      pendings.map((make) => make(env, group)),
      attributes,
      keySpan,
    );
}

function compileDefinition(
  compiler: Compiler,
  field: CoreField | CoreDynamicField,
  outer: Chain | undefined,
  inner: Chain | undefined,
): (env: Env, group: Group) => Definition | undefined {
  const { value } = field;
  if (value === undefined) return () => undefined;
  if (!field.recursive) return compiler.delayed(value, outer);
  const code = compiler.code(value, inner, true);
  return (_, group) => new RecursiveTerm(code, group, value.span);
}

function compilePending(
  compiler: Compiler,
  contract: CoreContract,
  outer: Chain | undefined,
  inner: Chain | undefined,
): MakePending {
  if (contract.recursive) {
    const { type, label } = compiler.contract(contract, inner);
    return (_, group) => new DependentPending((record) => type.build(record.frameOf(group)), label);
  }
  const { type, label } = compiler.contract(contract, outer);
  if (type.closed !== undefined) {
    const pending = new PendingType(type.closed, undefined, label);
    return () => pending;
  }
  return (env) => new PendingType(type.build(env), undefined, label);
}
