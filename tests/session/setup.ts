/**
 * Sessions for tests: one store, and a process after another that opens it.
 *
 * @module
 */

import type { Agent, AgentOptions } from "../../src/agent/agent.ts";
import { CaveAgent } from "../../src/cave_agent.ts";
import { type ScriptedReply, ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import type { RuntimeOptions } from "../../src/runtime/runtime_options.ts";
import { openSession, type SessionOptions } from "../../src/session/open_session.ts";
import type { Session } from "../../src/session/session.ts";
import type { SessionEvent } from "../../src/session/record/session_event.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";

/** Returns a reply with a cell. */
export function cell(code: string): string {
  return `~~~ts\n${code}\n~~~`;
}

/** Options of {@linkcode world}. */
export interface WorldOptions extends Partial<Omit<AgentOptions, "model" | "runtime">> {
  /** The names that cells have. */
  readonly injects?: RuntimeOptions;
  /** Makes runtimes. @default `LocalRuntime`, for speed */
  readonly runtime?: (options: RuntimeOptions) => Runtime;
}

/** A store, a model, and processes that open sessions. */
export interface World extends AsyncDisposable {
  /** The store. */
  readonly store: MemoryStore;
  /** The model. */
  readonly server: ScriptedServer;
  /** Opens a session, as a process of its own does. */
  readonly open: (id?: string, options?: Partial<SessionOptions>) => Promise<Session>;
}

/** Makes a world whose model gives these replies. */
export function world(
  replies: readonly ScriptedReply[],
  { injects = {}, runtime = (given) => new LocalRuntime(given) as Runtime, ...options }:
    WorldOptions = {},
): World {
  const server = new ScriptedServer({ replies: [...replies] });
  const store = new MemoryStore();
  const sessions: Session[] = [];
  const agent = () =>
    new CaveAgent<Runtime>({
      ...options,
      model: server.model(),
      runtime: runtime(injects),
    }) as Agent;
  return {
    server,
    store,
    open: async (id = "s", options = {}) => {
      const session = await openSession(id, { store, agent, ...options });
      sessions.push(session);
      return session;
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions) await session.close();
      await store.close();
      await server.close();
    },
  };
}

/** Asks a question, and returns the answer. */
export async function ask(session: Session, query: string): Promise<string> {
  const run = await session.prompt(query);
  return (await run.result).content;
}

/** Follows events until one of a type, and returns it. */
export async function eventOf<T extends SessionEvent["type"]>(
  session: Session,
  type: T,
): Promise<Extract<SessionEvent, { type: T }>> {
  for await (const event of session.events()) {
    if (event.type === type) return event as Extract<SessionEvent, { type: T }>;
  }
  throw new Error(`There is no event ${type}`);
}

/** Returns the messages of the history, shortened. */
export function historyOf(session: Session): string[] {
  return session.messages.map(({ message: { role, content } }) => `${role}: ${content}`);
}
