/**
 * Requests to people as a session records them: they stay open when the process that made them is gone.
 *
 * @module
 */

import { deadline } from "../../async/deadline.ts";
import { checkPerson } from "../../agent/people/desk.ts";
import type {
  ApprovalDecision,
  PendingApproval,
  PendingRequest,
} from "../../agent/record/pending_request.ts";
import { recordArguments } from "../record/recorded_arguments.ts";
import { isDecided } from "./run_driver.ts";
import type { SessionCore } from "./session_core.ts";
import type { StoredRequest } from "../record/session_record.ts";

/** The people of a session. */
export class People {
  readonly #core: SessionCore;
  #decision: PromiseWithResolvers<void> = Promise.withResolvers();

  /** @param core The session. */
  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** The requests that are open. */
  get pending(): PendingRequest[] {
    return this.#requests.filter((stored) => !isDecided(stored)).map(({ request }) => request);
  }

  /** Waits until no request is open. */
  async decided(signal: AbortSignal): Promise<void> {
    while (this.pending.length > 0) {
      await deadline(this.#decision.promise, {
        timeoutMs: Infinity,
        signal,
      });
    }
  }

  /**
   * Records the answer to a question.
   *
   * @param text The answer.
   * @param id The question. @default the oldest one
   */
  async answer(text: string, id: string | undefined): Promise<StoredRequest> {
    if (typeof text !== "string") throw new TypeError("Cannot answer: the answer is not text");
    return await this.#decide("question", id, (stored) => ({ ...stored, answer: text }));
  }

  /**
   * Records the decision on a call.
   *
   * @param id The request.
   * @param decision The decision.
   */
  async decide(id: string, decision: ApprovalDecision): Promise<StoredRequest> {
    const { allow, input, reason, remember, by } = decision ?? {};
    checkPerson(by);
    if (typeof allow !== "boolean") {
      throw new TypeError("Cannot decide on a call: allow is not a boolean");
    }
    if (input !== undefined && !Array.isArray(input)) {
      throw new TypeError("Cannot decide on a call: input is not a list of arguments");
    }
    return await this.#decide("approval", id, (stored) => ({
      ...stored,
      ...(input === undefined ? {} : { args: recordArguments(input) }),
      decision: { allow, reason, remember, by },
    }));
  }

  /**
   * Adds the event of a decision that the run was not there to announce.
   *
   * @param request The request.
   * @param decision The decision.
   */
  async announce({ id, name }: PendingApproval, decision: ApprovalDecision): Promise<void> {
    const { allow, remember = false, reason, by } = decision;
    const { writer } = this.#core;
    const step = writer.record.run?.state?.step ?? 0;
    const type = "approval_decision";
    await writer.write({ events: [{ type, step, id, name, allow, remember, reason, by }] });
  }

  async #decide(
    kind: PendingRequest["kind"],
    id: string | undefined,
    change: (stored: StoredRequest) => StoredRequest,
  ): Promise<StoredRequest> {
    const open = this.#requests.filter((stored) =>
      !isDecided(stored) && stored.request.kind === kind
    );
    const found = id === undefined ? open[0] : open.find(({ request }) => request.id === id);
    if (found === undefined) {
      const task = kind === "question" ? "answer" : "decide on a call";
      throw new RangeError(
        `Cannot ${task}: there is no open request ${JSON.stringify(id ?? "")}; open ones: ${
          open.map(({ request }) => request.id).join(", ") || "none"
        }`,
      );
    }
    const decided = change(found);
    const { writer } = this.#core;
    const run = writer.record.run!;
    const requests = run.requests.map((stored) => stored === found ? decided : stored);
    const status = requests.every(isDecided) ? "running" : "waiting";
    await writer.write({ record: { status, run: { ...run, requests } } });
    this.#decision.resolve();
    this.#decision = Promise.withResolvers();
    return decided;
  }

  get #requests(): readonly StoredRequest[] {
    return this.#core.writer.record.run?.requests ?? [];
  }
}
