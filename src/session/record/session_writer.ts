/**
 * The writer of a session: gathers what happens, and commits it in order.
 *
 * @module
 */

import type { JsonValue, Store, StoreChange } from "../../store/store.ts";
import type { SessionEvent } from "./session_event.ts";
import { SESSION_KEYS, type SessionRecord } from "./session_record.ts";
import { storeEvent } from "./stored_event.ts";

/** An event without the fields that its place gives it. */
export type NewEvent = { readonly type: SessionEvent["type"] } & Readonly<Record<string, unknown>>;

/** Changes of a session that become durable together. */
export interface SessionChange {
  /** Fields of the record. */
  readonly record?: Partial<SessionRecord> | undefined;
  /** New messages. */
  readonly messages?: readonly JsonValue[] | undefined;
  /** New events of the run. */
  readonly events?: readonly NewEvent[] | undefined;
  /** Whether the run is over, and its log complete. */
  readonly end?: boolean | undefined;
  /** Further changes of the store. */
  readonly others?: readonly StoreChange[] | undefined;
}

/** Changes that wait for the next commit. */
interface Batch {
  /** The number of the first message, and the messages. */
  readonly firstMessage: number;
  readonly messages: JsonValue[];
  /** The run, the number of the first event, and the events. */
  readonly run: string | undefined;
  readonly firstEvent: number;
  readonly events: NewEvent[];
  readonly others: StoreChange[];
  /** The record after the last of these changes. */
  record: SessionRecord | undefined;
  end: boolean;
  readonly done: PromiseWithResolvers<void>;
}

/** Maximum number of events of a commit. */
const MAX_EVENTS = 1_000;

/**
 * Time for which events gather for one commit, in milliseconds: short for those who follow them, and long enough for those of a cell
 * and of the start of a reply to become durable together.
 */
const GATHER_MS = 10;

/** Options of {@linkcode SessionWriter}. */
export interface SessionWriterOptions {
  /** The record as it is in the store. */
  readonly record: SessionRecord;
  /** Its version; 0 if it is not in the store yet. */
  readonly version: number;
  /** Number of events in the log of its last run. */
  readonly events: number;
}

/**
 * Writes a session. While one commit is under way, further changes gather for the next one. A commit that fails ends the
 * writing for good: another process has written the session, or the store cannot be reached.
 */
export class SessionWriter {
  readonly #store: Store;
  #record: SessionRecord;
  #version: number;
  /** Number of messages in the log, those that wait included. */
  #messages: number;
  #events: number;
  #run: string | undefined;
  #isEnded: boolean;
  #waiting: Batch | undefined;
  #pumping: Promise<void> | undefined;
  /** Takes secrets out of everything that is written, once the agent is known. */
  redact: <T>(value: T) => T = (value) => value;
  /** Begins the next commit if nothing does so before. */
  #later: ReturnType<typeof setTimeout> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /**
   * @param store The store.
   * @param options The session as it is there.
   */
  constructor(store: Store, { record, version, events }: SessionWriterOptions) {
    this.#store = store;
    this.#record = record;
    this.#version = version;
    this.#messages = record.messages;
    this.#events = events;
    this.#run = record.run?.id;
    this.#isEnded = record.run === undefined;
  }

  /** The record, with all changes so far. */
  get record(): SessionRecord {
    return this.#record;
  }

  /** The number of the next event. */
  get events(): number {
    return this.#events;
  }

  /**
   * Begins the log of another run, when everything of the one before is durable.
   *
   * @param run The identifier of the run.
   */
  async startRun(run: string): Promise<void> {
    await this.settle();
    this.#run = run;
    this.#events = 0;
    this.#isEnded = false;
  }

  /**
   * Adds changes.
   *
   * @param change The changes.
   * @returns Resolves when they are durable.
   * @throws The error of the store, of this commit or of an earlier one.
   */
  write(change: SessionChange): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    const done = this.#gather(change);
    this.#start();
    return done;
  }

  #gather(change: SessionChange): Promise<void> {
    const { end = false, others = [] } = change;
    const { record, messages = [], events = [] } = this.redact({
      record: change.record,
      messages: change.messages,
      events: change.events,
    });
    const batch = this.#waiting ??= this.#newBatch();
    batch.messages.push(...messages);
    batch.others.push(...others);
    this.#messages += messages.length;
    // The log of a run that is over is complete: output that comes later has nowhere to go.
    if (!this.#isEnded) {
      batch.events.push(...events);
      this.#events += events.length;
      if (end) this.#isEnded = batch.end = true;
    }
    if (record !== undefined) {
      const own = { messages: this.#messages, events: this.#events, updatedAt: Date.now() };
      batch.record = this.#record = { ...this.#record, ...record, ...own };
    }
    return batch.done.promise;
  }

  #start(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    if (this.#waiting !== undefined) this.#pumping ??= this.#pump();
  }

  /** Adds an event, which becomes durable before any later change, and soon: nobody waits for it. */
  add(event: NewEvent): void {
    if (this.#failure !== undefined) return;
    this.#gather({ events: [event] }).catch(() => {});
    if (this.#pumping === undefined) this.#later ??= setTimeout(() => this.#start(), GATHER_MS);
  }

  /** Whether the session in the store is the one that was read or written here last. */
  async isCurrent(): Promise<boolean> {
    await this.settle();
    if (this.#failure !== undefined) return false;
    const found = await this.#store.get(SESSION_KEYS.record(this.#record.id));
    return (found?.version ?? 0) === this.#version;
  }

  /** Whether the store had the session, and has it no more. */
  async isDeleted(): Promise<boolean> {
    if (this.#version === 0) return false;
    return await this.#store.get(SESSION_KEYS.record(this.#record.id)) === undefined;
  }

  /** Waits until everything is durable. */
  async settle(): Promise<void> {
    this.#start();
    await this.#pumping;
  }

  /** Ends the writing: the session belongs to another process from now on. */
  stop(error: Error): void {
    this.#failure ??= { error };
    clearTimeout(this.#later);
    this.#later = undefined;
  }

  async #pump(): Promise<void> {
    // Changes of one turn of the event loop make one commit.
    await Promise.resolve();
    while (this.#waiting !== undefined) {
      const batch = this.#waiting;
      this.#waiting = undefined;
      try {
        if (this.#failure !== undefined) throw this.#failure.error;
        await this.#commit(batch);
        batch.done.resolve();
      } catch (error) {
        batch.done.reject(error);
        this.#failure ??= { error };
      }
    }
    this.#pumping = undefined;
  }

  async #commit(batch: Batch): Promise<void> {
    const { messages, firstMessage, events, firstEvent, others, record, end, run } = batch;
    const { id } = this.#record;
    const log = run === undefined ? "" : SESSION_KEYS.events(id, run);
    const stored: JsonValue[] = [];
    for (const event of events) stored.push(await storeEvent(event, this.#store));
    let at = firstEvent;
    // A flood of events takes several commits; the last one has the record.
    while (stored.length > MAX_EVENTS) {
      const entries = stored.splice(0, MAX_EVENTS);
      await this.#store.commit([{ kind: "append", log, at, entries }]);
      at += entries.length;
    }
    const changes: StoreChange[] = [...others];
    if (messages.length > 0) {
      const key = SESSION_KEYS.messages(id);
      changes.push({ kind: "append", log: key, at: firstMessage, entries: messages });
    }
    if (stored.length > 0 || end) changes.push({ kind: "append", log, at, entries: stored, end });
    if (record !== undefined) {
      const value = record as unknown as JsonValue;
      const key = SESSION_KEYS.record(id);
      changes.push({ kind: "set", key, value, ifVersion: this.#version });
    }
    const versions = await this.#store.commit(changes);
    if (record !== undefined) this.#version = versions.at(-1)!;
  }

  #newBatch(): Batch {
    const done = Promise.withResolvers<void>();
    // Nobody may wait for an event.
    done.promise.catch(() => {});
    return {
      firstMessage: this.#messages,
      messages: [],
      run: this.#run,
      firstEvent: this.#events,
      events: [],
      others: [],
      record: undefined,
      end: false,
      done,
    };
  }
}
