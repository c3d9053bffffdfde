// What lamina wants on a machine, as `lamina doctor` checks it: requirements.ncl, evaluated, holds the list. Twin:
// the contract in that file.

import type { z } from "zod";
import { listOf } from "./form/list.ts";
import { strictRecord } from "./form/record.ts";
import { nonEmptyText, oneOf, textLike } from "./form/text.ts";

/** Without a hard one lamina cannot build; without a soft one it lacks what `purpose` says. */
export const needs = ["Hard", "Soft"] as const;
export const versionPattern = /^[0-9]{1,9}(\.[0-9]{1,9}){0,2}$/;

const versionMin = textLike(versionPattern, 'a version of one to three numbers, such as "1.2.0"');
const command = listOf(nonEmptyText("an argument"), "arguments, the command first").min(
  1,
  "must hold a command",
);

const check = {
  /** Executed without a shell; met where it ends with 0. The version is the first in what it prints. */
  check_cmd: command,
  version_min: versionMin.optional(),
};

const alternative = strictRecord("an alternative", { name: nonEmptyText("a name"), ...check });

export const requirement = strictRecord("a requirement", {
  name: nonEmptyText("a name"),
  need: oneOf(needs),
  purpose: nonEmptyText("what it is for"),
  install_hint: nonEmptyText("how to get it"),
  ...check,
  /** Each of these will do as well. */
  alternatives: listOf(alternative, "alternatives").default([]),
});

export const requirements = strictRecord("the requirements", {
  requirements: listOf(requirement, "requirements"),
});

export type Requirement = z.output<typeof requirement>;
