/**
 * Agents for tests, with their servers and runtimes.
 *
 * @module
 */

import { CaveAgent, type CaveAgentOptions } from "../../src/cave_agent.ts";
import type { AgentRun } from "../../src/agent/agent_run.ts";
import type { AgentEvent, AgentEventMap, AgentEventType } from "../../src/agent/record/event.ts";
import { type ScriptedReply, ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";

/** Returns a reply with a cell. */
export function cell(code: string, text = ""): string {
  return `${text}\`\`\`typescript\n${code}\n\`\`\`\n`;
}

/** An agent with a scripted server and a runtime, which end together. */
export interface Setup<R extends Runtime> extends AsyncDisposable {
  /** Replays the script. */
  readonly server: ScriptedServer;
  /** The agent. */
  readonly agent: CaveAgent<R>;
}

/** Options of an agent under test; by default cells run in this process, for speed. */
export type SetupOptions<R extends Runtime> = Partial<Omit<CaveAgentOptions<R>, "model">>;

/** Creates an agent that gets these replies. */
export function setup<R extends Runtime = Runtime>(
  replies: readonly ScriptedReply[] | ((request: number) => ScriptedReply),
  options: SetupOptions<R> = {},
): Setup<R> {
  let requests = 0;
  const server = new ScriptedServer({
    replies: typeof replies === "function" ? () => replies(requests++) : replies,
  });
  const runtime = options.runtime ?? new LocalRuntime() as Runtime as R;
  const agent = new CaveAgent<R>({ ...options, model: server.model(), runtime });
  return {
    server,
    agent,
    async [Symbol.asyncDispose]() {
      await runtime.close();
      await server.close();
    },
  };
}

/** Returns the messages of each request, without the system message. */
export function dialogues(server: ScriptedServer): string[][] {
  return server.requests.map(({ messages }) =>
    messages.slice(1).map(({ role, content }) => `${role}: ${content}`)
  );
}

/** Returns the system prompt of a request. */
export function systemPrompt(server: ScriptedServer, request = 0): string {
  const message = server.requests[request]!.messages[0]!;
  if (message.role !== "system") throw new TypeError(`The first message is of ${message.role}`);
  return message.content.replace(
    /\n\n<system-reminder>It is \d{4}-\d\d-\d\d\.<\/system-reminder>$/,
    "",
  );
}

/** An event of one type. */
export type EventOf<T extends AgentEventType> = AgentEventMap[T] & { index: number; step: number };

/** Selects the events of one type. */
export function ofType<T extends AgentEventType>(
  events: readonly AgentEvent[],
  type: T,
): EventOf<T>[] {
  return events.filter((event) => event.type === type) as unknown as EventOf<T>[];
}

/** Collects the events of a run that ends well. */
export function eventsOf(run: AgentRun): Promise<AgentEvent[]> {
  return Array.fromAsync(run);
}

/** Returns the types in order, with repetitions removed. */
export function typesOf(events: readonly AgentEvent[]): string[] {
  return events.map(({ type }) => type).filter((type, i, types) => type !== types[i - 1]);
}
