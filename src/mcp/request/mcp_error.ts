/**
 * Errors of servers, by their names and by what was asked of them.
 *
 * @module
 */

/** The kind of a failure of a server. `tool` is an error that a tool reports itself. */
export type McpErrorKind = "connect" | "tool" | "protocol" | "timeout" | "closed" | "refused";

/** Options of {@linkcode McpError}. */
export interface McpErrorOptions extends ErrorOptions {
  /** The name of the server. */
  readonly server: string;
  /** The kind of failure. */
  readonly kind: McpErrorKind;
  /** The name of the tool, if one was called. @default none */
  readonly tool?: string | undefined;
}

/** Thrown when a server fails, and when it answers that a tool has failed. */
export class McpError extends Error {
  /** Always `"McpError"`. */
  override readonly name = "McpError";
  /** The name of the server. */
  readonly server: string;
  /** The kind of failure. */
  readonly kind: McpErrorKind;
  /** The name of the tool, if one was called. */
  readonly tool: string | undefined;

  /**
   * Creates an error.
   *
   * @param message What was attempted, what went wrong, and what to do.
   * @param options The server, the kind of failure, the cause.
   */
  constructor(message: string, { server, kind, tool, ...options }: McpErrorOptions) {
    super(message, options);
    this.server = server;
    this.kind = kind;
    this.tool = tool;
  }
}
