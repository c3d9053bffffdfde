// Errors as the API tells them: a code, a message, and for some codes which fields are meant.

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(status: number, code: string, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export function notFound(what: string, id: number | string): ApiError {
  return new ApiError(404, "not_found", `${what} with ID '${String(id)}' not found`, {});
}

/** `problems` by field, as "labels" to "invalid value". */
export function invalidInput(problems: Readonly<Record<string, readonly string[]>>): ApiError {
  const fields = Object.entries(problems).map(([name, messages]) => ({ name, messages }));
  const named = fields.map(({ name }) => `'${name}'`).join(", ");
  const message = `invalid input in field${fields.length === 1 ? "" : "s"} ${named}`;
  return new ApiError(422, "invalid_input", message, { fields });
}

export function notUnique(what: string, field: string): ApiError {
  const message = `${what} ${field} is already used`;
  return new ApiError(409, "uniqueness_error", message, { fields: [{ name: field, messages: [message] }] });
}
