// What lamina wants on a machine, as `lamina doctor` checks it: requirements.ncl, evaluated, holds the list. Twin:
// the contract in that file.

import { z } from "zod";
import { expects } from "./form/expects.ts";
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

/** Stands for opening a builder, as every build does: a program alone is none. */
const builder = z.literal("Builder");

export const requirement = strictRecord("a requirement", {
  name: nonEmptyText("a name"),
  need: oneOf(needs),
  purpose: nonEmptyText("what it is for"),
  install_hint: nonEmptyText("how to get it"),
  /** A command is executed without a shell; met where it ends with 0. The version is the first in what it prints. */
  check_cmd: z.union([command, builder], expects("a command as a list, or 'Builder")),
  version_min: versionMin.optional(),
});

export const requirements = strictRecord("the requirements", {
  requirements: listOf(requirement, "requirements"),
});

export type Requirement = z.output<typeof requirement>;
