// `lamina explain [CODE]`: what the codes of errors and warnings stand for.

import { defineCommand } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { families, findExplanations } from "../explain/find-explanation.ts";
import { flag } from "../option.ts";
import {
  explanationsToJson,
  familiesToJson,
  renderExplanation,
  renderFamilies,
} from "../report/explanation.ts";

export const command = defineCommand({
  name: "explain",
  operands: { name: "CODE", min: 0, max: 1 },
  description:
    "Explains an error or a warning by its code: what it means, how one comes to it, what to do,\n" +
    "with a wrong example and the same mended. Errors of the Nickel language are also found by\n" +
    "the names that Nickel has for them. Without a code: all that there are.",
  options: { json: flag("as JSON (schemas/explanations.ts)") },
  examples: [
    { command: "lamina explain E0403", does: "layers that stand on one another in a circle" },
    { command: "lamina explain EvalError::BlameError", does: "by Nickel's own name" },
    { command: "lamina explain", does: "all codes" },
  ],
  run: ({ operands: [asked], options, output }) => {
    const { color } = output.stdout;
    if (asked === undefined) {
      output.result(options.json ? json(familiesToJson(families)) : renderFamilies(families, color));
      return exitCode.done;
    }
    const found = findExplanations(asked);
    if (!found.ok)
      return refuseUsage(output, {
        message: `there is no code ${JSON.stringify(asked)}`,
        help: found.error === undefined ? "`lamina explain` shows all codes" : `did you mean ${found.error}?`,
      });
    output.result(
      options.json
        ? json(explanationsToJson(found.value))
        : found.value.map((each) => renderExplanation(each, color)).join("\n"),
    );
    return exitCode.done;
  },
});

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
