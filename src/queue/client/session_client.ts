/**
 * A session that workers have, from outside.
 *
 * @module
 */

import type { ApprovalDecision, PendingRequest } from "../../agent/record/pending_request.ts";
import {
  checkBudget,
  checkRunLimits,
  RUN_LIMITS,
  type RunLimits,
} from "../../agent/record/limits.ts";
import { pause } from "../../async/pause.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { ModelAttachment, ModelParameters } from "../../model/model.ts";
import { sendMail, type SessionMail } from "../../session/mail/session_mail.ts";
import { readEvent } from "../../session/record/stored_event.ts";
import { recordArguments } from "../../session/record/recorded_arguments.ts";
import type { SessionEvent } from "../../session/record/session_event.ts";
import { SessionStateError } from "../../session/record/session_errors.ts";
import {
  isOver,
  newRecord,
  readRecord,
  SESSION_KEYS,
  type SessionRecord,
  type SessionStatus,
} from "../../session/record/session_record.ts";
import type { EventsOptions } from "../../session/run/follow_events.ts";
import { isDecided } from "../../session/run/run_driver.ts";
import { queuesOf } from "../../session/run/enqueue.ts";
import { createSession } from "../../session/manage_sessions.ts";
import { storeAttachments } from "../../session/run/run_attachments.ts";
import { storeOptions } from "../../session/run/run_options.ts";
import { type Store, StoreConflictError } from "../../store/store.ts";
import { checkJob } from "../_check.ts";
import type { Queue } from "../queue.ts";
import { touchWork } from "../record/work_record.ts";
import { QueuedRun } from "./queued_run.ts";

/** Options of {@linkcode SessionClient}. */
export interface SessionClientOptions {
  /** The store of the sessions. Its owner closes it. */
  readonly store: Store;
  /** The queue. Its owner closes it. */
  readonly queue: Queue;
  /** The name of the agent, as workers have it. */
  readonly agent: string;
  /** The owner of a new session. @default none */
  readonly user?: string | undefined;
  /** The place in the order, from 0 to 1,000,000: smaller numbers go first. @default 0 */
  readonly priority?: number | undefined;
}

/** Options of {@linkcode SessionClient.prompt}. */
export interface ClientPromptOptions extends RunLimits {
  /** The identifier of the run: a second question with it is the same question. @default a random one */
  readonly id?: string | undefined;
  /** Limits that hold besides those of the agent and of the run: of each, the smaller one counts. @default none */
  readonly budget?: RunLimits | undefined;
  /** Parameters of requests to the model. @default those of the agent */
  readonly parameters?: ModelParameters | undefined;
  /** Images and files of the question, of at most 64 MiB. They are blobs of the store. @default none */
  readonly attachments?: readonly ModelAttachment[] | undefined;
}

/** A session as it is in the store. */
export interface SessionSnapshot {
  /** The status of the last run; `idle` if there was none. */
  readonly status: SessionStatus;
  /** The requests that wait for a person. */
  readonly pending: readonly PendingRequest[];
  /** The identifiers of the runs, in order. */
  readonly runs: readonly string[];
  /** Questions and messages that wait. */
  readonly queues: { readonly followUps: readonly string[]; readonly steering: readonly string[] };
}

const OPTIONS: OptionNames<SessionClientOptions> = {
  store: true,
  queue: true,
  agent: true,
  user: true,
  priority: true,
};

const PROMPT_OPTIONS: OptionNames<ClientPromptOptions> = {
  ...RUN_LIMITS,
  budget: true,
  id: true,
  parameters: true,
  attachments: true,
};

/**
 * A session that workers have: asks, steers, answers, decides, cancels and follows events through store and queue. What it is asked
 * for is durable when the promise is fulfilled, and happens once. {@linkcode Worker} has an example.
 */
export class SessionClient {
  /** The identifier. */
  readonly id: string;
  readonly #options: SessionClientOptions;
  /** Number of messages that the session is known to have taken. */
  #taken = 0;

  /**
   * Describes a session. Nothing is read or written yet.
   *
   * @param id The identifier: 1 to 100 characters.
   * @param options Store, queue and agent.
   * @throws {TypeError} If an option has an unknown name, or the name of the agent is none.
   */
  constructor(id: string, options: SessionClientOptions) {
    checkOptions(options, { names: OPTIONS, task: "use a session" });
    const { agent, priority } = options;
    checkJob({ id, agent, priority });
    if (id.length > 100) {
      throw new TypeError(
        `Cannot use a session: its identifier has ${id.length} characters, and not 1 to 100`,
      );
    }
    this.id = id;
    this.#options = options;
  }

  /**
   * Asks a question. If a run is about to begin, the question waits for its end.
   *
   * @param query The question.
   * @param options Limits, and the identifier of the run.
   * @returns The run, which is recorded.
   * @throws {SessionStateError} If a run is under way.
   */
  async prompt(query: string, options: ClientPromptOptions = {}): Promise<QueuedRun> {
    const task = "ask a question";
    checkText(query, task);
    checkOptions(options, { names: PROMPT_OPTIONS, task });
    checkRunLimits(options);
    checkBudget(options.budget ?? {});
    const { id = crypto.randomUUID(), attachments, ...rest } = options;
    if (typeof id !== "string" || id === "" || id.length > 100) {
      throw new TypeError(
        `Cannot ${task}: id is ${JSON.stringify(id)}, and not a text of 1 to 100 characters`,
      );
    }
    const { status, run, runs } = await this.#record();
    if (!runs.includes(id)) {
      if (run !== undefined && !isOver(status)) {
        throw new SessionStateError(
          `Cannot ${task}: a run is ${status} already; steer() or followUp() adds to it`,
        );
      }
      const attached = await this.#attach(attachments);
      await this.#send({
        type: "prompt",
        prompt: { id, query, options: { ...storeOptions(rest), ...attached } },
      });
    }
    return new QueuedRun(id, () => this.events({ run: id }));
  }

  /**
   * Asks a question when the present run is over; at once if there is none.
   *
   * @param query The question.
   */
  async followUp(query: string): Promise<void> {
    checkText(query, "follow up");
    await this.#send({ type: "follow_up", query });
  }

  /**
   * Adds a message, which the model reads at its next step; without a run, with the next question.
   *
   * @param text The message.
   */
  async steer(text: string): Promise<void> {
    checkText(text, "steer a session");
    await this.#send({ type: "steer", text });
  }

  /**
   * Answers a question of the model.
   *
   * @param text The answer.
   * @param id The identifier of the question. @default the oldest one
   * @throws {RangeError} If there is no such question.
   */
  async answer(text: string, id?: string): Promise<void> {
    if (typeof text !== "string") throw new TypeError("Cannot answer: the answer is not text");
    const request = await this.#pending("question", id);
    await this.#send({ type: "answer", id: request.id, text });
  }

  /**
   * Decides on a call that needs an approval.
   *
   * @param id The identifier of the request.
   * @param decision The decision.
   * @throws {RangeError} If there is no such request; {TypeError} if the decision is malformed, or has arguments that cannot be kept.
   */
  async approve(id: string, { input, ...decision }: ApprovalDecision): Promise<void> {
    const task = "decide on a call";
    if (typeof decision.allow !== "boolean") {
      throw new TypeError(`Cannot ${task}: allow is not a boolean`);
    }
    const args = input === undefined ? undefined : recordArguments(input);
    if (input !== undefined && args === undefined) {
      throw new TypeError(
        `Cannot ${task}: input has functions or objects of classes, or is too large`,
      );
    }
    const request = await this.#pending("approval", id);
    await this.#send({ type: "approve", id: request.id, decision, args });
  }

  /**
   * Stops the run, wherever it is, and forgets the questions and messages that wait.
   *
   * @param reason The reason.
   */
  async cancel(reason = "The run was cancelled"): Promise<void> {
    await this.#send({ type: "cancel", reason });
  }

  /**
   * Follows the events of a run.
   *
   * @param options The run, the first event, a signal. @default the last run, from its first event on
   * @throws {RangeError} If there is no run yet.
   */
  async *events({ run, from, signal }: EventsOptions = {}): AsyncGenerator<SessionEvent> {
    const { store } = this.#options;
    const id = run ?? (await this.#record()).run?.id;
    if (id === undefined) {
      throw new RangeError(
        `Cannot follow a run: the session ${JSON.stringify(this.id)} has none yet`,
      );
    }
    for await (
      const { index, value } of store.follow(SESSION_KEYS.events(this.id, id), { from, signal })
    ) yield await readEvent(value, { store, run: id, index });
  }

  /** Returns the session as it is in the store. */
  async read(): Promise<SessionSnapshot> {
    const record = await this.#record();
    const { status, run, runs } = record;
    const pending = (run?.requests ?? []).filter((stored) => !isDecided(stored));
    return {
      status,
      pending: pending.map(({ request }) => request),
      runs,
      queues: queuesOf(record),
    };
  }

  /** Stores images and files. The session is there before them, so that they belong to it when blobs are collected. */
  async #attach(given: readonly ModelAttachment[] | undefined) {
    const { store, user } = this.#options;
    if (given === undefined || given.length === 0) return {};
    const attachments = await storeAttachments(store, given);
    if (await store.get(SESSION_KEYS.record(this.id)) === undefined) {
      await createSession(store, { id: this.id, user }).catch((error) => {
        if (!(error instanceof StoreConflictError)) throw error;
      });
    }
    return { attachments };
  }

  async #record(): Promise<SessionRecord> {
    const { store, user } = this.#options;
    const found = await store.get(SESSION_KEYS.record(this.id));
    const record = found === undefined
      ? newRecord(this.id, user)
      : readRecord(found.value, this.id);
    this.#taken = record.mail ?? 0;
    return record;
  }

  async #pending(kind: PendingRequest["kind"], id: string | undefined): Promise<PendingRequest> {
    const open = (await this.read()).pending.filter((request) => request.kind === kind);
    const found = id === undefined ? open[0] : open.find((request) => request.id === id);
    if (found !== undefined) return found;
    const ids = open.map((request) => request.id).join(", ") || "none";
    const task = kind === "question" ? "answer" : "decide on a call";
    throw new RangeError(
      `Cannot ${task}: there is no open request ${JSON.stringify(id ?? "")}; open ones: ${ids}`,
    );
  }

  /** Puts a message into the mailbox, and the session into the queue. */
  async #send(mail: SessionMail): Promise<void> {
    const { store, agent, user, priority = 0 } = this.#options;
    // Message and record are one commit: a session that the queue does not hear of is found by the workers.
    const work = touchWork(store, { session: this.id, agent, user, priority });
    await sendMail(store, mail, { session: this.id, taken: this.#taken, others: work.changes });
    await this.#wake(work.version(), priority);
  }

  /** Adds the session to the queue. What it is asked for is durable already: workers find it if the queue cannot be reached. */
  async #wake(version: string | undefined, priority: number): Promise<void> {
    const { queue, agent } = this.#options;
    for (let tries = 1;; tries++) {
      try {
        await queue.enqueue({ id: this.id, agent, version, priority });
        return;
      } catch (error) {
        if (error instanceof TypeError) throw error;
        if (tries === MAX_TRIES) return;
        await pause(RETRY_MS * tries, AbortSignal.timeout(2 * RETRY_MS * MAX_TRIES));
      }
    }
  }
}

/** Number of tries to reach the queue, and the time between them in milliseconds. */
const MAX_TRIES = 5;
const RETRY_MS = 100;

function checkText(text: string, task: string): void {
  if (typeof text === "string" && text.trim() !== "") return;
  throw new TypeError(`Cannot ${task}: it is empty, or not text`);
}
