/**
 * Answers of the server that are errors.
 *
 * @module
 */

/** Thrown while a request is handled; the answer has its status and its message. */
export class HttpError extends Error {
  /** Always `"HttpError"`. */
  override readonly name = "HttpError";
  /** The status of the answer. */
  readonly status: number;
  #headers: Readonly<Record<string, string>> = {};

  /**
   * Creates an error.
   *
   * @param status The status (RFC 9110, section 15).
   * @param message The reason, for the caller.
   */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  /** Further headers of the answer. */
  get headers(): Readonly<Record<string, string>> {
    return this.#headers;
  }

  /**
   * Adds headers to the answer.
   *
   * @param headers The headers.
   * @returns The error itself.
   */
  with(headers: Readonly<Record<string, string>>): this {
    this.#headers = headers;
    return this;
  }
}

/** Names of errors by their status, as servers of models call them. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [400, "invalid_request_error"],
  [401, "authentication_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [409, "conflict_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [503, "overloaded_error"],
]);

/**
 * Returns the answer for an error. Only the messages of an {@linkcode HttpError} are for callers: others may name files and hosts.
 *
 * @param error Anything that was thrown.
 */
export function errorResponse(error: unknown): Response {
  const { status, message, headers } = error instanceof HttpError
    ? error
    : new HttpError(500, "The server could not handle the request");
  const type = TYPES.get(status) ?? "api_error";
  return Response.json({ error: { type, message } }, { status, headers });
}
