/**
 * The model of the examples: a real one where OPENAI_API_KEY or OPENAI_BASE_URL is set, otherwise a script that a server on
 * this machine replays, over the same protocol.
 */

import { type Model, OpenAIModel } from "../mod.ts";
import { ScriptedServer } from "../src/model/testing/scripted_server.ts";

/** A model, and what has to be closed behind it. */
export interface ExampleModel extends AsyncDisposable {
  /** The model. */
  readonly model: Model;
  /** Whether it says what the script says, so that the result is known. */
  readonly scripted: boolean;
}

/**
 * Makes the model.
 *
 * @param cells What the scripted model writes: cells, and behind the last one of each run an answer that is none.
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

/** Ends the example with an error if a scripted model did not lead to what it should. */
export function check(actual: unknown, expected: unknown): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`The example went wrong: ${found} is not ${wanted}`);
}
