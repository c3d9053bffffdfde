// .build-spec.ncl in a build context: the size of runner that its owner wants. Decides over history and language.
// Twin: build_spec.ncl.

import type { z } from "zod";
import { evenIfOthersFail, strictRecord } from "./form/record.ts";
import { refuseHalfSizes, sizing } from "./sizing.ts";

export const buildSpec = strictRecord("a build spec", sizing).superRefine(refuseHalfSizes, evenIfOthersFail);

export type BuildSpec = z.output<typeof buildSpec>;
