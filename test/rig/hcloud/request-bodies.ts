// Bodies of requests, as the OpenAPI document has them; where it says "string" for what can be named or numbered, both are
// taken, as the API does. A field that the API does not know is refused, so that no client's slip goes unseen.

import { z } from "zod";
import { ApiError, invalidInput } from "./api-error.ts";
import { findLabelProblems } from "./labels.ts";

const idOrName = z.union([z.string().min(1), z.int().positive()]);

const labels = z.record(z.string(), z.string()).check(({ value, issues }) => {
  for (const message of findLabelProblems(value)) issues.push({ code: "custom", message, input: value });
});

// RFC 1123: letters, digits and dashes between periods.
const hostName = z
  .string()
  .max(253)
  .regex(/^(?:(?:^|\.)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+$/, "is not a valid hostname");

const userDataLimit = 32 * 1024;

export const serverCreation = z.strictObject({
  name: hostName,
  server_type: idOrName,
  image: idOrName,
  location: idOrName.optional(),
  datacenter: idOrName.optional(),
  ssh_keys: z.array(idOrName).optional(),
  labels: labels.optional(),
  user_data: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= userDataLimit, "is longer than 32 KiB")
    .optional(),
  public_net: z
    .strictObject({
      enable_ipv4: z.boolean().default(true),
      enable_ipv6: z.boolean().default(true),
      ipv4: z.int().nullish(),
      ipv6: z.int().nullish(),
    })
    .optional(),
  start_after_create: z.boolean().optional(),
  automount: z.boolean().optional(),
  firewalls: z.array(z.never()).optional(),
  networks: z.array(z.never()).optional(),
  volumes: z.array(z.never()).optional(),
});

export const serverUpdate = z.strictObject({ name: hostName.optional(), labels: labels.optional() });

export const sshKeyCreation = z.strictObject({
  name: z.string().min(1),
  public_key: z.string(),
  labels: labels.optional(),
});

export const sshKeyUpdate = z.strictObject({
  name: z.string().min(1).optional(),
  labels: labels.optional(),
});

/** Throws the API's json_error or invalid_input, the latter with every field that is wrong. */
export function parseBody<T>(shape: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError(400, "json_error", "invalid JSON in the request's body", {});
  }
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const problems: Record<string, string[]> = {};
  for (const issue of result.error.issues) {
    const fields = issue.code === "unrecognized_keys" ? issue.keys : [issue.path.map(String).join(".")];
    const message = issue.code === "unrecognized_keys" ? "unknown field" : issue.message;
    for (const field of fields) (problems[field] ??= []).push(message);
  }
  throw invalidInput(problems);
}
