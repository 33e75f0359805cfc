/**
 * The model of the examples: a real one if OPENAI_API_KEY or OPENAI_BASE_URL is set, otherwise a script that a server
 * on this machine replays over the same protocol.
 */

import type { AgentMiddleware } from "@cave/agent/agent";
import { type Model, OpenAIModel } from "../mod.ts";
import { ScriptedServer } from "../src/model/testing/scripted_server.ts";
import { writeStyled } from "../src/terminal/terminal_output.ts";
import { RunView } from "../src/terminal/view/run_view.ts";
import { createStyle } from "../src/terminal/view/style.ts";

let isSaid = false;

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
  if (!isSaid) {
    writeStyled(style.dim("(The replies of the model are scripted; all else is real.)\n\n"));
  }
  isSaid = true;
  const server = new ScriptedServer({
    replies: cells.map((cell) => cell.startsWith("=") ? cell.slice(1) : `~~~ts\n${cell}\n~~~`),
  });
  return {
    model: server.model(),
    scripted: true,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const style = createStyle({ enabled: Deno.stdout.isTerminal() && !Deno.noColor });

/** Events that show the work; answers are shown by the examples themselves. */
const SHOWN: ReadonlySet<string> = new Set([
  "code",
  "output",
  "display",
  "execution_output",
  "execution_output_exceeded",
  "execution_error",
  "security_error",
]);

/** Shows the cells of each run, with their output. */
export const show: AgentMiddleware = {
  name: "show",
  run: (request, next) => {
    const view = new RunView({ write: writeStyled, style });
    request.listen((event) => {
      if (SHOWN.has(event.type)) view.show(event);
    });
    return next();
  },
};

/** Ends the example with an error if a scripted model did not lead to the expected result. */
export function check(actual: unknown, expected: unknown): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`The example went wrong: ${found} is not ${wanted}`);
}
