/**
 * Models that stand in for one another.
 *
 * @module
 */

import type { Model, ModelChunk, ModelMessage, ModelStreamOptions } from "../model.ts";
import { ModelError } from "../model_error.ts";
import { hasBegun } from "./retry.ts";

/**
 * Asks further models when one fails before its reply has begun. Messages that are too long for one model are not sent to the
 * next: they have to be shortened. Each change is announced by a `retry` chunk.
 *
 * @param models The models, the preferred one first.
 * @returns The model that falls back.
 * @throws {TypeError} If there are no models.
 *
 * @example A second server
 * ```ts
 * import { OpenAIModel } from "@cave/agent";
 * import { withFallbacks } from "@cave/agent/model";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using first = new ScriptedServer({ replies: [{ content: "Unknown key", status: 401 }] });
 * await using second = new ScriptedServer({ replies: ["Hello"] });
 * const model = withFallbacks([first.model(), second.model()]);
 *
 * const chunks = await Array.fromAsync(model.stream([{ role: "user", content: "Hi" }]));
 * assertEquals(chunks.map(({ type }) => type), ["retry", "text", "end"]);
 * ```
 */
export function withFallbacks(models: readonly Model[]): Model {
  if (models.length === 0) throw new TypeError("Cannot fall back: there are no models");
  const [{ name, provider }] = models as [Model];
  return {
    name,
    provider,
    stream: (messages, options = {}) => fallingBack(models, { messages, options }),
  };
}

async function* fallingBack(
  models: readonly Model[],
  { messages, options }: {
    readonly messages: readonly ModelMessage[];
    readonly options: ModelStreamOptions;
  },
): AsyncGenerator<ModelChunk, void, void> {
  for (const [index, model] of models.entries()) {
    let begun = false;
    try {
      for await (const chunk of model.stream(messages, options)) {
        begun ||= hasBegun(chunk);
        yield chunk;
      }
      return;
    } catch (error) {
      const isLast = index === models.length - 1;
      if (options.signal?.aborted || begun || isLast || !(error instanceof ModelError)) throw error;
      if (error.kind === "context_length") throw error;
      yield { type: "retry", attempt: index + 2, delayMs: 0, reason: error.message };
    }
  }
}
