// Progress in GitHub's workflows: each layer's log in a group that folds, failures as annotations at the layer's
// Dockerfile. https://docs.github.com/actions/reference/workflow-commands-for-github-actions

import { pathWithin } from "../../engine/core/shown-path.ts";
import type { EventOf } from "../../engine/events/event.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Output } from "../output.ts";
import { FailedLogs } from "./failed-logs.ts";
import { renderAnnotation } from "./github-annotation.ts";
import { createPlainReporter } from "./plain.ts";
import { type Reporter, type ReporterContext, stepLabel } from "./reporter.ts";
import { printable } from "./text-width.ts";

export interface GithubContext extends ReporterContext {
  /** Absolute path of a layer's Dockerfile. */
  readonly dockerfileOf: (layer: LayerName) => string;
  /** Absolute: annotations name files relative to it. */
  readonly workspace: string;
}

export function createGithubReporter(context: GithubContext): Reporter {
  const { output } = context;
  const plain = createPlainReporter({ ...context, verbose: false });
  const logs = new FailedLogs();
  const all = new Map<string, string[]>();

  const fail = (event: EventOf<"layer.failed">) => {
    const { step, lines, dropped } = logs.take(event);
    plain.emit({ ...event, logTail: [] });
    output.remark(
      `::group::log of ${stepLabel(context)(event)}${step === "" ? "" : `: ${printable(step)}`}\n`,
    );
    if (dropped > 0) output.remark(`… ${dropped} lines before\n`);
    writeVerbatim(output, lines);
    output.remark("::endgroup::\n");
    output.remark(annotate(event, context));
  };

  return {
    emit: (event) => {
      logs.note(event);
      if (event.type === "layer.failed") return fail(event);
      plain.emit(event);
      if (!context.verbose) return;
      // Logs of layers that are built at once would mix: each is shown when its layer is done.
      if (event.type === "layer.log") {
        const key = stepLabel(context)(event);
        all.set(key, [...(all.get(key) ?? []), ...event.text.replace(/\n$/, "").split("\n")]);
      } else if (event.type === "layer.completed") {
        const key = stepLabel(context)(event);
        output.remark(`::group::log of ${key}\n`);
        writeVerbatim(output, all.get(key) ?? []);
        output.remark("::endgroup::\n");
        all.delete(key);
      }
    },
    announce: (text) => plain.announce(text),
    close: () => plain.close(),
  };
}

function annotate(event: EventOf<"layer.failed">, context: GithubContext): string {
  const file = pathWithin(context.workspace, context.dockerfileOf(event.layer));
  return renderAnnotation({
    severity: "error",
    // What lies outside of the workspace cannot be shown there.
    ...(file === undefined ? {} : { file, line: 1 }),
    title: `${stepLabel(context)(event)} failed`,
    message: event.help === undefined ? event.message : `${event.message}\n${event.help}`,
  });
}

/** Lines of a log may look like commands of the workflow; a token that nobody knows keeps them from being heard. */
function writeVerbatim(output: Output, lines: readonly string[]): void {
  const token = crypto.randomUUID();
  output.remark(`::stop-commands::${token}\n`);
  for (const line of lines) output.remark(`${printable(line)}\n`);
  output.remark(`::${token}::\n`);
}
