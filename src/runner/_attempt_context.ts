/**
 * The context of one attempt of a run.
 *
 * @module
 */

import type { JsonValue } from "../store/store.ts";
import { checkEventType, type JsonObject, type RunContext } from "./run_context.ts";
import type { RunLog } from "./run_log.ts";

/** The context of one attempt: an attempt that is over, and whose function still works, writes no more. */
export class AttemptContext implements RunContext {
  readonly signal: AbortSignal;
  readonly #log: RunLog;
  #isOver = false;

  /**
   * @param log The run.
   * @param signal Aborts when the attempt is to stop.
   */
  constructor(log: RunLog, signal: AbortSignal) {
    this.#log = log;
    this.signal = signal;
    // Agents take the context apart: `({ input, emit }) => ...`.
    this.emit = this.emit.bind(this);
    this.checkpoint = this.checkpoint.bind(this);
  }

  get run(): string {
    return this.#log.record.id;
  }

  get conversation(): string | undefined {
    return this.#log.record.conversation;
  }

  get input(): JsonValue {
    return structuredClone(this.#log.record.input);
  }

  get params(): JsonObject {
    return structuredClone(this.#log.record.params);
  }

  get metadata(): JsonObject {
    return structuredClone(this.#log.record.metadata);
  }

  get attempt(): number {
    return this.#log.record.attempt;
  }

  get cancelled(): boolean {
    return this.signal.aborted;
  }

  get state(): JsonValue | undefined {
    return structuredClone(this.#log.record.state);
  }

  async emit(type: string, data: JsonObject = {}): Promise<void> {
    checkEventType(type);
    this.#assertOpen("emit an event");
    await this.#log.write({ events: [{ type, data: copyOf(data, "emit an event") }] });
  }

  async checkpoint(state: JsonValue): Promise<void> {
    this.#assertOpen("store a checkpoint");
    const copy = copyOf(state, "store a checkpoint");
    await this.#log.write({ record: { state: copy }, events: [{ type: "checkpoint" }] });
  }

  /** Ends the attempt. */
  end(): void {
    this.#isOver = true;
  }

  #assertOpen(task: string): void {
    if (!this.#isOver) return;
    throw new TypeError(`Cannot ${task}: this attempt of the run ${this.run} is over`);
  }
}

/** Returns a copy, which later changes of the agent do not reach. */
function copyOf<T>(value: T, task: string): T {
  try {
    return structuredClone(value);
  } catch (cause) {
    throw new TypeError(`Cannot ${task}: JSON does not hold its data`, { cause });
  }
}
