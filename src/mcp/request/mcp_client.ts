/**
 * The shape of clients, by which those of both generations of the official SDK fit, and others.
 *
 * @module
 */

/** Hints of a server about one of its tools. They are claims of the server. */
export interface McpToolAnnotations {
  /** A title for people. */
  readonly title?: string | undefined;
  /** Whether the tool changes nothing. */
  readonly readOnlyHint?: boolean | undefined;
  /** Whether the tool may destroy something. */
  readonly destructiveHint?: boolean | undefined;
  /** Whether a second call with the same arguments changes nothing. */
  readonly idempotentHint?: boolean | undefined;
  /** Whether the tool deals with the world outside of the server. */
  readonly openWorldHint?: boolean | undefined;
}

/** A tool as a server lists it. */
export interface McpTool {
  /** The name. */
  readonly name: string;
  /** A title for people. */
  readonly title?: string | undefined;
  /** Text for models. */
  readonly description?: string | undefined;
  /** JSON Schema of the arguments. */
  readonly inputSchema?: unknown;
  /** JSON Schema of the structured result. */
  readonly outputSchema?: unknown;
  /** Hints. */
  readonly annotations?: McpToolAnnotations | undefined;
}

/** Options of a request. */
export interface McpRequestOptions {
  /** Cancels the request. */
  readonly signal?: AbortSignal | undefined;
  /** Time limit in milliseconds. */
  readonly timeout?: number | undefined;
  /** Receives progress. */
  readonly onprogress?: ((progress: McpProgress) => void) | undefined;
}

/** Progress of a request, as a server reports it. */
export interface McpProgress {
  /** The progress so far. */
  readonly progress: number;
  /** The progress at the end. */
  readonly total?: number | undefined;
  /** Text about it. */
  readonly message?: string | undefined;
}

/** A client that is connected to a server: a `Client` of the official SDK, or an object of this shape. */
export interface McpClient {
  /** Lists tools, all or a page. */
  listTools(params?: { cursor?: string }, options?: McpRequestOptions): Promise<unknown>;
  /** Calls a tool. */
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    ...rest: never[]
  ): Promise<unknown>;
  /** Lists resources. */
  listResources?(params?: { cursor?: string }, options?: McpRequestOptions): Promise<unknown>;
  /** Lists templates of resources. */
  listResourceTemplates?(
    params?: { cursor?: string },
    options?: McpRequestOptions,
  ): Promise<unknown>;
  /** Reads a resource. */
  readResource?(params: { uri: string }, options?: McpRequestOptions): Promise<unknown>;
  /** Lists prompts. */
  listPrompts?(params?: { cursor?: string }, options?: McpRequestOptions): Promise<unknown>;
  /** Renders a prompt. */
  getPrompt?(
    params: { name: string; arguments?: Record<string, string> },
    options?: McpRequestOptions,
  ): Promise<unknown>;
  /** The capabilities of the server. */
  getServerCapabilities?(): unknown;
  /** The instructions of the server. */
  getInstructions?(): string | undefined;
}
