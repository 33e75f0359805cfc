/**
 * People in a run: questions to them, calls that they approve, and words that they throw in.
 *
 * @module
 */

import type { Emit } from "../record/event.ts";
import type { RunJournal } from "../record/journal.ts";
import { JournalError } from "../record/journal_error.ts";
import type {
  ApprovalDecision,
  PendingApproval,
  PendingQuestion,
  PendingRequest,
} from "../record/pending_request.ts";
import { plainValue } from "./plain_value.ts";

/** Maximum number of requests that wait at once. A cell that makes more has gone astray. */
const MAX_PENDING = 100;

/** Maximum number of messages that wait for the next step. */
const MAX_STEERING = 1_000;

/** Maximum length of a question, and of an option. */
const MAX_QUESTION_CHARS = 20_000;
const MAX_OPTIONS = 50;

/** Maximum length of the answers to choose from. */
const MAX_OPTION_CHARS = 1_000;

interface Waiter {
  readonly request: PendingRequest;
  /** The calls for which the decision can be remembered. */
  readonly sort: string;
  readonly settle: (value: unknown) => void;
}

/** Options of {@linkcode PeopleDesk}. */
export interface PeopleDeskOptions {
  /** Adds events to the run. */
  readonly emit: Emit;
  /** Called when the run begins or ceases to wait for a person. */
  readonly onChange: (pending: readonly PendingRequest[]) => void;
  /** Receives requests before they are announced. @default none */
  readonly journal?: RunJournal | undefined;
  /** Takes secrets out of requests. @default none */
  readonly redact?: (<T>(value: T) => T) | undefined;
}

/** The people of one run. */
export class PeopleDesk {
  /** Decisions on functions that hold for the rest of the run. */
  readonly remembered: Map<string, ApprovalDecision> = new Map();
  readonly #options: PeopleDeskOptions;
  readonly #waiters = new Map<string, Waiter>();
  #steering: string[] = [];
  #step = 0;

  /**
   * Opens a desk.
   *
   * @param options Receives events.
   */
  constructor(options: PeopleDeskOptions) {
    this.#options = options;
  }

  /** The requests that wait for a person. */
  get pending(): readonly PendingRequest[] {
    return [...this.#waiters.values()].map(({ request }) => request);
  }

  /** Notes the number of the present step, for events. */
  at(step: number): void {
    this.#step = step;
  }

  /**
   * Asks a question, and waits for the answer.
   *
   * @param question The question.
   * @param options Answers to choose from, and a signal that ends the wait.
   * @returns The answer.
   * @throws {TypeError} If the question is not text; {RangeError} if too many are open.
   */
  async ask(
    question: string,
    { options = [], signal }: {
      readonly options?: readonly string[] | undefined;
      readonly signal: AbortSignal;
    },
  ): Promise<string> {
    if (typeof question !== "string" || question.trim() === "") {
      throw new TypeError("Cannot ask the user: the question is empty");
    }
    const isList = Array.isArray(options) && options.length <= MAX_OPTIONS &&
      options.every((option) => typeof option === "string" && option.length <= MAX_OPTION_CHARS);
    if (question.length > MAX_QUESTION_CHARS || !isList) {
      throw new RangeError(
        `Cannot ask the user: a question has at most ${MAX_QUESTION_CHARS} characters and ${MAX_OPTIONS} options, which are short texts`,
      );
    }
    const request: PendingQuestion = {
      kind: "question",
      id: this.#id(),
      question,
      options: [...options],
    };
    return await this.#wait(request, { args: [], sort: "", signal }, () => {
      const { id } = request;
      this.#options.emit("ask_user", this.#step, { id, question, options: request.options });
    }) as string;
  }

  /**
   * Asks for an approval, and waits for the decision.
   *
   * @param call The name of the function, the arguments, for which calls a decision can be remembered, and a signal that
   * ends the wait.
   * @returns The decision, with the identifier of the request if there was one.
   */
  async approval(
    { name, args, sort: part, signal }: {
      readonly name: string;
      readonly args: readonly unknown[];
      readonly sort?: string | undefined;
      readonly signal: AbortSignal;
    },
  ): Promise<ApprovalDecision & { readonly id?: string }> {
    const sort = part === undefined ? name : `${name} ${part}`;
    const known = this.remembered.get(sort);
    if (known !== undefined) return known;
    const { redact = (value) => value } = this.#options;
    const request: PendingApproval = {
      kind: "approval",
      id: this.#id(),
      name,
      args: args.map((arg) => redact(plainValue(arg))),
    };
    const decision = await this.#wait(request, { args, sort, signal }, () => {
      const { id } = request;
      this.#options.emit("approval_request", this.#step, { id, name, args: request.args });
    }) as ApprovalDecision;
    return { ...decision, id: request.id };
  }

  /**
   * Answers a question.
   *
   * @param text The answer.
   * @param id The question. @default the oldest one
   * @throws {RangeError} If there is no such question.
   */
  answer(text: string, id?: string): void {
    if (typeof text !== "string") {
      throw new TypeError(`Cannot answer: the answer is a ${typeof text}`);
    }
    const found = this.#take("question", id);
    this.#options.emit("answer", this.#step, { id: found.request.id, text });
    found.settle(text);
  }

  /**
   * Decides on a call.
   *
   * @param id The request.
   * @param decision The decision.
   * @throws {RangeError} If there is no such request.
   */
  decide(id: string, decision: ApprovalDecision): void {
    if (typeof decision?.allow !== "boolean") {
      throw new TypeError("Cannot decide on a call: the decision has no boolean allow");
    }
    const { allow, input, reason, remember = false, by } = decision;
    checkPerson(by);
    if (input !== undefined && !Array.isArray(input)) {
      throw new TypeError("Cannot decide on a call: input is not a list of arguments");
    }
    const { request, sort, settle } = this.#take("approval", id);
    const { name } = request as PendingApproval;
    // Arguments of one call are not those of the next.
    if (remember) this.remembered.set(sort, { allow, reason });
    this.#options.emit("approval_decision", this.#step, {
      id,
      name,
      allow,
      remember,
      ...(reason === undefined ? {} : { reason }),
      ...(by === undefined ? {} : { by }),
    });
    settle({ allow, input, reason });
    if (!remember) return;
    for (const waiter of [...this.#waiters.values()]) {
      if (waiter.request.kind !== "approval" || waiter.sort !== sort) continue;
      waiter.settle({ allow, reason });
    }
  }

  /**
   * Adds a message of a person, which enters at the next step.
   *
   * @param text The message.
   */
  steer(text: string): void {
    if (typeof text !== "string" || text.trim() === "") {
      throw new TypeError("Cannot steer a run: the message is empty");
    }
    if (this.#steering.length === MAX_STEERING) {
      throw new RangeError(`Cannot steer a run: ${MAX_STEERING} messages wait already`);
    }
    this.#steering.push(text);
  }

  /** Whether messages wait for the next step. */
  get hasSteering(): boolean {
    return this.#steering.length > 0;
  }

  /** Takes the messages that wait for the next step. */
  takeSteering(): string[] {
    const taken = this.#steering;
    this.#steering = [];
    return taken;
  }

  #id(): string {
    // Unlike a count, it stays unique when another process takes the run over.
    return `request-${crypto.randomUUID().slice(0, 8)}`;
  }

  /** Takes a request off the desk: it is decided once. */
  #take(kind: PendingRequest["kind"], id: string | undefined): Waiter {
    const waiters = [...this.#waiters.values()].filter(({ request }) => request.kind === kind);
    const found = id === undefined ? waiters[0] : waiters.find(({ request }) => request.id === id);
    if (found !== undefined) {
      this.#waiters.delete(found.request.id);
      return found;
    }
    const task = kind === "question" ? "answer" : "decide on a call";
    const known = waiters.map(({ request }) => request.id).join(", ") || "none";
    throw new RangeError(
      `Cannot ${task}: there is no open request ${JSON.stringify(id ?? "")}; open ones: ${known}`,
    );
  }

  async #keep(request: PendingRequest, args: readonly unknown[]): Promise<void> {
    const { journal } = this.#options;
    if (journal === undefined) return;
    try {
      await journal.request(request, args);
    } catch (error) {
      throw new JournalError(error);
    }
  }

  async #wait(
    request: PendingRequest,
    { args, sort, signal }: {
      readonly args: readonly unknown[];
      readonly sort: string;
      readonly signal: AbortSignal;
    },
    announce: () => void,
  ): Promise<unknown> {
    signal.throwIfAborted();
    if (this.#waiters.size === MAX_PENDING) {
      throw new RangeError(`Cannot ask a person: ${MAX_PENDING} requests are open already`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    this.#waiters.set(request.id, { request, sort, settle: resolve });
    try {
      // Both in one turn of the event loop: a journal makes one commit of them, so that none is there without the other.
      const kept = this.#keep(request, args);
      announce();
      await kept;
      this.#options.onChange(this.pending);
      return await promise;
    } finally {
      signal.removeEventListener("abort", abort);
      this.#waiters.delete(request.id);
      this.#options.onChange(this.pending);
    }
  }
}

/** Returns the decisions that hold for the rest of the run, for its state. */
export function rememberedBy({ remembered }: PeopleDesk): Record<string, boolean> {
  return Object.fromEntries([...remembered].map(([sort, { allow }]) => [sort, allow]));
}

/**
 * Refuses a person who has no name.
 *
 * @param by The person of a decision.
 * @throws {TypeError} If it is not text.
 */
export function checkPerson(by: unknown): void {
  if (by === undefined || typeof by === "string") return;
  throw new TypeError(`Cannot decide on a call: by is a ${typeof by} and not a text`);
}
