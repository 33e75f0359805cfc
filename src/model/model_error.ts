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
 * A model could not be asked, or its reply did not arrive whole.
 *
 * @example Tell a rejected key from other failures
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
  /** The class's name. */
  override readonly name = "ModelError";
  /** HTTP status of the answer, if there was one that told of the failure. */
  readonly status?: number;

  /**
   * Makes an error.
   *
   * @param message What could not be done, and why.
   * @param options The status and the cause.
   */
  constructor(message: string, options: ModelErrorOptions = {}) {
    super(message, options);
    this.status = options.status;
  }
}
