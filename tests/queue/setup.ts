/**
 * Workers for tests: one store, one queue, one model, and clients.
 *
 * @module
 */

import type { AgentOptions } from "../../src/agent/agent.ts";
import { CaveAgent } from "../../src/cave_agent.ts";
import { type ScriptedReply, ScriptedServer } from "../../src/model/testing/scripted_server.ts";
import { SessionClient } from "../../src/queue/client/session_client.ts";
import { MemoryQueue } from "../../src/queue/memory_queue.ts";
import { Worker } from "../../src/queue/work/worker.ts";
import type { WorkerOptions } from "../../src/queue/work/worker_options.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import type { RuntimeOptions } from "../../src/runtime/runtime_options.ts";
import type { SessionEvent } from "../../src/session/record/session_event.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";

/** Options of {@linkcode fleet}. */
export interface FleetOptions extends Partial<Omit<AgentOptions, "model" | "runtime">> {
  /** The names that cells have. */
  readonly injects?: RuntimeOptions;
  /** Options of the workers. @default steps one at a time */
  readonly worker?: Partial<WorkerOptions>;
}

/** A store, a queue, a model, workers and clients. */
export interface Fleet extends AsyncDisposable {
  readonly store: MemoryStore;
  readonly queue: MemoryQueue;
  readonly server: ScriptedServer;
  /** Sessions for which agents were made, in order. */
  readonly made: string[];
  /** Errors of workers. */
  readonly errors: unknown[];
  /** Starts a worker, or makes one. */
  readonly worker: (options?: Partial<WorkerOptions> & { readonly isIdle?: boolean }) => Worker;
  readonly client: (id?: string) => SessionClient;
}

/** Makes workers whose model gives these replies. */
export function fleet(
  replies: readonly ScriptedReply[],
  { injects = {}, worker: given = {}, ...options }: FleetOptions = {},
): Fleet {
  const server = new ScriptedServer({ replies: [...replies] });
  const store = new MemoryStore();
  const queue = new MemoryQueue();
  const workers: Worker[] = [];
  const made: string[] = [];
  const errors: unknown[] = [];
  const make = ({ session }: { readonly session: string }) => {
    made.push(session);
    const runtime = new LocalRuntime(injects) as Runtime;
    return new CaveAgent<Runtime>({ ...options, model: server.model(), runtime });
  };
  return {
    ...{ server, store, queue, made, errors },
    worker: ({ isIdle = false, ...own } = {}) => {
      const agents = [{ agent: "a", make }];
      const onError = (error: unknown) => void errors.push(error);
      const all = { queue, store, agents, onError, sliceMs: 0, ...given, ...own };
      const worker = new Worker({ name: `w${workers.length}`, ...all });
      workers.push(worker);
      if (!isIdle) worker.start();
      return worker;
    },
    client: (id = "s") => new SessionClient(id, { queue, store, agent: "a" }),
    async [Symbol.asyncDispose]() {
      for (const worker of workers) await worker.close();
      await queue.close();
      await store.close();
      await server.close();
    },
  };
}

/** Follows the events of a session until one of a type, and returns it. */
export async function eventOf<T extends SessionEvent["type"]>(
  events: AsyncIterable<SessionEvent>,
  type: T,
): Promise<Extract<SessionEvent, { type: T }>> {
  for await (const event of events) {
    if (event.type === type) return event as Extract<SessionEvent, { type: T }>;
  }
  throw new Error(`There is no event ${type}`);
}

/** Returns the types of the events of a run, repetitions left out. */
export async function typesOf(events: AsyncIterable<SessionEvent>): Promise<string[]> {
  const types: string[] = [];
  let index = 0;
  for await (const event of events) {
    if (event.index !== index++) throw new Error(`Event ${event.index} is number ${index - 1}`);
    if (types.at(-1) !== event.type) types.push(event.type);
  }
  return types;
}
