/** A module with agents, as recipes name them. */

import { CaveAgent } from "../../src/cave_agent.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { AgentContext } from "../../src/queue/work/recipe.ts";

/** Contexts for which agents were made. */
export const contexts: AgentContext[] = [];

/** Makes an agent that answers with its settings. */
export function echo(context: AgentContext): CaveAgent {
  contexts.push(context);
  return new CaveAgent({
    model: {
      async *stream() {
        yield { type: "text", text: JSON.stringify(context.settings) };
        yield { type: "end", finishReason: "stop" };
      },
    },
    runtime: new LocalRuntime(),
  }) as CaveAgent;
}

/** Returns no agent. */
export function nothing(): unknown {
  return undefined;
}
