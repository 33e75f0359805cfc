/**
 * The kind of a failure.
 *
 * - `refused`: the request cannot succeed as it is.
 * - `auth`: the key is missing or not accepted.
 * - `quota`: what was paid for is used up.
 * - `context_length`: the messages are longer than the model can read.
 * - `busy`: the server is overloaded or broken; another attempt may succeed.
 * - `wait`: the server demands a longer wait than is allowed.
 * - `unreachable`: there was no answer.
 * - `empty`: the answer ended before the reply began.
 * - `incomplete`: the reply broke off.
 */
export type ModelErrorKind =
  | "refused"
  | "auth"
  | "quota"
  | "context_length"
  | "busy"
  | "wait"
  | "unreachable"
  | "empty"
  | "incomplete";

/** Kinds after which the same request may succeed. */
const TRANSIENT: ReadonlySet<ModelErrorKind> = new Set(["busy", "unreachable", "empty"]);

/** Options of {@linkcode ModelError}. */
export interface ModelErrorOptions extends ErrorOptions {
  /** The kind of the failure. @default "refused" */
  kind?: ModelErrorKind | undefined;
  /** Time after which the server allows another attempt, in milliseconds. @default none */
  retryAfterMs?: number | undefined;
  /** The context window in tokens that the server reports. @default none */
  contextTokens?: number | undefined;
  /**
   * HTTP status of the answer.
   *
   * @default {undefined}
   */
  status?: number;
}

/**
 * Thrown when a request to a model fails, or its reply does not arrive completely.
 *
 * @example Distinguish a rejected key from other failures
 * ```ts
 * import { ModelError, OpenAIModel } from "@cave/agent";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = new ScriptedServer({ replies: [{ content: "Unknown key", status: 401 }] });
 * const model = new OpenAIModel({ model: "tiny", baseUrl: server.url, apiKey: "wrong" });
 *
 * const reply = model.stream([{ role: "user", content: "Hello" }]);
 * const error = await assertRejects(() => Array.fromAsync(reply), ModelError);
 * assertEquals(error.status, 401);
 * ```
 */
export class ModelError extends Error {
  /** Always `"ModelError"`. */
  override readonly name = "ModelError";
  /** The HTTP status of the answer, if it reported the failure. */
  readonly status?: number;
  /** The kind of the failure. */
  readonly kind: ModelErrorKind;
  /** Time after which the server allows another attempt, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The context window in tokens that the server reports. */
  readonly contextTokens: number | undefined;

  /**
   * Creates an error.
   *
   * @param message What could not be done, and the reason.
   * @param options The kind, the status and the cause.
   */
  constructor(message: string, options: ModelErrorOptions = {}) {
    super(message, options);
    this.status = options.status;
    this.kind = options.kind ?? "refused";
    this.retryAfterMs = options.retryAfterMs;
    this.contextTokens = options.contextTokens;
  }

  /** Whether the same request may succeed at another attempt: nothing of a reply has arrived. */
  get transient(): boolean {
    return TRANSIENT.has(this.kind);
  }
}
