/**
 * The journal of a run, as the writer of a session keeps it.
 *
 * @module
 */

import type { Agent } from "../../agent/agent.ts";
import type { KeptFile } from "../../agent/files/kept_files.ts";
import type { AgentEvent } from "../../agent/record/event.ts";
import type {
  CallOutcome,
  JournaledAction,
  JournaledCall,
  RunJournal,
} from "../../agent/record/journal.ts";
import type { PendingRequest } from "../../agent/record/pending_request.ts";
import type { RunState } from "../../agent/record/state.ts";
import type { NamespaceEntry, Snapshot } from "../../runtime/runtime.ts";
import type { JsonValue, Store, StoreChange } from "../../store/store.ts";
import { recordArguments } from "../record/recorded_arguments.ts";
import type { MessageTree } from "../record/message_tree.ts";
import { SessionSuspendedError } from "../record/session_errors.ts";
import {
  isOver,
  SESSION_KEYS,
  type SessionRecord,
  type StoredFile,
  type StoredRun,
} from "../record/session_record.ts";
import type { SessionChange, SessionWriter } from "../record/session_writer.ts";
import type { SnapshotShelf } from "../record/snapshot_shelf.ts";

/** The time at which a session takes snapshots: after each step with an action, after each run, or never. */
export type SnapshotPolicy = "step" | "run" | "never";

/** Options of {@linkcode Recorder}. */
export interface RecorderOptions {
  /** The store, for files. */
  readonly store: Store;
  /** The agent, for its namespace and its files. */
  readonly agent: Agent;
  /** Writes the session. */
  readonly writer: SessionWriter;
  /** The messages. */
  readonly tree: MessageTree;
  /** The snapshots. */
  readonly shelf: SnapshotShelf;
  /** The time at which snapshots are taken. */
  readonly policy: SnapshotPolicy;
  /** Keys of files that are in the store. */
  readonly files: Set<string>;
  /** Whether workers drive the session. */
  readonly isDriven: boolean;
  /** Whether this process still holds the session. */
  readonly isHeld: () => boolean;
  /** Receives the last changes of a run that is over: they become durable together with its last event. */
  readonly onEnd: (end: () => SessionChange) => void;
  /** How the run stops, to go on elsewhere. */
  readonly halt: () => "suspend" | "pause" | undefined;
}

/** Records one run. */
export class Recorder implements RunJournal {
  readonly #options: RecorderOptions;
  /** Whether the namespace may have changed since its snapshot. */
  #isDirty = false;
  /** Whether a step was taken since the run began or went on. */
  #hasStepped = false;
  /** Whether the run has stopped, to go on elsewhere. */
  #isHalted = false;
  /** Number of messages of people that have entered the history since the last write. */
  #steered = 0;

  /** @param options The parts of the session. */
  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** See {@linkcode RunJournal.event}. */
  event({ index: _, run: __, ...event }: AgentEvent): void {
    if (event.type === "steered") this.#steered++;
    // A run that goes on elsewhere has not failed.
    if (this.#isHalted && event.type === "run_failed") return;
    this.#options.writer.add(event);
  }

  /** See {@linkcode RunJournal.state}. */
  async state(state: RunState): Promise<void> {
    const { tree, writer } = this.#options;
    const { status } = state;
    const messages = tree.take(state.messages);
    const { record, changes } = await this.#snapshot(status !== "running");
    const files = await this.#files();
    const finished = (this.#run.finished ?? 0) + Number(this.#hasStepped);
    const change = (): SessionChange => {
      const run = {
        ...this.#run,
        ...{ state: withoutMessages(state), doing: undefined, requests: [], finished },
      };
      const steering = this.#takeSteering();
      return {
        record: { ...record, status, head: tree.head, steering, run },
        messages,
        others: [...changes, ...files],
      };
    };
    if (isOver(status)) return this.#options.onEnd(change);
    // A run that goes on right where it was paused has nothing to record.
    const isNew = messages.length > 0 || changes.length > 0 || files.length > 0 ||
      this.#hasStepped || !this.#isRecorded(state);
    await (isNew ? writer.write(change()) : writer.settle());
    const halt = this.#options.halt();
    const stops = halt === "suspend" || halt === "pause" && this.#hasStepped;
    this.#hasStepped = true;
    if (status !== "running" || !stops) return;
    this.#isHalted = true;
    throw new SessionSuspendedError();
  }

  /** See {@linkcode RunJournal.action}. */
  async action(state: RunState, action: JournaledAction): Promise<void> {
    const { writer, tree } = this.#options;
    this.#isDirty = true;
    const doing = { action, firstEvent: writer.events, results: {} };
    const messages = tree.take(state.messages);
    await writer.write({
      record: {
        head: tree.head,
        steering: this.#takeSteering(),
        run: { ...this.#run, state: withoutMessages(state), doing, requests: [] },
      },
      messages,
    });
  }

  /** See {@linkcode RunJournal.toolResult}. */
  async toolResult(callId: string, content: string): Promise<void> {
    const { doing } = this.#run;
    if (doing === undefined) return;
    const results = { ...doing.results, [callId]: content };
    await this.#options.writer.write({
      record: { run: { ...this.#run, doing: { ...doing, results } } },
    });
  }

  /** See {@linkcode RunJournal.call}. */
  async call(call: JournaledCall): Promise<void> {
    await this.#options.writer.write({ events: [{ type: "host_call", ...call }] });
  }

  /** See {@linkcode RunJournal.confirm}. */
  confirm(): void {
    if (!this.#options.isHeld()) throw new SessionSuspendedError();
  }

  /** See {@linkcode RunJournal.callEnd}. */
  async callEnd(id: string, outcome: CallOutcome): Promise<void> {
    await this.#options.writer.write({ events: [{ type: "host_call_end", id, ...outcome }] });
  }

  /** See {@linkcode RunJournal.request}. */
  async request(request: PendingRequest, args: readonly unknown[]): Promise<void> {
    const stored = request.kind === "approval"
      ? { request, args: this.#argumentsOf(args) }
      : { request };
    const requests = [...this.#run.requests, stored];
    await this.#options.writer.write({
      record: { status: "waiting", run: { ...this.#run, requests } },
    });
  }

  /** Returns arguments for the store. Those with secrets are not kept: the call is made anew. */
  #argumentsOf(args: readonly unknown[]): string | undefined {
    const { runtime } = this.#options.agent;
    return runtime.redact !== undefined && runtime.redact(args) !== args
      ? undefined
      : recordArguments(args);
  }

  #isRecorded(state: RunState): boolean {
    const { run, status } = this.#options.writer.record;
    return run?.doing === undefined && run?.requests.length === 0 && status === state.status &&
      JSON.stringify(run.state) === JSON.stringify(withoutMessages(state));
  }

  get #run(): StoredRun {
    return this.#options.writer.record.run!;
  }

  /** Returns the messages of people that are still to enter the history. */
  #takeSteering(): readonly string[] {
    const left = this.#options.writer.record.steering.slice(this.#steered);
    this.#steered = 0;
    return left;
  }

  /** Takes a snapshot if it is time. A failure is stored as well: it is reported on resumption. */
  async #snapshot(
    isEnd: boolean,
  ): Promise<{ record: Partial<SessionRecord>; changes: StoreChange[] }> {
    const { agent: { runtime }, writer, shelf, tree, policy } = this.#options;
    const isDue = policy === "step" || policy === "run" && isEnd;
    if (!isDue || !this.#isDirty) return { record: {}, changes: [] };
    const fault = (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      return { record: { snapshotFault: reason }, changes: [] };
    };
    let taken: Snapshot;
    let names: readonly NamespaceEntry[];
    try {
      [taken, names] = await Promise.all([runtime.snapshot(), runtime.names()]);
    } catch (error) {
      return fault(error);
    }
    try {
      const number = writer.record.snapshots;
      const changes = await shelf.save(taken, { number, message: tree.head, names });
      this.#isDirty = false;
      const record = { snapshots: number + 1, snapshot: number, snapshotFault: undefined };
      return { record, changes };
    } catch (error) {
      // On a worker the next step may be another process's, and a store that is away comes back: the step is cut off.
      if (this.#options.isDriven) throw error;
      return fault(error);
    }
  }

  /** Stores files that the history refers to since the last time. */
  async #files(): Promise<StoreChange[]> {
    const { agent, files, store, writer } = this.#options;
    const { id } = writer.record;
    const changes: StoreChange[] = [];
    for (const file of agent.files(files)) {
      files.add(file.key);
      const blob = await store.putBlob(bytesOf(file));
      const { kind, key } = file;
      const stored: StoredFile = file.kind === "artifact"
        ? { kind, key, blob }
        : { kind, key, blob, mediaType: file.mediaType, name: file.name };
      const value = stored as unknown as JsonValue;
      changes.push({ kind: "set", key: SESSION_KEYS.file(id, key), value });
    }
    return changes;
  }
}

function bytesOf(file: KeptFile): Uint8Array {
  return file.kind === "artifact" ? new TextEncoder().encode(file.text) : file.bytes;
}

/** Returns a state without its history, which has a place of its own. */
export function withoutMessages({ messages: _, ...rest }: RunState): Omit<RunState, "messages"> {
  return rest;
}
