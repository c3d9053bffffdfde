// Lists, with or without repetition.

import { z } from "zod";
import { expects } from "./expects.ts";

/** A list; `what` describes its elements ("tools", "absolute paths"). */
export function listOf<T extends z.ZodType>(element: T, what: string): z.ZodArray<T> {
  return z.array(element, expects(`a list of ${what}`));
}

/** A list in which nothing stands twice; `key` gives what must differ, and is asked of elements that are sound only. */
export function distinctListOf<T extends z.ZodType>(
  element: T,
  what: string,
  key: (element: z.output<T>) => string = String,
): z.ZodArray<T> {
  return listOf(element, what).superRefine((elements, context) => {
    const seen = new Set<string>();
    elements.forEach((each, index) => {
      const name = key(each);
      if (seen.has(name))
        context.addIssue({ code: "custom", path: [index], message: `stands twice in the list: "${name}"` });
      seen.add(name);
    });
  });
}
