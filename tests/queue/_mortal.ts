/**
 * Workers of one process that can be killed and frozen as processes can: their store and their queue go dead or silent.
 *
 * @module
 */

import { CaveAgent } from "../../src/cave_agent.ts";
import type { Model, ModelMessage } from "../../src/model/model.ts";
import { MemoryQueue } from "../../src/queue/memory_queue.ts";
import type { ClaimOptions } from "../../src/queue/queue.ts";
import { SessionClient } from "../../src/queue/client/session_client.ts";
import { Worker } from "../../src/queue/work/worker.ts";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";
import { MemoryStore } from "../../src/store/memory_store.ts";

/** A worker that can be killed and frozen. */
export interface Mortal {
  readonly name: string;
  readonly isDead: boolean;
  /** Ends the worker at once, and starts another one. The error is for the function that is under way. */
  readonly kill: () => Error;
  /** Stops the worker, and starts another one. */
  readonly freeze: () => void;
  /** Lets a frozen worker go on. */
  readonly thaw: () => void;
}

/** The model and the functions of the workers. */
export interface MortalPlan {
  readonly maxCrashes: number;
  readonly reply: (
    mortal: Mortal,
    asked: { readonly messages: readonly ModelMessage[]; readonly signal: AbortSignal },
  ) => string | Promise<string>;
  readonly functions: (mortal: Mortal) => Record<string, (...args: never[]) => unknown>;
}

/** Mortal workers, one at a time. */
export interface Mortals extends AsyncDisposable {
  readonly store: MemoryStore;
  readonly queue: MemoryQueue;
  readonly client: (id: string) => SessionClient;
}

/** Starts the first worker. */
export function mortals({ maxCrashes, reply, functions }: MortalPlan): Mortals {
  const store = new MemoryStore();
  const queue = new MemoryQueue();
  const workers: Worker[] = [];
  const all: Mortal[] = [];

  function start(): void {
    const died = new AbortController();
    let frozen: PromiseWithResolvers<void> | undefined;
    const gate = async () => {
      await frozen?.promise;
      if (died.signal.aborted) throw new Error("The process is dead");
    };
    const mortal: Mortal = {
      name: `w${workers.length}`,
      get isDead() {
        return died.signal.aborted;
      },
      kill: () => {
        died.abort();
        start();
        return new Error("The process is dead");
      },
      freeze: () => {
        frozen = Promise.withResolvers();
        start();
      },
      thaw: () => frozen?.resolve(),
    };
    const model: Model = {
      async *stream(messages, { signal = new AbortController().signal } = {}) {
        yield { type: "text", text: await reply(mortal, { messages, signal }) };
        yield { type: "end", finishReason: "stop" };
      },
    };
    const make = () =>
      new CaveAgent({ model, runtime: new LocalRuntime({ functions: functions(mortal) }) });
    const worker = new Worker({
      ...{ name: mortal.name, maxCrashes, sliceMs: 0, leaseMs: 200, concurrency: 8 },
      // The connection of a process that is dead waits for no job.
      queue: Object.assign(gated(queue, gate), {
        claim: async ({ signal, ...options }: ClaimOptions) => {
          await gate();
          const signals = signal === undefined ? [died.signal] : [died.signal, signal];
          const claim = await queue.claim({ ...options, signal: AbortSignal.any(signals) });
          await gate();
          return claim;
        },
      }),
      store: gated(store, gate),
      agents: [{ agent: "a", make }],
    });
    workers.push(worker);
    all.push(mortal);
    worker.start();
  }

  start();
  return {
    store,
    queue,
    client: (id) => new SessionClient(id, { queue, store, agent: "a" }),
    async [Symbol.asyncDispose]() {
      for (const mortal of all) mortal.thaw();
      await Promise.all(workers.map((worker) => worker.close()));
      await queue.close();
      await store.close();
    },
  };
}

/** Returns an object whose asynchronous methods pass a gate on their way in, and on their way out. */
function gated<T extends object>(target: T, gate: () => Promise<void>): T {
  const own: Partial<T> = {};
  return new Proxy(target, {
    set: (_, name, value) => Reflect.set(own, name, value),
    get(_, name) {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name);
      const member = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      if (name === "follow") return member.bind(target);
      return async (...args: unknown[]) => {
        await gate();
        const result = await member.apply(target, args);
        await gate();
        return result;
      };
    },
  });
}
