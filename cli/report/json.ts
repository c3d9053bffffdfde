// `--reporter json`: one event a line on stdout, as schemas/event.ts has it.

import type { Reporter, ReporterContext } from "./reporter.ts";

export function createJsonReporter({ output }: Pick<ReporterContext, "output">): Reporter {
  return {
    emit: (event) => output.result(`${JSON.stringify(event)}\n`),
    announce: () => {},
    close: () => output.flush(),
  };
}
