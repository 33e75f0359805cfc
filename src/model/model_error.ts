/** Options of {@linkcode ModelError}. */
export interface ModelErrorOptions extends ErrorOptions {
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

  /**
   * Creates an error.
   *
   * @param message What could not be done, and the reason.
   * @param options The status and the cause.
   */
  constructor(message: string, options: ModelErrorOptions = {}) {
    super(message, options);
    this.status = options.status;
  }
}
