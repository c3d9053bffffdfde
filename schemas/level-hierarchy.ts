// The levels at which a mode (a named way of working, a file of its own) may be handled, and what each level does with
// those of the levels below: it overrides them, delegates to another level, or composes what others say.
//   level_hierarchy = { base = { strategy = 'override }, team = { strategy = 'delegate, delegate_to = "base" },
//                       project = { strategy = 'compose, extends = ["team"] } }

import { z } from "zod";
import { expects } from "./form/expects.ts";
import { distinctListOf } from "./form/list.ts";
import { strictRecord } from "./form/record.ts";
import { oneOf, textLike } from "./form/text.ts";

export const levelStrategies = ["override", "delegate", "compose"] as const;
export const levelNamePattern = /^[a-z][a-z0-9_-]*$/;

const levelName = textLike(levelNamePattern, "the name of a level: lower-case letters, digits, _ and -");

export const level = strictRecord("a level", {
  strategy: oneOf(levelStrategies),
  /** With 'delegate only: the level that handles in its place. */
  delegate_to: levelName.optional(),
  /** With 'compose only: the levels whose modes it extends. */
  extends: distinctListOf(levelName, "names of levels").min(1, "must name a level").optional(),
});

export const levelHierarchy = z
  .record(levelName, level, expects("a record of levels"))
  .superRefine((levels, context) => {
    const complain = (path: string[], message: string): void => {
      context.addIssue({ code: "custom", path, message });
    };
    for (const [name, { strategy, delegate_to: delegate, extends: extended }] of Object.entries(levels)) {
      if ((strategy === "delegate") !== (delegate !== undefined))
        complain([name, "strategy"], "must be 'delegate exactly where delegate_to names a level");
      if ((strategy === "compose") !== (extended !== undefined))
        complain([name, "strategy"], "must be 'compose exactly where extends names levels");
      if (delegate !== undefined && (delegate === name || !Object.hasOwn(levels, delegate)))
        complain([name, "delegate_to"], `must name another level of the hierarchy, not "${delegate}"`);
      extended?.forEach((each, index) => {
        if (each === name || !Object.hasOwn(levels, each))
          context.addIssue({
            code: "custom",
            path: [name, "extends", index],
            message: `must name another level of the hierarchy, not "${each}"`,
          });
      });
    }
  });

export type LevelHierarchy = z.output<typeof levelHierarchy>;
