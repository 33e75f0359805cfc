/**
 * A call of an agent, of whatever kind it is.
 *
 * @module
 */

import type { Agent } from "../agent/agent.ts";
import { plainValue } from "../agent/people/plain_value.ts";
import type { RunStatus } from "../agent/record/run_status.ts";
import type { JsonValue } from "../store/store.ts";
import { PermanentError, type RunnableAgent } from "./agent_registry.ts";
import type { JsonObject, RunContext } from "./run_context.ts";

/** The end of an attempt that threw no error. */
export interface AttemptEnd {
  /** The status. */
  readonly status: Extract<RunStatus, "completed" | "failed" | "cancelled" | "exhausted">;
  /** The output. */
  readonly output?: JsonValue | undefined;
  /** Why there is no answer. */
  readonly reason?: string | undefined;
  /** The limit that was reached. */
  readonly limit?: string | undefined;
}

/**
 * Calls an agent.
 *
 * @param agent The agent.
 * @param context The run.
 */
export async function callAgent(agent: RunnableAgent, context: RunContext): Promise<AttemptEnd> {
  if (typeof agent === "function") return completed(await agent(context));
  if ("stream" in agent) return await runAgent(agent as Agent, context);
  if ("run" in agent) return completed(await agent.run(context));
  const made = await agent.agent();
  try {
    return await runAgent(made, context);
  } finally {
    await made.runtime.close();
  }
}

function completed(output: unknown): AttemptEnd {
  return { status: "completed", output: (output ?? null) as JsonValue };
}

/** Runs a `CaveAgent`; its events become events of the type `agent`. */
async function runAgent(agent: Agent, context: RunContext): Promise<AttemptEnd> {
  const run = agent.stream(queryOf(context.input), { signal: context.signal });
  // The result has the same error.
  run.result.catch(() => {});
  for await (const event of run) {
    await context.emit("agent", { event: plainValue(event) as JsonObject });
  }
  const { status, content, output, reason, limit } = await run.result;
  const value = output === undefined ? content : plainValue(output);
  return {
    status: status as AttemptEnd["status"],
    output: value as JsonValue,
    reason,
    limit,
  };
}

/** Returns the question in an input: a text, `{ query }`, or the last message of a user in `{ messages }`. */
function queryOf(input: JsonValue): string {
  if (typeof input === "string") return input;
  const { query, messages } = (input ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof query === "string") return query;
  const last = Array.isArray(messages)
    ? messages.findLast((message) => message?.role === "user")?.content
    : undefined;
  if (typeof last === "string") return last;
  throw new PermanentError(
    "Cannot ask an agent: the input is neither a text nor has it a query, or messages of a user",
  );
}
