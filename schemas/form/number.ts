// Amounts.

import { z } from "zod";
import { expects } from "./expects.ts";

export const positiveInteger = (what: string): z.ZodNumber =>
  z.number(expects(what)).int(`must be ${what}`).positive(`must be ${what}`);

export const positiveNumber = (what: string): z.ZodNumber =>
  z.number(expects(what)).positive(`must be ${what}`);
