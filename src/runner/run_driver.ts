/**
 * The life of a run in this process: its attempts, its signs of life, its end.
 *
 * @module
 */

import { deadline } from "../async/deadline.ts";
import { pause } from "../async/pause.ts";
import type { JsonValue } from "../store/store.ts";
import { AttemptContext } from "./_attempt_context.ts";
import { type AttemptEnd, callAgent } from "./_call_agent.ts";
import { type AgentRegistry, PermanentError, type RunnableAgent } from "./agent_registry.ts";
import type { RunnerConfig } from "./config.ts";
import { RunLog, RunLostError } from "./run_log.ts";
import { errorOf, type RunError, type RunRecord } from "./run_record.ts";
import type { JsonObject } from "./run_context.ts";
import type { Store } from "../store/store.ts";

/** The outcome of a run. */
export interface RunOutcome {
  /** The identifier of the run. */
  readonly id: string;
  /** The status. */
  readonly status: "completed" | "failed" | "cancelled" | "exhausted";
  /** The output of the agent. */
  readonly output?: JsonValue | undefined;
  /** The error, or the reason why there is no output. */
  readonly error?: RunError | undefined;
  /** The limit that was reached, of an exhausted run: `time`, or one of the agent. */
  readonly limit?: string | undefined;
  /** Number of attempts. */
  readonly attempts: number;
}

/** The runner was closed: others can go on with the run. */
export class RunnerClosedError extends Error {
  /** Always `"RunnerClosedError"`. */
  override readonly name = "RunnerClosedError";
}

/** The time of an attempt is over. */
class AttemptTimeError extends Error {}

/** Time that an agent has to clean up, in milliseconds. */
const MAX_CLEAN_UP_MS = 10_000;

/** The parts of a {@linkcode RunDriver}. */
export interface RunDriverOptions {
  /** The store. */
  readonly store: Store;
  /** The agents. */
  readonly registry: AgentRegistry;
  /** Limits and waits. */
  readonly config: RunnerConfig;
  /** The run as it is in the store. */
  readonly record: RunRecord;
  /** Its version. */
  readonly version: number;
}

/** Drives one run to its end. */
export class RunDriver {
  readonly #registry: AgentRegistry;
  readonly #config: RunnerConfig;
  readonly #log: RunLog;
  /** Aborts when the run is to stop, for whatever reason. */
  readonly #stop = new AbortController();

  /** @param options The run, and its limits. */
  constructor({ store, registry, config, record, version }: RunDriverOptions) {
    this.#registry = registry;
    this.#config = config;
    this.#log = new RunLog(store, {
      record,
      version,
      leaseMs: config.leaseMs,
      onCancel: (reason) => this.cancel(reason),
    });
    if (record.cancel !== undefined) this.cancel(record.cancel);
  }

  /** Stops the run. */
  cancel(reason: string): void {
    this.#stop.abort(new DOMException(reason, "AbortError"));
  }

  /** Gives the run up, so that others can go on with it. */
  release(): void {
    this.#stop.abort(new RunnerClosedError("The runner was closed"));
  }

  /**
   * Works until the run is over.
   *
   * @throws {RunLostError} If another process has taken it over; {RunnerClosedError} if the runner was closed; the error of the
   * store.
   */
  async drive(): Promise<RunOutcome> {
    const timer = setInterval(() => {
      this.#log.write({ events: [{ type: "heartbeat" }] }).catch((error) => {
        // A store that cannot be reached may be back in time; a lost run is not.
        if (error instanceof RunLostError) this.#stop.abort(error);
      });
    }, Math.min(this.#config.heartbeatMs, 2 ** 31 - 1));
    try {
      while (true) {
        const outcome = await this.#attempt();
        if (outcome !== undefined) return outcome;
      }
    } finally {
      clearInterval(timer);
    }
  }

  /** Makes an attempt; returns nothing if there is to be another one. */
  async #attempt(): Promise<RunOutcome | undefined> {
    const { agent: key } = this.#log.record;
    let agent: RunnableAgent | undefined;
    const time = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, time.signal]);
    const context = new AttemptContext(this.#log, signal);
    try {
      signal.throwIfAborted();
      agent = this.#registry.get(key);
      const { runTimeoutMs: timeoutMs } = this.#config;
      const end = await deadline(callAgent(agent, context), {
        timeoutMs,
        signal: this.#stop.signal,
        onTimeout: () => {
          const error = new AttemptTimeError(`The time limit of ${timeoutMs} ms was reached`);
          time.abort(error);
          return error;
        },
      });
      return await this.#end(end);
    } catch (error) {
      return await this.#fail(error, { agent, context });
    } finally {
      context.end();
      // For work that goes on all the same.
      time.abort(new DOMException("The attempt is over", "AbortError"));
    }
  }

  async #fail(
    error: unknown,
    { agent, context }: {
      readonly agent: RunnableAgent | undefined;
      readonly context: AttemptContext;
    },
  ): Promise<RunOutcome | undefined> {
    const stopped = this.#stop.signal;
    if (error instanceof RunLostError) throw error;
    if (stopped.aborted) {
      const { reason } = stopped;
      if (reason instanceof RunLostError) throw reason;
      if (reason instanceof RunnerClosedError) {
        await this.#log.write({ release: true });
        throw reason;
      }
      const failure = await cleanUp(agent, context);
      const message = reason instanceof Error ? reason.message : String(reason);
      const end = { status: "cancelled", reason: message, failure } as const;
      return await this.#end(end);
    }
    if (error instanceof AttemptTimeError) {
      return await this.#end({ status: "exhausted", limit: "time", reason: error.message });
    }
    const { attempt } = this.#log.record;
    const { maxAttempts } = this.#config;
    if (attempt >= maxAttempts || agent === undefined || !isRetriable(agent, error)) {
      return await this.#end({ status: "failed", error: errorOf(error) });
    }
    await this.#waitForNext(errorOf(error));
    return undefined;
  }

  async #waitForNext(error: RunError): Promise<void> {
    const { attempt } = this.#log.record;
    const { retryBaseMs, retryFactor, retryMaxMs, maxAttempts } = this.#config;
    const delayMs = Math.min(retryBaseMs * retryFactor ** (attempt - 1), retryMaxMs);
    const data = { attempt, maxAttempts, delayMs, error: { ...error } };
    await this.#log.write({
      record: { status: "queued", attempt: attempt + 1, error },
      events: [{ type: "run_retry", data }],
    });
    await pause(delayMs, this.#stop.signal);
    if (!this.#stop.signal.aborted) await this.#log.write({ record: { status: "running" } });
  }

  /** Records the end of the run. */
  async #end(
    { status, output, limit, reason, error, failure }: AttemptEnd & {
      readonly error?: RunError;
      readonly failure?: RunError | undefined;
    },
  ): Promise<RunOutcome> {
    const { id, attempt: attempts } = this.#log.record;
    const fault = error ?? (reason === undefined ? undefined : { type: status, message: reason });
    const outcome: RunOutcome = { id, status, output, error: fault, limit, attempts };
    const { id: _, ...data } = outcome;
    const cleaning = failure === undefined ? {} : { cleanUpError: { ...failure } };
    const event = { type: "run_end", data: { ...data, ...cleaning } as unknown as JsonObject };
    try {
      await this.#log.write({
        record: { status, output, error: fault, limit },
        events: [event],
        end: true,
      });
      return outcome;
    } catch (error) {
      // An output that JSON does not hold is an error of the agent, and no reason to lose the run.
      const isOfOutput = status === "completed" &&
        (error instanceof TypeError || error instanceof RangeError);
      if (!isOfOutput) throw error;
      return await this.#end({ status: "failed", error: errorOf(error) });
    }
  }
}

async function cleanUp(
  agent: RunnableAgent | undefined,
  context: AttemptContext,
): Promise<RunError | undefined> {
  if (typeof agent !== "object" || !("cancel" in agent) || "stream" in agent) return undefined;
  try {
    const cleaning = (async () => await agent.cancel?.(context))();
    await deadline(cleaning, {
      timeoutMs: MAX_CLEAN_UP_MS,
      onTimeout: () => new Error(`cancel() of the agent took longer than ${MAX_CLEAN_UP_MS} ms`),
    });
    return undefined;
  } catch (error) {
    return errorOf(error);
  }
}

function isRetriable(agent: RunnableAgent, error: unknown): boolean {
  if (error instanceof PermanentError) return false;
  if (typeof agent !== "object" || !("isRetriable" in agent)) return true;
  try {
    return agent.isRetriable?.(error) !== false;
  } catch {
    return false;
  }
}
