// Names a lease wherever it is named: in the journal, in a machine's name and marks at its provider, in events.

import { z } from "zod";

declare const brand: unique symbol;
/** 16 letters and digits: fit for a host name, a label and a file name. */
export type LeaseId = string & { readonly [brand]: "LeaseId" };

const leaseIdPattern = /^[a-z0-9]{16}$/;

export function isLeaseId(text: string): text is LeaseId {
  return leaseIdPattern.test(text);
}

export const leaseId = z.custom<LeaseId>(
  (value) => typeof value === "string" && isLeaseId(value),
  "must be 16 letters and digits",
);
