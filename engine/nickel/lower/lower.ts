// A file's syntax tree to core: names to slots, operators to primops, sugar away. Unbound names are gathered, and
// so are the imports, which are to be read whether the program needs them or not.

import { unreachable } from "../../core/unreachable.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import { parseNumber } from "../number.ts";
import type {
  BinaryOperator,
  BinaryTerm,
  Binding,
  Chunk,
  LetTerm,
  Pattern,
  Term,
  TypeNode,
} from "../syntax/ast.ts";
import type { Core, CoreBinding, CoreChunk, CoreFunction, CoreRecord } from "./core.ts";
import { numberTooLarge, packageImport, unboundIdentifier, unboundTypeVariable } from "./diagnostics.ts";
import { boundNames, lowerPattern } from "./lower-pattern.ts";
import { lowerRecord } from "./lower-record.ts";
import { lowerAnnotations, lowerType } from "./lower-type.ts";
import { type Lowering, Scope } from "./scope.ts";
import { unboundHelp } from "./unbound.ts";

export interface Lowered {
  readonly core: Core;
  readonly imports: readonly Extract<Core, { kind: "import" }>[];
  readonly diagnostics: readonly NickelDiagnostic[];
  /** There is a static type in it. */
  readonly isTyped: boolean;
}

/**
 * `globals` are the names of the initial environment; a trusted text's static types are not checked against itself.
 * `wildcards` are the types that were inferred for its `_`, by their numbers.
 */
export function lowerFile(
  term: Term,
  globals: ReadonlySet<string>,
  trusted: boolean,
  wildcards: ReadonlyMap<number, TypeNode> = new Map(),
): Lowered {
  const lowering: Lowering = {
    diagnostics: [],
    imports: [],
    globals,
    isTyped: false,
    defining: [],
    wildcards,
    trusted,
    term: (inner, scope) => lowerTerm(lowering, inner, scope),
    pathRecord: (inner, scope) => lowerRecord(lowering, inner, scope, true),
    pattern: (pattern, scope, outer) => lowerPattern(lowering, pattern, scope, outer),
    type: (type, scope) => lowerType(lowering, type, scope),
    unbound(name, span, scope) {
      const help = unboundHelp(name, span, this.defining, new Set([...scope.visible(), ...globals]));
      this.diagnostics.push(complain(unboundIdentifier, { name, help }, span));
    },
    unboundType(name, span) {
      this.diagnostics.push(complain(unboundTypeVariable, { name }, span));
    },
  };
  const core = lowerTerm(lowering, term, new Scope(undefined));
  const { imports, diagnostics, isTyped } = lowering;
  return { core, imports, diagnostics, isTyped };
}

function lowerTerm(lowering: Lowering, term: Term, scope: Scope): Core {
  const { span } = term;
  switch (term.kind) {
    case "null":
      return { kind: "null", span };
    case "bool":
      return { kind: "bool", value: term.value, span };
    case "number": {
      const value = parseNumber(term.text);
      if (value !== undefined) return { kind: "number", value, span };
      lowering.diagnostics.push(complain(numberTooLarge, { text: term.text }, span));
      return { kind: "null", span };
    }
    case "string":
      return { kind: "string", value: term.value, span };
    case "template":
      return {
        kind: "template",
        chunks: term.chunks.map((chunk) => lowerChunk(lowering, chunk, scope)),
        span,
      };
    case "symbolic": {
      const items = term.chunks.map(
        (chunk): Core =>
          chunk.kind === "text"
            ? { kind: "string", value: chunk.text, span: chunk.span }
            : lowerTerm(lowering, chunk.term, scope),
      );
      return plainRecord(term, [
        ["tag", { kind: "tag", tag: "SymbolicString", span }],
        ["prefix", { kind: "tag", tag: term.prefix.text, span: term.prefix.span }],
        ["fragments", { kind: "array", items, span }],
      ]);
    }
    case "variable": {
      const binder = scope.resolve(term.name);
      if (binder !== undefined) return { kind: "local", binder, span };
      if (!lowering.globals.has(term.name)) lowering.unbound(term.name, span, scope);
      return { kind: "global", name: term.name, span };
    }
    case "tag":
      return { kind: "tag", tag: term.tag.text, span };
    case "variant":
      return {
        kind: "variant",
        tag: term.tag.text,
        argument: lowerTerm(lowering, term.argument, scope),
        span,
      };
    case "array":
      return { kind: "array", items: term.items.map((item) => lowerTerm(lowering, item, scope)), span };
    case "record":
      return lowerRecord(lowering, term, scope, false);
    case "let":
      return lowerLet(lowering, term, scope);
    case "function":
      return lowerFunction(lowering, term.parameters, term.body, scope, term);
    case "if":
      return {
        kind: "if",
        condition: lowerTerm(lowering, term.condition, scope),
        consequent: lowerTerm(lowering, term.consequent, scope),
        alternative: lowerTerm(lowering, term.alternative, scope),
        span,
      };
    case "match": {
      const branches = term.branches.map((branch) => {
        const inner = new Scope(scope);
        const pattern = lowerPattern(lowering, branch.pattern, inner, scope);
        return {
          frame: inner.frame,
          pattern,
          guard: branch.guard === undefined ? undefined : lowerTerm(lowering, branch.guard, inner),
          body: lowerTerm(lowering, branch.body, inner),
          span: branch.span,
        };
      });
      return { kind: "match", branches, span };
    }
    case "apply": {
      const head = lowerTerm(lowering, term.head, scope);
      const operands = term.arguments.map((argument) => lowerTerm(lowering, argument, scope));
      // A primop takes what follows it as its further arguments.
      if (head.kind === "primop") return { ...head, arguments: [...head.arguments, ...operands], span };
      return { kind: "apply", head, arguments: operands, span };
    }
    case "unary": {
      const operand = lowerTerm(lowering, term.operand, scope);
      if (term.operator === "!") return { kind: "primop", name: "!", arguments: [operand], span };
      if (operand.kind === "number" && typeof operand.value === "number") {
        return { ...operand, value: operand.value === 0 ? 0 : -operand.value, span };
      }
      return { kind: "primop", name: "-", arguments: [{ kind: "number", value: 0, span }, operand], span };
    }
    case "binary":
      return lowerBinary(lowering, term, scope);
    case "operator":
      return lowerOperator(term.operator, term);
    case "primop": {
      const operands = term.arguments.map((argument) => lowerTerm(lowering, argument, scope));
      return { kind: "primop", name: term.name, arguments: operands, span };
    }
    case "access":
      return {
        kind: "access",
        record: lowerTerm(lowering, term.record, scope),
        field: term.field.text,
        fieldSpan: term.field.span,
        span,
      };
    case "dynamic-access": {
      const field = lowerTerm(lowering, term.field, scope);
      return {
        kind: "primop",
        name: "record/get",
        arguments: [field, lowerTerm(lowering, term.record, scope)],
        span,
      };
    }
    case "annotated": {
      const inner = lowerTerm(lowering, term.term, scope);
      const contracts = lowerAnnotations(lowering, term.annotations, scope, undefined);
      return contracts.length === 0 ? inner : { kind: "annotated", term: inner, contracts, span };
    }
    case "type":
      return { kind: "type", type: lowerType(lowering, term.type, scope), span };
    case "import": {
      const core = {
        kind: "import",
        path: term.path,
        pathSpan: term.pathSpan,
        format: term.format,
        span,
      } as const;
      lowering.imports.push(core);
      return core;
    }
    case "import-package":
      lowering.diagnostics.push(complain(packageImport, { name: term.name.text }, span));
      return { kind: "null", span };
    default:
      return unreachable(term);
  }
}

function lowerChunk(lowering: Lowering, chunk: Chunk, scope: Scope): CoreChunk {
  if (chunk.kind === "text") return { kind: "text", text: chunk.text };
  return { kind: "interpolation", term: lowerTerm(lowering, chunk.term, scope), indent: chunk.indent };
}

function plainRecord(term: Term, fields: readonly (readonly [string, Core])[]): CoreRecord {
  return {
    kind: "record",
    frame: { size: 0 },
    names: [],
    fields: fields.map(([name, value]) => ({
      name,
      keySpan: term.span,
      value,
      recursive: false,
      contracts: [],
      optional: false,
      notExported: false,
      priority: 0,
      doc: undefined,
    })),
    dynamicFields: [],
    open: false,
    span: term.span,
  };
}

function lowerLet(lowering: Lowering, term: LetTerm, outer: Scope): Core {
  const scope = new Scope(outer);
  // Recursive bindings see one another, so all names are bound before any value is lowered.
  if (term.recursive) {
    for (const binding of term.bindings) {
      for (const name of boundNames(binding.pattern)) if (scope.own(name) === undefined) scope.bind(name);
    }
  }
  const seen = term.recursive ? scope : outer;
  if (!term.recursive)
    lowering.defining.push(term.bindings.flatMap(({ pattern }) => Array.from(boundNames(pattern))));
  const values = term.bindings.map((binding) => lowerBinding(lowering, binding, seen));
  if (!term.recursive) lowering.defining.pop();
  const bindings = term.bindings.map((binding, at): CoreBinding => {
    const value = values[at];
    if (value === undefined) throw new Error("a binding without its value");
    return { pattern: lowerPattern(lowering, binding.pattern, scope, seen), value };
  });
  return {
    kind: "let",
    frame: scope.frame,
    recursive: term.recursive,
    bindings,
    body: lowerTerm(lowering, term.body, scope),
    span: term.span,
  };
}

function lowerBinding(lowering: Lowering, binding: Binding, scope: Scope): Core {
  const value = lowerTerm(lowering, binding.value, scope);
  const subject = binding.pattern.kind === "variable" ? binding.pattern.name : undefined;
  const contracts = lowerAnnotations(lowering, binding.annotations, scope, subject);
  return contracts.length === 0 ? value : { kind: "annotated", term: value, contracts, span: value.span };
}

/** A destructuring parameter ends its function: it is checked as soon as its argument is there. */
function lowerFunction(
  lowering: Lowering,
  parameters: readonly Pattern[],
  body: Term,
  outer: Scope,
  whole: Term,
): CoreFunction {
  const scope = new Scope(outer);
  const simple = parameters.findIndex((one) => one.kind !== "variable" && one.kind !== "wildcard");
  const count = simple === -1 ? parameters.length : simple + 1;
  const own = parameters.slice(0, count);
  for (const parameter of own) {
    if (parameter.kind === "variable") scope.bind(parameter.name);
    else scope.reserve();
  }
  const last = simple === -1 ? undefined : own.at(-1);
  const pattern = last === undefined ? undefined : lowerPattern(lowering, last, scope, scope.asItStands());
  const rest = parameters.slice(count);
  return {
    kind: "function",
    frame: scope.frame,
    arity: count,
    pattern,
    body:
      rest.length === 0
        ? lowerTerm(lowering, body, scope)
        : lowerFunction(lowering, rest, body, scope, whole),
    span: whole.span,
  };
}

function lowerBinary(lowering: Lowering, term: BinaryTerm, scope: Scope): Core {
  const left = lowerTerm(lowering, term.left, scope);
  const right = lowerTerm(lowering, term.right, scope);
  return operation(term.operator, left, right, term);
}

function operation(operator: BinaryOperator, left: Core, right: Core, { span }: Term): Core {
  switch (operator) {
    case "!=": {
      const equal: Core = { kind: "primop", name: "==", arguments: [left, right], span };
      return { kind: "primop", name: "!", arguments: [equal], span };
    }
    case "|>":
      return right.kind === "primop"
        ? { ...right, arguments: [...right.arguments, left], span }
        : { kind: "apply", head: right, arguments: [left], span };
    case "&&":
      return { kind: "and", left, right, span };
    case "||":
      return { kind: "or", left, right, span };
    default:
      return { kind: "primop", name: operator, arguments: [left, right], span };
  }
}

/** `(+)` and its like: a function of the operator's operands. */
function lowerOperator(operator: BinaryOperator | "!" | ".", term: Term): CoreFunction {
  const { span } = term;
  const scope = new Scope(undefined);
  const first: Core = { kind: "local", binder: scope.bind("left"), span };
  const { frame } = scope;
  if (operator === "!") {
    const body: Core = { kind: "primop", name: "!", arguments: [first], span };
    return { kind: "function", frame, arity: 1, pattern: undefined, body, span };
  }
  const second: Core = { kind: "local", binder: scope.bind("right"), span };
  const body: Core =
    operator === "."
      ? { kind: "primop", name: "record/get", arguments: [second, first], span }
      : operation(operator, first, second, term);
  return { kind: "function", frame, arity: 2, pattern: undefined, body, span };
}
