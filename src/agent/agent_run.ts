/**
 * A run: its events as an async iterable, its result as a promise, and the ways to take part in it.
 *
 * @module
 */

import { PeopleDesk } from "./people/desk.ts";
import type { AgentEvent, AgentEventMap, AgentEventType, Emit, RunResult } from "./record/event.ts";
import type { RunJournal } from "./record/journal.ts";
import type { ApprovalDecision, PendingRequest } from "./record/pending_request.ts";
import type { RunStatus } from "./record/run_status.ts";
import type { RunState } from "./record/state.ts";

/** The side of a run that its work uses. */
export interface RunHost {
  /** The identifier of the run. */
  readonly id: string;
  /** Adds events. */
  readonly emit: Emit;
  /** Stops the work. */
  readonly signal: AbortSignal;
  /** The people of the run. */
  readonly people: PeopleDesk;
  /** Adds a listener for events. */
  readonly listen: (listener: (event: AgentEvent) => void) => void;
  /** Stores a state. */
  readonly update: (state: RunState) => void;
}

/** Options of {@linkcode AgentRun}. */
export interface AgentRunOptions {
  /** The identifier. */
  readonly id: string;
  /** The run whose cell has started this one. */
  readonly parent?: string | undefined;
  /** Stops the run. */
  readonly signal?: AbortSignal | undefined;
  /** Receives each event. */
  readonly onEvent?: ((event: AgentEvent) => void) | undefined;
  /** Takes secrets out of events. @default none */
  readonly redact?: (<T>(value: T) => T) | undefined;
  /** Receives the run as it goes on. */
  readonly journal?: RunJournal | undefined;
  /** Called when the run begins or ceases to wait for a person. */
  readonly onWaiting?: ((isWaiting: boolean) => void) | undefined;
  /** Starts a run when this one is completed. */
  readonly followUp: (query: string, before: Promise<RunResult>) => AgentRun;
}

/**
 * One run of an agent. Every iterator sees every event from the first on, whenever it starts. Leaving a loop over a run
 * that goes on stops the run.
 *
 * @typeParam T The type of the value that the model hands over, with `output`.
 */
export class AgentRun<T = unknown> implements AsyncIterable<AgentEvent> {
  /** The identifier, which the events have as `run`. */
  readonly id: string;
  /** The result of the run. Rejects with the signal's reason, or with the error of a model that could not be asked. */
  readonly result: Promise<RunResult<T>>;

  readonly #options: AgentRunOptions;
  readonly #events: AgentEvent[] = [];
  readonly #listeners: ((event: AgentEvent) => void)[] = [];
  readonly #abort = new AbortController();
  readonly #people: PeopleDesk;
  #pending: readonly PendingRequest[] = [];
  #state: RunState | undefined;
  #done = false;
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();

  /**
   * Starts the run.
   *
   * @param work Does it: emits events, obeys the signal, returns the result.
   * @param options Identifiers, signal, listeners.
   */
  constructor(work: (host: RunHost) => Promise<RunResult>, options: AgentRunOptions) {
    this.#options = options;
    this.id = options.id;
    const emit: Emit = (type, step, fields) => this.#emit(type, step, fields);
    this.#people = new PeopleDesk({
      emit,
      onChange: (pending) => this.#wait(pending),
      journal: options.journal,
      redact: options.redact,
    });
    const signal = options.signal === undefined
      ? this.#abort.signal
      : AbortSignal.any([options.signal, this.#abort.signal]);
    const update = (state: RunState) => this.#state = state;
    if (options.onEvent !== undefined) this.#listeners.push(options.onEvent);
    const listen = (listener: (event: AgentEvent) => void) => void this.#listeners.push(listener);
    const host: RunHost = { id: this.id, emit, signal, people: this.#people, listen, update };
    this.result = work(host).finally(() => {
      this.#done = true;
      this.#wake();
    }) as Promise<RunResult<T>>;
    // Avoids an unhandled rejection: iterators rethrow this error.
    this.result.catch(() => {});
  }

  /** The status. */
  get status(): RunStatus {
    if (this.#state === undefined) return this.#done ? "cancelled" : "queued";
    return this.#pending.length > 0 && this.#state.status === "running"
      ? "waiting"
      : this.#state.status;
  }

  /** The state after the last step, as plain data; `undefined` while the run is queued. */
  get state(): RunState | undefined {
    if (this.#state === undefined) return undefined;
    return { ...this.#state, status: this.status, pending: this.#pending };
  }

  /** The requests that wait for a person. */
  get pending(): readonly PendingRequest[] {
    return this.#pending;
  }

  /**
   * Answers a question of the model. The run goes on where it waits.
   *
   * @param text The answer.
   * @param id The `id` of the `ask_user` event. @default the oldest question
   * @throws {RangeError} If there is no such question.
   */
  answer(text: string, id?: string): void {
    this.#people.answer(text, id);
  }

  /**
   * Decides on a call that needs an approval. The cell goes on where it waits.
   *
   * @param id The `id` of the `approval_request` event.
   * @param decision The decision.
   * @throws {RangeError} If there is no such request.
   */
  approve(id: string, decision: ApprovalDecision): void {
    this.#people.decide(id, decision);
  }

  /**
   * Adds a message, which the model reads at its next step, be it in the middle of a task. A run that is about to end goes
   * on instead.
   *
   * @param text The message.
   * @throws {TypeError} If the message is empty, or the run is over.
   */
  steer(text: string): void {
    if (this.#done) throw new TypeError("Cannot steer a run: it is over");
    this.#people.steer(text);
  }

  /**
   * Asks another question when this run is completed. If it ends in another way, the question is not asked.
   *
   * @param query The question.
   * @returns The run of that question, which is queued.
   */
  followUp(query: string): AgentRun {
    return this.#options.followUp(query, this.result);
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

  #emit<E extends AgentEventType>(type: E, step: number, fields: AgentEventMap[E]): void {
    if (this.#done) return;
    const { id, parent, redact = (value) => value } = this.#options;
    const frame = { type, index: this.#events.length, step, run: id };
    const event = {
      ...frame,
      ...(parent === undefined ? {} : { parent }),
      ...redact(fields),
    } as unknown as AgentEvent;
    this.#events.push(event);
    this.#wake();
    for (const listener of this.#listeners) listener(event);
    this.#options.journal?.event(event);
  }

  #wait(pending: readonly PendingRequest[]): void {
    const waited = this.#pending.length > 0;
    this.#pending = pending;
    if (waited !== pending.length > 0) this.#options.onWaiting?.(pending.length > 0);
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
