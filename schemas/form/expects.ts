// What the schemas of things that people write say where a value is wrong. Every message is a predicate that reads well
// after the place of the value: "`tools_provided[0].name` must be …". What would mend it may follow after a colon ("did you
// mean …?", "fields are …", "it must be …"): engine/catalog/diagnose-issues.ts shows that apart.

import type { z } from "zod";

/** Parameters of a schema whose complaint is "must be …", or "is missing: …" where there is no value. */
export function expects(what: string): { error: (issue: z.core.$ZodRawIssue) => string } {
  return {
    error: (issue) => {
      if (issue.code === "invalid_key") return `as a key ${issue.issues[0]?.message ?? "has a wrong form"}`;
      return issue.input === undefined ? `is missing: it must be ${what}` : `must be ${what}`;
    },
  };
}
