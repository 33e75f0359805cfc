/**
 * A run: its events as an async iterable, and its result as a promise.
 *
 * @module
 */

import type { AgentEvent, AgentEventMap, AgentEventType, RunResult } from "./event.ts";

/** Adds an event to a run. */
export type Emit = <T extends AgentEventType>(
  type: T,
  step: number,
  fields: AgentEventMap[T],
) => void;

/**
 * One run of an agent. Every iterator sees every event from the first on, whenever it starts. Leaving a loop over a run
 * that goes on stops the run.
 */
export class AgentRun implements AsyncIterable<AgentEvent> {
  /** The result of the run. Rejects with the signal's reason, or with an error of the model. */
  readonly result: Promise<RunResult>;

  readonly #events: AgentEvent[] = [];
  readonly #abort = new AbortController();
  #done = false;
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();

  /**
   * Starts the run.
   *
   * @param work Does it: emits events, obeys the signal, returns the result.
   * @param signal Stops the run.
   */
  constructor(
    work: (emit: Emit, signal: AbortSignal) => Promise<RunResult>,
    signal?: AbortSignal,
  ) {
    const combined = signal === undefined
      ? this.#abort.signal
      : AbortSignal.any([signal, this.#abort.signal]);
    const emit: Emit = (type, step, fields) => {
      const index = this.#events.length;
      this.#events.push({ type, index, step, ...fields } as unknown as AgentEvent);
      this.#wake();
    };
    this.result = work(emit, combined).finally(() => {
      this.#done = true;
      this.#wake();
    });
    // Avoids an unhandled rejection: iterators rethrow this error.
    this.result.catch(() => {});
  }

  /** Stops the run: `result` rejects with the reason, and iterators end with it. */
  abort(reason: unknown = new DOMException("The run was stopped", "AbortError")): void {
    if (!this.#done) this.#abort.abort(reason);
  }

  /** Iterates over the events, from the first one on. */
  async *[Symbol.asyncIterator](): AsyncGenerator<AgentEvent, void, void> {
    let index = 0;
    try {
      while (true) {
        while (index < this.#events.length) yield this.#events[index++]!;
        if (this.#done) break;
        await this.#changed.promise;
      }
      await this.result;
    } finally {
      this.abort();
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
