/**
 * A conversation that outlives its runs and its process.
 *
 * @module
 */

import type { OutputOf, RunOptions } from "../agent/agent_options.ts";
import { RUN_OPTIONS } from "../agent/agent_options.ts";
import type { ApprovalDecision, PendingRequest } from "../agent/record/pending_request.ts";
import type { RunState } from "../agent/record/state.ts";
import type { Schema } from "../inject/schema.ts";
import { checkOptions } from "../limits/options.ts";
import { type AskedQuestion, beginRun } from "./run/begin_run.ts";
import { type EventsOptions, followEvents } from "./run/follow_events.ts";
import { type ForkOptions, forkSession } from "./fork_session.ts";
import type { Branch, MessageNode } from "./record/message_tree.ts";
import { clearQueues, enqueue, queuesOf } from "./run/enqueue.ts";
import { People } from "./run/people.ts";
import { RunSlot } from "./run/run_slot.ts";
import { endRun, resumeRun, startRun } from "./run/run_driver.ts";
import { receiveMail, type ReceiveOptions } from "./mail/receive_mail.ts";
import { restoreOptions } from "./run/run_options.ts";
import type { SessionCore } from "./run/session_core.ts";
import { SessionStateError } from "./record/session_errors.ts";
import type { SessionEvent } from "./record/session_event.ts";
import { isOver, type SessionStatus } from "./record/session_record.ts";
import type { SessionRun } from "./run/session_run.ts";

/** Options of {@linkcode Session.prompt} and {@linkcode Session.continue}. */
export type PromptOptions<S extends Schema = Schema> = Omit<RunOptions<S>, "id" | "journal">;

const { id: _id, journal: _journal, ...PROMPT_OPTIONS } = RUN_OPTIONS;

/**
 * A conversation in a store: history, namespace, pending requests, queues. Each step is durable before the next one begins,
 * and a process that dies leaves a session that {@linkcode Session.continue} goes on with anywhere. Open one with `openSession`.
 */
export class Session implements AsyncDisposable {
  readonly #core: SessionCore;
  readonly #people: People;
  readonly #slot: RunSlot;
  #closed = false;

  /**
   * Puts a session together, as `openSession` does.
   *
   * @param core The parts of the session.
   */
  constructor(core: SessionCore) {
    this.#core = core;
    this.#people = new People(core);
    this.#slot = new RunSlot(core, {
      people: this.#people,
      // The result, and the error if it cannot begin, are in its events; the question is not lost then.
      onFollowUp: () => void (this.#closed || core.isDriven || this.continue().catch(() => {})),
    });
  }

  /** The identifier. */
  get id(): string {
    return this.#core.id;
  }

  /** The status of the last run; `idle` if there was none. A run that was cut off is `running` or `waiting`. */
  get status(): SessionStatus {
    return this.#core.writer.record.status;
  }

  /** Whether a run is under way in this process. */
  get isActive(): boolean {
    return this.#slot.current !== undefined;
  }

  /** The state of the last run, with the history; `undefined` if there was none. Plain data. */
  get state(): RunState | undefined {
    return this.#core.writer.record.run?.state === undefined ? undefined : this.#core.state;
  }

  /** The history of the present branch, with the numbers of its messages. */
  get messages(): readonly MessageNode[] {
    return [...this.#core.tree.path];
  }

  /** The requests that wait for a person. */
  get pending(): readonly PendingRequest[] {
    return this.#people.pending;
  }

  /** The identifiers of the runs, in order. */
  get runs(): readonly string[] {
    return this.#core.writer.record.runs;
  }

  /** Questions and messages that wait: for the end of the run, and for its next step. */
  get queues(): { readonly followUps: readonly string[]; readonly steering: readonly string[] } {
    return queuesOf(this.#core.writer.record);
  }

  /**
   * Asks a question.
   *
   * @param query The question.
   * @param options Signal, limits, the schema of the answer.
   * @returns The run, which is recorded and has begun.
   * @throws {SessionStateError} If a run is under way, or was cut off.
   */
  async prompt<S extends Schema = never>(
    query: string,
    options: PromptOptions<S> = {},
  ): Promise<SessionRun<OutputOf<S>>> {
    return await this.#ask<OutputOf<S>>(query, options as PromptOptions);
  }

  /**
   * Asks a question when the present run is completed, or at the next {@linkcode Session.continue}.
   *
   * @param query The question.
   */
  async followUp(query: string): Promise<void> {
    await this.#enqueue("followUps", query);
  }

  /**
   * Adds a message, which the model reads at its next step; without a run, at the next {@linkcode Session.continue}.
   *
   * @param text The message.
   */
  async steer(text: string): Promise<void> {
    // A run that goes on meanwhile takes the message from the record.
    const live = this.#slot.current?.live;
    await this.#enqueue("steering", text);
    if (live !== undefined && !isOver(live.status)) live.steer(text);
  }

  /** Forgets the questions and messages that wait. */
  async clearQueues(): Promise<void> {
    await clearQueues(this.#core.writer);
  }

  /**
   * Goes on: with a run that was cut off; without one, with the messages or else the question that wait.
   *
   * A cell that had begun is not run again. The model is shown which calls of the host have happened and which may have. The
   * run waits until requests that are still open have been decided, and makes the calls that are approved, each once.
   *
   * @param options Signal and the schema of the answer. Limits are those with which the run was started.
   * @throws {SessionStateError} If there is nothing to go on with, or a run is under way.
   * @throws {TypeError} If the run has a schema, and none is given.
   */
  async continue<S extends Schema = never>(
    options: PromptOptions<S> = {},
  ): Promise<SessionRun<OutputOf<S>>> {
    const task = "go on";
    this.#assertOpen(task);
    if (this.#slot.current !== undefined) throw this.#busy(task);
    const { run, status, steering, followUps } = this.#core.writer.record;
    if (run === undefined || isOver(status)) {
      const [next, ...rest] = followUps;
      const given = options as PromptOptions;
      if (steering.length > 0 && typeof next !== "object") {
        return await this.#ask<OutputOf<S>>(steering.join("\n\n"), given, {
          taken: { steering: [] },
        });
      }
      if (next === undefined) throw new SessionStateError(`Cannot ${task}: nothing waits`);
      const taken = { followUps: rest };
      if (typeof next === "string") return await this.#ask<OutputOf<S>>(next, given, { taken });
      const { id, query } = next;
      const { attachments } = next.options;
      const stored = restoreOptions(next.options) as PromptOptions;
      return await this.#ask<OutputOf<S>>(query, { ...stored, ...given }, {
        taken,
        id,
        attachments,
      });
    }
    const stored = restoreOptions(run.options);
    if (run.options.hasOutput && options.output === undefined) {
      throw new TypeError(
        `Cannot ${task}: the run hands over a value, and needs the schema again as the option output`,
      );
    }
    const resumed = { ...stored, ...options } as PromptOptions;
    return await this.#slot.activate<OutputOf<S>>(
      { id: run.id, options: resumed },
      (drive) => Promise.resolve(() => resumeRun(drive)),
    );
  }

  /**
   * Answers a question of the model.
   *
   * @param text The answer.
   * @param id The identifier of the question. @default the oldest one
   * @throws {RangeError} If there is no such question.
   */
  async answer(text: string, id?: string): Promise<void> {
    this.#assertOpen("answer");
    const { request } = await this.#people.answer(text, id);
    this.#slot.forward((live) => live.answer(text, request.id));
  }

  /**
   * Decides on a call that needs an approval. The decision is recorded, and holds for a run that was cut off as well.
   *
   * @param id The identifier of the request.
   * @param decision The decision.
   * @throws {RangeError} If there is no such request.
   */
  async approve(id: string, decision: ApprovalDecision): Promise<void> {
    this.#assertOpen("decide on a call");
    const { request } = await this.#people.decide(id, decision);
    const isLive = this.#slot.forward((live) => live.approve(id, decision));
    if (!isLive && request.kind === "approval") await this.#people.announce(request, decision);
  }

  /**
   * Stops the run, and forgets the questions and messages that wait.
   *
   * @param reason The reason.
   * @returns Whether there was a run to stop.
   */
  async cancel(reason = "The run was cancelled"): Promise<boolean> {
    this.#assertOpen("cancel");
    const active = this.#slot.current;
    await this.clearQueues();
    if (active !== undefined) {
      active.abort.abort(new DOMException(reason, "AbortError"));
      await active.run.result.catch(() => {});
      return true;
    }
    if (this.#core.writer.record.run === undefined || isOver(this.status)) return false;
    await endRun(this.#core, { status: "cancelled", reason });
    return true;
  }

  /**
   * Ends a run that was cut off and that cannot go on, as `failed`.
   *
   * @param reason The reason.
   * @returns Whether there was such a run.
   */
  async giveUp(reason: string): Promise<boolean> {
    this.#assertOpen("give a run up");
    if (this.isActive || this.#core.writer.record.run === undefined || isOver(this.status)) {
      return false;
    }
    await endRun(this.#core, { status: "failed", reason });
    return true;
  }

  /**
   * Takes the messages that other processes have sent with `SessionClient`, each once, and does what they ask.
   *
   * @param options Waits for further messages.
   * @returns The number of messages.
   */
  async receive(options: ReceiveOptions = {}): Promise<number> {
    this.#assertOpen("receive messages");
    return await receiveMail(this.#core, { ...options, actions: this });
  }

  /** Whether no other process has written the session since this one has: what is in memory here is the truth. */
  async isCurrent(): Promise<boolean> {
    return !this.#closed && await this.#core.writer.isCurrent();
  }

  /** Whether the session was deleted since this process has read or written it. */
  async isDeleted(): Promise<boolean> {
    return await this.#core.writer.isDeleted();
  }

  /**
   * Follows the events of a run.
   *
   * @param options The run, the first event, a signal. @default the last run, from its first event on
   * @throws {RangeError} If there is no such run.
   */
  events(options: EventsOptions = {}): AsyncIterable<SessionEvent> {
    return followEvents(this.#core, options);
  }

  /** Lists the branches of the history, the oldest first. */
  branches(): Branch[] {
    return this.#core.tree.branches();
  }

  /**
   * Goes back to a message, or to another branch: the next question follows it. The namespace is that of the latest snapshot
   * up to there.
   *
   * @param message The number of the message; `null` for the beginning.
   * @throws {RangeError} If there is no such message; {SessionStateError} if a run is under way.
   */
  async checkout(message: number | null): Promise<void> {
    const task = "go to another message";
    this.#assertOpen(task);
    this.#assertFree(task);
    await this.#core.checkout(message);
  }

  /**
   * Makes the agent and restores the namespace now, and not with the next question.
   *
   * @throws The error of a runtime that cannot start, or a snapshot that cannot be read.
   */
  async prepare(): Promise<void> {
    this.#assertOpen("prepare the session");
    await this.#core.prepare();
  }

  /**
   * Stores the namespace as it is now, after the host has changed it.
   *
   * @throws {SessionStateError} If a run is under way.
   */
  async checkpoint(): Promise<void> {
    const task = "store the namespace";
    this.#assertOpen(task);
    this.#assertFree(task);
    await this.#core.checkpoint();
  }

  /**
   * Makes another session of this one, with the history up to a message and the namespace of the latest snapshot up to there.
   * The two share nothing that changes.
   *
   * @param options The message, and the identifier of the new session.
   * @returns The identifier of the new session, for `openSession`.
   * @throws {RangeError} If there is no such message; {SessionStateError} if a run is under way.
   */
  async fork(options: ForkOptions = {}): Promise<string> {
    const task = "fork the session";
    this.#assertOpen(task);
    this.#assertFree(task);
    return await forkSession(this.#core, options);
  }

  /**
   * Stops the run after its present step, so that this or another process can go on with it, and closes the session. Nothing
   * is uncertain then.
   */
  async suspend(): Promise<void> {
    this.#core.halt = "suspend";
    await this.#slot.current?.run.result.catch(() => {});
    await this.close();
  }

  /**
   * Stops the run after its present step, or after its first one, and keeps the session open with its namespace:
   * {@linkcode Session.continue} goes on, here or in another process.
   */
  async pause(): Promise<void> {
    this.#core.halt = "pause";
    await this.#slot.current?.run.result.catch(() => {});
  }

  /** Closes the session at once. A run that is under way is cut off: {@linkcode Session.suspend} is kinder. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const active = this.#slot.current;
    const closing = this.#core.close();
    active?.abort.abort(new SessionStateError("The session was closed"));
    await active?.run.result.catch(() => {});
    await closing;
  }

  /** Closes the session. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #ask<T>(
    query: string,
    options: PromptOptions,
    { id = crypto.randomUUID(), ...asked }: AskedQuestion = {},
  ): Promise<SessionRun<T>> {
    const task = "ask a question";
    this.#assertOpen(task);
    if (typeof query !== "string" || query.trim() === "") {
      throw new TypeError(`Cannot ${task}: it is empty, or not text`);
    }
    checkOptions(options, { names: PROMPT_OPTIONS, task });
    this.#assertFree(task);
    return await this.#slot.activate<T>({ id, options }, async (drive) => {
      await beginRun(this.#core, { ...asked, id, query, options });
      return () => startRun(query, drive);
    });
  }

  async #enqueue(queue: "followUps" | "steering", text: string): Promise<void> {
    const task = queue === "steering" ? "steer a session" : "follow up";
    this.#assertOpen(task);
    await enqueue(this.#core.writer, { queue, text, task });
  }

  #assertOpen(task: string): void {
    if (this.#closed) throw new SessionStateError(`Cannot ${task}: the session is closed`);
  }

  #assertFree(task: string): void {
    if (this.#slot.current !== undefined) throw this.#busy(task);
    const { run, status } = this.#core.writer.record;
    if (run !== undefined && !isOver(status)) {
      throw new SessionStateError(
        `Cannot ${task}: the last run was cut off, or goes on in another process; continue() takes it over, cancel() ends it`,
      );
    }
  }

  #busy(task: string): SessionStateError {
    return new SessionStateError(
      `Cannot ${task}: a run is ${this.status} already; steer() or followUp() adds to it`,
    );
  }
}
