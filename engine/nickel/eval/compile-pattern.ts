// Patterns to matchers: tests and bindings in the order they are written, so that a later part is not computed
// when an earlier one does not fit.

import { unreachable } from "../../core/unreachable.ts";
import type { CoreFieldPattern, CorePattern } from "../lower/core.ts";
import { equals } from "../number.ts";
import type { Chain, Compiler, Matcher } from "./compiler.ts";
import { applyType } from "./contract.ts";
import { mergeRecords } from "./merge.ts";
import { Field, plainAttributes, RecordValue } from "./record.ts";
import { delay, type Env, look } from "./thunk.ts";
import { ArrayValue, type Lazy } from "./value.ts";

type CoreRecordPattern = Extract<CorePattern, { kind: "record" }>;
type CoreArrayPattern = Extract<CorePattern, { kind: "array" }>;

export function compilePattern(compiler: Compiler, pattern: CorePattern, chain: Chain | undefined): Matcher {
  switch (pattern.kind) {
    case "wildcard":
      return () => true;
    case "variable": {
      const { slot } = pattern;
      return (value, slots) => {
        slots[slot] = value;
        return true;
      };
    }
    case "null":
      return (value) => look(value).kind === "null";
    case "bool":
      return (value) => {
        const found = look(value);
        return found.kind === "bool" && found.value === pattern.value;
      };
    case "number":
      return (value) => {
        const found = look(value);
        return found.kind === "number" && equals(found.value, pattern.value);
      };
    case "string":
      return (value) => {
        const found = look(value);
        return found.kind === "string" && found.value === pattern.value;
      };
    case "tag":
      return (value) => {
        const found = look(value);
        return found.kind === "enum" && found.argument === undefined && found.tag === pattern.tag;
      };
    case "variant": {
      const argument = compiler.matcher(pattern.argument, chain);
      return (value, slots, env) => {
        const found = look(value);
        return (
          found.kind === "enum" &&
          found.argument !== undefined &&
          found.tag === pattern.tag &&
          argument(found.argument, slots, env)
        );
      };
    }
    case "record":
      return compileRecordPattern(compiler, pattern, chain);
    case "array":
      return compileArrayPattern(compiler, pattern, chain);
    case "alias": {
      const inner = compiler.matcher(pattern.pattern, chain);
      const { slot } = pattern;
      return (value, slots, env) => {
        slots[slot] = value;
        return inner(value, slots, env);
      };
    }
    case "or": {
      const alternatives = pattern.alternatives.map((one) => compiler.matcher(one, chain));
      return (value, slots, env) => alternatives.some((matches) => matches(value, slots, env));
    }
    default:
      return unreachable(pattern);
  }
}

function compileArrayPattern(
  compiler: Compiler,
  pattern: CoreArrayPattern,
  chain: Chain | undefined,
): Matcher {
  const items = pattern.items.map((item) => compiler.matcher(item, chain));
  const { open, restSlot } = pattern;
  return (value, slots, env) => {
    const found = look(value);
    if (found.kind !== "array") return false;
    const { length } = found.items;
    if (open ? length < items.length : length !== items.length) return false;
    if (restSlot !== undefined) {
      slots[restSlot] = new ArrayValue(found.items.slice(items.length, length), found.contracts, found.span);
    }
    return items.every((matches, index) => {
      const item = found.at(index);
      return item !== undefined && matches(item, slots, env);
    });
  };
}

interface FieldMatcher {
  readonly name: string;
  readonly bind: (cell: Lazy, slots: Lazy[], env: Env) => boolean;
  readonly fallback: ((env: Env) => Field) | undefined;
}

function compileRecordPattern(
  compiler: Compiler,
  pattern: CoreRecordPattern,
  chain: Chain | undefined,
): Matcher {
  const fields = pattern.fields.map((field) => compileFieldPattern(compiler, field, chain));
  const names = new Set(fields.map((field) => field.name));
  const { open, restSlot } = pattern;
  return (value, slots, env) => {
    const found = look(value);
    if (found.kind !== "record") return false;
    const filled = fillIn(found, fields, env);
    let count = 0;
    for (const [name] of filled.present()) {
      if (!open && !names.has(name)) return false;
      count += 1;
    }
    if (open ? count < fields.length : count !== fields.length) return false;
    const cells: Lazy[] = [];
    for (const { name } of fields) {
      const field = filled.fields.get(name);
      const cell = field === undefined ? undefined : filled.cellOf(field);
      if (cell === undefined) return false;
      cells.push(cell);
    }
    if (restSlot !== undefined) slots[restSlot] = without(filled, names);
    return fields.every((field, index) => {
      const cell = cells[index];
      return cell !== undefined && field.bind(cell, slots, env);
    });
  };
}

function compileFieldPattern(
  compiler: Compiler,
  core: CoreFieldPattern,
  chain: Chain | undefined,
): FieldMatcher {
  const inner = compiler.matcher(core.pattern, chain);
  const contracts = core.contracts.map((contract) => compiler.contract(contract, chain));
  const fallback = core.fallback === undefined ? undefined : compiler.delayed(core.fallback, chain);
  return {
    name: core.name,
    bind: (cell, slots, env) => {
      let value = cell;
      for (const { type, label } of contracts) {
        const checked = value;
        value = delay(() => applyType(type.build(env), undefined, label, checked), checked.span);
      }
      return inner(value, slots, env);
    },
    fallback:
      fallback === undefined
        ? undefined
        : (env) => new Field(fallback(env), [], { ...plainAttributes, priority: "default" }, core.nameSpan),
  };
}

/** The record merged with the fallbacks of what it lacks, so that contracts it already holds apply to them. */
function fillIn(record: RecordValue, matchers: readonly FieldMatcher[], env: Env): RecordValue {
  const defaults = new Map<string, Field>();
  for (const { name, fallback } of matchers) {
    if (fallback !== undefined && record.fields.get(name)?.definition === undefined)
      defaults.set(name, fallback(env));
  }
  if (defaults.size === 0) return record;
  // What is sealed stays so beside them.
  const { fields, open, frozen, tail, span } = record;
  const visible = tail === undefined ? record : new RecordValue(fields, { open, frozen }, span);
  const filled = mergeRecords(visible, new RecordValue(defaults, {}, undefined), span, span);
  return tail === undefined ? filled : new RecordValue(filled.fields, { open, tail }, span);
}

function without(record: RecordValue, names: ReadonlySet<string>): RecordValue {
  const fields = new Map<string, Field>();
  for (const [name, field] of record.fields) {
    if (!names.has(name)) fields.set(name, record.carry(field));
  }
  return new RecordValue(
    fields,
    { open: record.open, frozen: record.frozen, tail: record.tail },
    record.span,
  );
}
