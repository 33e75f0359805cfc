/**
 * An agent of three steps for tests, each of which writes a line to a file.
 *
 * @module
 */

import type { AgentFunction } from "../../src/runner/agent_registry.ts";
import { runSteps } from "../../src/runner/steps/run_steps.ts";

/**
 * Returns the agent.
 *
 * @param folder The folder of the file.
 * @param inSecond Called in the second step, before it writes.
 */
export function report(folder: string, inSecond: () => unknown): AgentFunction {
  const write = (line: string) =>
    Deno.writeTextFile(`${folder}/ledger`, `${line}\n`, { append: true });
  return (context) =>
    runSteps<{ rows?: number }>(context, [
      { name: "fetch", run: (_, state) => (state.rows = 3, write("fetch")) },
      { name: "work", run: async () => (await inSecond(), await write("work")) },
      { name: "send", run: async (_, { rows }) => (await write("send"), rows ?? 0) },
    ]);
}
