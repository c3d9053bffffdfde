// Operations on contracts, labels and seals.

import { applyContract, checkContract, PendingType } from "../contract.ts";
import { addToFields } from "../fields.ts";
import type { PathStep } from "../label.ts";
import { flip, goInto, type Label, pushRemark, remark } from "../label.ts";
import { makeDictionary, RecordValue } from "../record.ts";
import { apply, delay, force } from "../thunk.ts";
import {
  ArrayValue,
  CustomContractValue,
  EnumValue,
  LabelValue,
  type Place,
  SealedValue,
  StringValue,
  type Value,
} from "../value.ts";
import { lazyOperand, operand, type Primop, refuse } from "./primop.ts";

function onLabel(name: string, change: (label: Label, span: Place) => Label): Primop {
  const operator = { name, arity: 1 };
  return {
    arity: 1,
    strict: 1,
    run: (operands, span) =>
      new LabelValue(change(operand(operands[0], "label", operator, 1, span).label, span), span),
  };
}

function goes(name: string, step: PathStep): Primop {
  return onLabel(name, (label) => goInto(label, step));
}

/** An operation of a text and a label. */
function textOnLabel(name: string, change: (text: string, label: Label) => Label): Primop {
  const operator = { name, arity: 2 };
  return {
    arity: 2,
    strict: 2,
    run: (operands, span) => {
      const text = operand(operands[0], "string", operator, 1, span);
      const { label } = operand(operands[1], "label", operator, 2, span);
      return new LabelValue(change(text.value, label), span);
    },
  };
}

/** The strings of an array operand. */
function strings(value: Value, name: string, span: Place): string[] {
  const operator = { name, arity: 2 };
  return operand(value, "array", operator, 1, span)
    .elements()
    .map((element) => operand(element, "string", operator, 1, span).value);
}

const polarityOf = (positive: boolean, span: Place): EnumValue =>
  new EnumValue(positive ? "Positive" : "Negative", undefined, span);

export const contractPrimops: Readonly<Record<string, Primop>> = {
  "contract/custom": {
    arity: 1,
    strict: 1,
    run: (operands, span) => {
      const check = operand(operands[0], "function", { name: "contract/custom", arity: 1 }, 1, span);
      return new CustomContractValue(check, span);
    },
  },
  "contract/apply": {
    arity: 3,
    strict: 2,
    run: (operands, span) => {
      const { label } = operand(operands[1], "label", { name: "contract/apply", arity: 3 }, 2, span);
      return applyContract(lazyOperand(operands, 0), label, lazyOperand(operands, 2));
    },
  },
  "contract/check": {
    arity: 3,
    strict: 2,
    run: (operands, span) => {
      const { label } = operand(operands[1], "label", { name: "contract/check", arity: 3 }, 2, span);
      return checkContract(lazyOperand(operands, 0), label, lazyOperand(operands, 2), span);
    },
  },
  "contract/array_lazy_apply": {
    arity: 3,
    strict: 2,
    run: (operands, span) => {
      const operator = { name: "contract/array_lazy_apply", arity: 3 };
      const { label } = operand(operands[0], "label", operator, 1, span);
      const array = operand(operands[1], "array", operator, 2, span);
      const pending = new PendingType({ kind: "term", contract: lazyOperand(operands, 2) }, undefined, label);
      if (array.contracts.some((one) => one.same(pending))) return array;
      return new ArrayValue(array.items, [...array.contracts, pending], array.span);
    },
  },
  "contract/record_lazy_apply": {
    arity: 3,
    strict: 2,
    run: (operands, span) => {
      const operator = { name: "contract/record_lazy_apply", arity: 3 };
      const { label } = operand(operands[0], "label", operator, 1, span);
      const record = operand(operands[1], "record", operator, 2, span);
      const choose = lazyOperand(operands, 2);
      return addToFields(record, (name) => {
        const contract = delay(() => apply(choose, [new StringValue(name, undefined)], span), span);
        return new PendingType({ kind: "term", contract }, undefined, label);
      });
    },
  },
  "record/merge_contract": {
    arity: 3,
    strict: 3,
    run: (operands, span) => {
      const operator = { name: "record/merge_contract", arity: 3 };
      const { label } = operand(operands[0], "label", operator, 1, span);
      operand(operands[1], "record", operator, 2, span);
      operand(operands[2], "record", operator, 3, span);
      return checkContract(lazyOperand(operands, 2), label, lazyOperand(operands, 1), span);
    },
  },
  "label/flip_polarity": onLabel("label/flip_polarity", flip),
  "label/go_dom": goes("label/go_dom", { kind: "domain" }),
  "label/go_codom": goes("label/go_codom", { kind: "codomain" }),
  "label/go_array": goes("label/go_array", { kind: "array" }),
  "label/go_dict": goes("label/go_dict", { kind: "dictionary" }),
  "label/go_field": textOnLabel("label/go_field", (name, label) => goInto(label, { kind: "field", name })),
  "label/push_diag": onLabel("label/push_diag", pushRemark),
  "label/with_message": textOnLabel("label/with_message", (message, label) => remark(label, { message })),
  "label/append_note": textOnLabel("label/append_note", (note, label) =>
    remark(label, { notes: [...(label.remarks.at(-1)?.notes ?? []), note] }),
  ),
  "label/with_notes": {
    arity: 2,
    strict: 2,
    run: (operands, span) => {
      const notes = strings(force(lazyOperand(operands, 0)), "label/with_notes", span);
      const { label } = operand(operands[1], "label", { name: "label/with_notes", arity: 2 }, 2, span);
      return new LabelValue(remark(label, { notes }), span);
    },
  },
  "label/polarity": {
    arity: 1,
    strict: 1,
    run: (operands, span) => {
      const { label } = operand(operands[0], "label", { name: "label/polarity", arity: 1 }, 1, span);
      return polarityOf(label.positive, span);
    },
  },
  "label/lookup_type_variable": {
    arity: 2,
    strict: 1,
    run: (operands, span) => {
      const key = operand(operands[0], "key", { name: "label/lookup_type_variable", arity: 2 }, 1, span);
      return makeDictionary([["polarity", polarityOf(key.positive, span)]], span);
    },
  },
  "label/insert_type_variable": {
    arity: 3,
    strict: 3,
    // A key knows its polarity itself.
    run: (operands, span) =>
      operand(operands[2], "label", { name: "label/insert_type_variable", arity: 3 }, 3, span),
  },
  seal: {
    arity: 3,
    strict: 2,
    partial: true,
    run: (operands, span) => {
      const operator = { name: "seal", arity: 3 };
      const key = operand(operands[0], "key", operator, 1, span);
      const { label } = operand(operands[1], "label", operator, 2, span);
      return new SealedValue(key, lazyOperand(operands, 2), label, span);
    },
  },
  unseal: {
    arity: 3,
    strict: 2,
    partial: true,
    run: (operands, span) => {
      const key = operand(operands[0], "key", { name: "unseal", arity: 3 }, 1, span);
      const value = force(lazyOperand(operands, 1));
      return force(value.kind === "sealed" && value.key === key ? value.value : lazyOperand(operands, 2));
    },
  },
  "record/seal_tail": {
    arity: 4,
    strict: 4,
    run: (operands, span) => {
      const operator = { name: "record/seal_tail", arity: 4 };
      const key = operand(operands[0], "key", operator, 1, span);
      const { label } = operand(operands[1], "label", operator, 2, span);
      const record = operand(operands[2], "record", operator, 3, span);
      const tail = operand(operands[3], "record", operator, 4, span);
      const sealed = { key, label, record: tail, names: new Set(tail.fields.keys()) };
      return new RecordValue(
        record.fields,
        { open: record.open, frozen: record.frozen, tail: sealed },
        record.span,
      );
    },
  },
  "record/unseal_tail": {
    arity: 3,
    strict: 3,
    run: (operands, span) => {
      const operator = { name: "record/unseal_tail", arity: 3 };
      const key = operand(operands[0], "key", operator, 1, span);
      const record = operand(operands[2], "record", operator, 3, span);
      if (record.tail?.key === key) return force(record.tail.record);
      return refuse(record, "a record with a tail sealed by this key", operator, 3, span);
    },
  },
};
