/**
 * The parts of an open session: its record, its messages, its snapshots, and its agent, which is made when it is needed.
 *
 * @module
 */

import { Mutex } from "../../async/mutex.ts";
import type { Agent } from "../../agent/agent.ts";
import { JournalError } from "../../agent/record/journal_error.ts";
import type { KeptFile } from "../../agent/files/kept_files.ts";
import type { Message } from "../../agent/record/message.ts";
import { newState, type RunState } from "../../agent/record/state.ts";
import { observeReply } from "../../agent/step/observation.ts";
import type { Store } from "../../store/store.ts";
import type { MessageTree } from "../record/message_tree.ts";
import { SESSION_KEYS, type StoredFile } from "../record/session_record.ts";
import { SessionSuspendedError } from "../record/session_errors.ts";
import type { SessionChange, SessionWriter } from "../record/session_writer.ts";
import { listAll } from "../../store/read_all.ts";
import type { SnapshotShelf } from "../record/snapshot_shelf.ts";
import { loadAttachments } from "./run_attachments.ts";
import { Recorder, type SnapshotPolicy } from "./recorder.ts";

/** An agent, or a function that makes one. */
export type AgentSource = Agent | (() => Agent | Promise<Agent>);

/** The parts of {@linkcode SessionCore}. */
export interface SessionParts {
  /** The store. */
  readonly store: Store;
  /** The agent. */
  readonly source: AgentSource;
  /** Writes the session. */
  readonly writer: SessionWriter;
  /** The messages. */
  readonly tree: MessageTree;
  /** The snapshots. */
  readonly shelf: SnapshotShelf;
  /** The time at which snapshots are taken. */
  readonly policy: SnapshotPolicy;
  /** Whether the host decides when the next question begins. */
  readonly isDriven: boolean;
  /** Whether this process still holds the session. */
  readonly isHeld: () => boolean;
}

/** An agent that has taken the session over. */
export interface PreparedAgent {
  /** The agent. */
  readonly agent: Agent;
  /** Names that could not be restored, with the reason. */
  readonly lost: readonly string[];
}

/** An open session. */
export class SessionCore {
  readonly store: Store;
  readonly writer: SessionWriter;
  readonly tree: MessageTree;
  readonly shelf: SnapshotShelf;
  /**
   * How the run stops to go on elsewhere: `suspend` before its next step, `pause` after the present one, which may be about to
   * begin.
   */
  halt: "suspend" | "pause" | undefined;
  /** Whether this process still holds the session. */
  readonly isHeld: () => boolean;
  /** Lets messages be taken one after another. */
  readonly mailbox: Mutex = new Mutex();
  /** Whether the host decides when the next question begins. */
  readonly isDriven: boolean;
  /** Makes the last changes of a run that is over, until they are written with its last event. */
  #end: (() => SessionChange) | undefined;
  /** Whether the run has stopped in this process, between two steps, and nothing has happened to the namespace since. */
  isPaused = false;
  readonly #source: AgentSource;
  readonly #policy: SnapshotPolicy;
  readonly #files = new Set<string>();
  #agent: Promise<Agent> | undefined;
  #prepared: Promise<PreparedAgent> | undefined;

  /** @param parts The parts. */
  constructor({ store, source, writer, tree, shelf, policy, isDriven, isHeld }: SessionParts) {
    this.isHeld = isHeld;
    this.isDriven = isDriven;
    this.store = store;
    this.writer = writer;
    this.tree = tree;
    this.shelf = shelf;
    this.#source = source;
    this.#policy = policy;
  }

  /** The identifier of the session. */
  get id(): string {
    return this.writer.record.id;
  }

  /** The state of the last run, with the present history. */
  get state(): RunState {
    const { run } = this.writer.record;
    const messages = this.tree.messages;
    if (run?.state !== undefined) return { ...run.state, messages };
    const question = { role: "user", content: run?.query ?? "" } as const;
    return { ...newState({ id: run?.id ?? "", history: [], question }), messages };
  }

  /** Returns the agent, with history, files and namespace of the session. */
  prepare(): Promise<PreparedAgent> {
    return this.#prepared ??= this.#prepare();
  }

  /** Returns the images and files of the question, as options of its run. */
  attached(): ReturnType<typeof loadAttachments> {
    return this.#read(() =>
      loadAttachments(this.store, this.writer.record.run?.options.attachments)
    );
  }

  /** Returns the last changes of a run that is over, once. */
  takeEnd(): SessionChange | undefined {
    const end = this.#end?.();
    this.#end = undefined;
    return end;
  }

  /** Makes the agent take the session over again, as it is now. */
  forget(): void {
    this.isPaused = false;
    this.#prepared = undefined;
  }

  /** Returns a journal for a run. */
  recorder(agent: Agent): Recorder {
    this.#end = undefined;
    return new Recorder({
      onEnd: (end) => this.#end = end,
      store: this.store,
      agent,
      writer: this.writer,
      tree: this.tree,
      shelf: this.shelf,
      policy: this.#policy,
      files: this.#files,
      halt: () => this.halt,
      isDriven: this.isDriven,
      isHeld: this.isHeld,
    });
  }

  /** Stores the namespace as it is now. */
  async checkpoint(): Promise<void> {
    const { agent } = await this.prepare();
    const number = this.writer.record.snapshots;
    const { runtime } = agent;
    const [taken, names] = await Promise.all([runtime.snapshot(), runtime.names()]);
    const others = await this.shelf.save(taken, { number, message: this.tree.head, names });
    const record = { snapshots: number + 1, snapshot: number, snapshotFault: undefined };
    await this.writer.write({ record, others });
  }

  /** Goes to another message, with the namespace of the latest snapshot up to there. */
  async checkout(message: number | null): Promise<void> {
    const path = new Set(this.tree.pathTo(message).map(({ id }) => id));
    const snapshot = await this.shelf.latestOn(path);
    this.tree.checkout(message);
    this.forget();
    await this.writer.write({ record: { head: message, snapshot, snapshotFault: undefined } });
    if (snapshot !== null) return;
    const { agent } = await this.prepare();
    await agent.runtime.reset();
  }

  /** Ends the kernel, if the session has made the agent. */
  async close(): Promise<void> {
    this.writer.stop(new SessionSuspendedError());
    await this.writer.settle();
    if (typeof this.#source !== "function" || this.#agent === undefined) return;
    const agent = await this.#agent.catch(() => undefined);
    await agent?.runtime.close();
  }

  async #prepare(): Promise<PreparedAgent> {
    this.#agent ??= Promise.resolve(
      typeof this.#source === "function" ? this.#source() : this.#source,
    );
    // A failed try is no reason for the next one to fail.
    this.#agent.catch(() => this.#agent = undefined);
    try {
      const agent = await this.#agent;
      this.writer.redact = (value) => agent.runtime.redact?.(value) ?? value;
      const { snapshot, snapshotFault, messages } = this.writer.record;
      const [bytes, files] = await this.#read(() =>
        Promise.all([
          snapshot === null ? undefined : this.shelf.load(snapshot),
          this.#storedFiles(),
        ])
      );
      const state = messages === 0 ? undefined : this.state;
      const recovery = await agent.restore({ state, files, snapshot: bytes });
      const lost = (recovery?.lost ?? []).map(({ name, reason }) => `${name} (${reason})`);
      if (snapshot !== null && bytes === undefined) lost.push("all (the snapshot is gone)");
      if (snapshotFault !== undefined) {
        const what = snapshot === null
          ? "all names of earlier cells"
          : "changes since the snapshot";
        lost.push(`${what} (${snapshotFault})`);
      }
      if (lost.length > 0) await this.#tellLosses(agent, lost);
      return { agent, lost };
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }

  /** Reads the store. If that fails, the run stays as it is, to go on later; what is lost for good ends it. */
  async #read<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw error instanceof RangeError ? error : new JournalError(error);
    }
  }

  /** Tells the model of names that could not be restored, before it goes on. */
  async #tellLosses(agent: Agent, lost: readonly string[]): Promise<void> {
    const content = observeReply(
      `The program that ran the cells was ended, and another one has taken its place. These names could not be restored, and are gone or have older values: ${
        lost.join("; ")
      }. All others are as they were.`,
    );
    const told: Message = { role: "execution_result", content };
    const state = { ...this.state, messages: [...this.tree.messages, told] };
    const messages = this.tree.take(state.messages);
    await this.writer.write({
      record: { head: this.tree.head, snapshotFault: undefined },
      messages,
    });
    await agent.restore({ state });
  }

  async #storedFiles(): Promise<KeptFile[]> {
    const files: KeptFile[] = [];
    for (const { value } of await listAll(this.store, SESSION_KEYS.file(this.id))) {
      const { kind, key, blob, mediaType, name } = value as unknown as StoredFile;
      const bytes = await this.store.getBlob(blob);
      if (bytes === undefined) continue;
      this.#files.add(key);
      files.push(
        kind === "artifact"
          ? { kind, key, text: new TextDecoder().decode(bytes) }
          : { kind, key, mediaType: mediaType ?? "", name, bytes },
      );
    }
    return files;
  }
}
