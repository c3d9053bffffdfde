// An Output that keeps what is written, with streams that are what a test says they are.

import type { Output } from "../../cli/output.ts";

export interface CollectedOutput extends Output {
  readonly results: () => string;
  readonly remarks: () => string;
}

export interface StreamShape {
  readonly color?: boolean;
  readonly isTerminal?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Both streams are of the same shape; without one they are no terminals. */
export function collectOutput(shape: StreamShape = {}): CollectedOutput {
  let results = "";
  let remarks = "";
  const stream = {
    color: shape.color ?? false,
    isTerminal: shape.isTerminal ?? false,
    columns: () => shape.columns,
    rows: () => shape.rows,
  };
  return {
    result: (text) => {
      results += text;
    },
    remark: (text) => {
      remarks += text;
    },
    stdout: stream,
    stderr: stream,
    flush: () => Promise.resolve(),
    loss: () => undefined,
    results: () => results,
    remarks: () => remarks,
  };
}
