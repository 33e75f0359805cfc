/**
 * The writer of a run: its record and its log, one commit after another.
 *
 * @module
 */

import { Mutex } from "../async/mutex.ts";
import {
  type JsonValue,
  type Store,
  type StoreChange,
  StoreConflictError,
} from "../store/store.ts";
import type { JsonObject } from "./run_context.ts";
import { isRunOver, readRun, RUN_KEYS, type RunRecord } from "./run_record.ts";

/** An event to write. */
export interface NewRunnerEvent {
  /** The type. */
  readonly type: string;
  /** Data of the event. @default {} */
  readonly data?: JsonObject | undefined;
}

/** A change of a run. */
export interface RunChange {
  /** Fields of the record. */
  readonly record?: Partial<RunRecord> | undefined;
  /** New events. */
  readonly events?: readonly NewRunnerEvent[] | undefined;
  /** Whether the run is over. */
  readonly end?: boolean | undefined;
  /** Whether this process gives the run up, so that others can take it over at once. */
  readonly release?: boolean | undefined;
}

/** Thrown if another process has taken a run over, or has deleted it. */
export class RunLostError extends Error {
  /** Always `"RunLostError"`. */
  override readonly name = "RunLostError";
}

/** Options of {@linkcode RunLog}. */
export interface RunLogOptions {
  /** The record as it is in the store. */
  readonly record: RunRecord;
  /** Its version; 0 if it is not in the store yet. */
  readonly version: number;
  /** Time for which each write keeps the run, in milliseconds. */
  readonly leaseMs: number;
  /** Called when somebody wants the run to stop. */
  readonly onCancel: (reason: string) => void;
}

/** Writes one run. */
export class RunLog {
  readonly #store: Store;
  readonly #options: RunLogOptions;
  readonly #turns = new Mutex();
  #record: RunRecord;
  #version: number;
  /** Whether this process writes the run no more. */
  #isOver = false;

  /**
   * @param store The store.
   * @param options The run.
   */
  constructor(store: Store, options: RunLogOptions) {
    this.#store = store;
    this.#options = options;
    this.#record = options.record;
    this.#version = options.version;
  }

  /** The record, as it was written last. */
  get record(): RunRecord {
    return this.#record;
  }

  /**
   * Writes a change.
   *
   * @throws {RunLostError} If another process has the run.
   */
  write(change: RunChange): Promise<void> {
    return this.#turns.run(async () => {
      const { id } = this.#record;
      if (this.#isOver) {
        throw new RunLostError(`Cannot write the run ${JSON.stringify(id)}: it is over here`);
      }
      while (true) {
        try {
          await this.#commit(change);
          this.#isOver = change.end === true || change.release === true;
          return;
        } catch (error) {
          if (!(error instanceof StoreConflictError) || this.#version === 0) throw error;
          await this.#readAgain();
        }
      }
    });
  }

  async #commit(
    { record = {}, events = [], end = false, release = false }: RunChange,
  ): Promise<void> {
    const { id } = this.#record;
    const now = Date.now();
    const next: RunRecord = {
      ...this.#record,
      updatedAt: now,
      leaseUntil: end || release ? 0 : leaseFrom(now, this.#options.leaseMs),
      ...record,
      events: this.#record.events + events.length,
    };
    const changes: StoreChange[] = [{
      kind: "set",
      key: RUN_KEYS.record(id),
      value: next as unknown as JsonValue,
      ifVersion: this.#version,
    }];
    if (events.length > 0) {
      changes.push({
        kind: "append",
        log: RUN_KEYS.events(id),
        at: this.#record.events,
        entries: events.map(({ type, data = {} }) => ({ type, at: now, data })),
        end,
      });
    }
    const [version] = await this.#store.commit(changes);
    this.#record = next;
    this.#version = version!;
  }

  /** Takes over a request to stop that another process has written; anything else means that the run is lost. */
  async #readAgain(): Promise<void> {
    const { id, worker, events } = this.#record;
    const found = await this.#store.get(RUN_KEYS.record(id));
    const record = found && readRun(found.value, id);
    if (record?.worker !== worker || record.events !== events || isRunOver(record.status)) {
      throw new RunLostError(
        `Cannot go on with the run ${JSON.stringify(id)}: ${
          record === undefined ? "it was deleted" : "another process has taken it over"
        }`,
      );
    }
    const isNew = this.#record.cancel === undefined && record.cancel !== undefined;
    this.#record = { ...this.#record, cancel: record.cancel };
    this.#version = found!.version;
    if (isNew) this.#options.onCancel(record.cancel!);
  }
}

/** Returns the end of a lease: a number that JSON holds. */
export function leaseFrom(now: number, leaseMs: number): number {
  return Math.min(now + leaseMs, Number.MAX_SAFE_INTEGER);
}
