// Environments, thunks and calls: what runs compiled code. Tail calls come back as a marker and are made in a
// loop, so that only nested evaluation takes stack.
//
//   thunk:  pending ──force──> running ──> done (value)
//                                 └──────> failed (the same failure again on each demand)
//           forcing a running thunk is infinite recursion

import { raiseSealed } from "./blame.ts";
import { step } from "./budget.ts";
import { describeValue } from "./describe.ts";
import { notAFunction } from "./diagnostics.ts";
import { fail, NickelFailure, originNotes } from "./failure.ts";
import { LoopFailure } from "./loop.ts";
import { FunctionValue, type Lazy, NullValue, type Place, type Value } from "./value.ts";

/**
 * A compiled term: to weak head normal form. One compiled for tail position may leave its last call to the caller:
 * it then answers `tailCall`, having put the call into `pendingCall`.
 */
export type Code = (env: Env) => Value;

/** The variables of one scope, and those around it. */
export class Env {
  readonly up: Env | undefined;
  readonly slots: Lazy[];

  constructor(up: Env | undefined, slots: Lazy[]) {
    this.up = up;
    this.slots = slots;
  }
}

export const emptyEnv = new Env(undefined, []);

/** The call that a code in tail position left over. */
const pendingCall: { callee: Lazy; operands: Lazy[]; span: Place } = {
  callee: new NullValue(undefined),
  operands: [],
  span: undefined,
};

/** Answered in place of a value when the pending call is to be made; only `force` and `apply` ever see it. */
const tailCall: Value = new NullValue(undefined);

const running: Code = () => {
  throw new Error("a running thunk has no code");
};

export class Thunk {
  readonly kind = "thunk";
  #code: Code | undefined;
  #env: Env;
  #value: Value | undefined;
  #failure: unknown;
  /** Where the term stands. */
  readonly span: Place;

  constructor(code: Code, env: Env, span: Place) {
    this.#code = code;
    this.#env = env;
    this.#value = undefined;
    this.#failure = undefined;
    this.span = span;
  }

  /** The value, when it is known already. */
  get known(): Value | undefined {
    return this.#value;
  }

  force(): Value {
    if (this.#value !== undefined) return this.#value;
    const code = this.#code;
    if (code === undefined) throw this.#failure;
    if (code === running) throw new LoopFailure(this);
    step(this.span);
    const env = this.#env;
    this.#code = running;
    try {
      let value = code(env);
      if (value === tailCall) value = makePendingCall();
      this.#value = value;
      this.#code = undefined;
      this.#env = emptyEnv;
      return value;
    } catch (failure) {
      if (failure instanceof RangeError) {
        // The stack was too short this time, or a limit is reached; a later demand may succeed.
        this.#code = code;
      } else {
        this.#code = undefined;
        this.#env = emptyEnv;
        this.#failure = failure instanceof NickelFailure ? failure.leaving(this) : failure;
        throw this.#failure;
      }
      throw failure;
    }
  }
}

/** To weak head normal form. */
export function force(lazy: Lazy): Value {
  return lazy.kind === "thunk" ? lazy.force() : lazy;
}

/** To weak head normal form, for a look at what it is: a sealed value blames. */
export function look(lazy: Lazy): Value {
  const value = force(lazy);
  return value.kind === "sealed" ? raiseSealed(value) : value;
}

/** The value, when it is known without computing anything. */
export function peek(lazy: Lazy): Value | undefined {
  return lazy.kind === "thunk" ? lazy.known : lazy;
}

/** A computation of the evaluator's own, to be done on demand. */
export function delay(compute: () => Value, span: Place): Thunk {
  return new Thunk(compute, emptyEnv, span);
}

/** Leaves a call to whoever runs this code; only code in tail position may answer with it. */
export function leaveCall(callee: Lazy, operands: Lazy[], span: Place): Value {
  pendingCall.callee = callee;
  pendingCall.operands = operands;
  pendingCall.span = span;
  return tailCall;
}

function makePendingCall(): Value {
  return apply(pendingCall.callee, pendingCall.operands, pendingCall.span);
}

/** Calls a function with any number of arguments. The array of arguments is given away. */
export function apply(callee: Lazy, operands: Lazy[], span: Place): Value {
  let head = force(callee);
  let rest = operands;
  let site = span;
  let taken = 0;
  for (;;) {
    step(site);
    if (head.kind !== "function") {
      if (head.kind === "sealed") raiseSealed(head);
      return fail(notAFunction, { what: describeValue(head), taken }, site, originNotes(head.span, site));
    }
    const { arity } = head;
    if (rest.length < arity) return partial(head, rest, site);
    let more: Lazy[] | undefined;
    if (rest.length > arity) {
      more = rest.slice(arity);
      rest = rest.slice(0, arity);
    }
    let value = head.invoke(head.env, rest, site);
    if (value === tailCall) {
      if (more === undefined) {
        // Read before forcing the callee, which may leave calls of its own on the way.
        rest = pendingCall.operands;
        site = pendingCall.span;
        head = force(pendingCall.callee);
        continue;
      }
      value = makePendingCall();
    }
    if (more === undefined) return value;
    taken += arity;
    head = value;
    rest = more;
  }
}

/** The function of the arguments that are still missing. */
function partial(callee: FunctionValue, operands: readonly Lazy[], span: Place): FunctionValue {
  return new FunctionValue(
    callee.arity - operands.length,
    callee.env,
    (env, more, site) => callee.invoke(env, [...operands, ...more], site),
    span,
  );
}
