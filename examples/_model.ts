/**
 * The model of the examples: a real one if OPENAI_API_KEY or OPENAI_BASE_URL is set, otherwise a script that a server
 * on this machine replays over the same protocol.
 */

import { type Model, OpenAIModel } from "../mod.ts";
import { ScriptedServer } from "../src/model/testing/scripted_server.ts";

/** A model, and the resources to dispose of. */
export interface ExampleModel extends AsyncDisposable {
  /** The model. */
  readonly model: Model;
  /** Whether the model is scripted, so that the result is known. */
  readonly scripted: boolean;
}

/**
 * Creates the model.
 *
 * @param cells The scripted replies: cells, and after the last one of each run an answer without a cell.
 */
export function exampleModel(cells: readonly string[]): ExampleModel {
  if (Deno.env.get("OPENAI_API_KEY") || Deno.env.get("OPENAI_BASE_URL")) {
    const model = new OpenAIModel({ model: Deno.env.get("OPENAI_MODEL") ?? "gpt-5-mini" });
    return { model, scripted: false, [Symbol.asyncDispose]: async () => {} };
  }
  const server = new ScriptedServer({
    replies: cells.map((cell) => cell.startsWith("=") ? cell.slice(1) : `~~~ts\n${cell}\n~~~`),
  });
  return {
    model: server.model(),
    scripted: true,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Ends the example with an error if a scripted model did not lead to the expected result. */
export function check(actual: unknown, expected: unknown): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`The example went wrong: ${found} is not ${wanted}`);
}
