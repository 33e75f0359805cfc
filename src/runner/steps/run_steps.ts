/**
 * Durable functions in steps: what is done is not done again.
 *
 * @module
 */

import { deadline } from "../../async/deadline.ts";
import { pause } from "../../async/pause.ts";
import { checkOptions } from "../../limits/options.ts";
import type { JsonObject, RunContext } from "../run_context.ts";
import {
  checkSteps,
  readStepsState,
  type Step,
  StepCancelledError,
  type StepContext,
  StepError,
  type StepsState,
} from "./step.ts";
import type { JsonValue } from "../../store/store.ts";

/** Options of {@linkcode runSteps}. */
export interface RunStepsOptions<S extends object> {
  /** The state at the beginning of the first run: a run that is resumed goes on with its own. @default {} */
  readonly initialState?: S | undefined;
  /** Whether to go on where an earlier attempt has stopped. @default true */
  readonly resume?: boolean | undefined;
  /** The key of the sequence in the checkpoint of the run; two sequences of one run have different ones. @default "steps" */
  readonly key?: string | undefined;
}

/** The parts of a run context that steps need. */
export type StepsRun = Pick<RunContext, "signal" | "state" | "emit" | "checkpoint">;

/**
 * Runs steps one after another, and stores a checkpoint after each: a run that is resumed skips those that are done, and a sequence
 * that is complete returns its results. Events: `step_start`, `step_end`, `step_retry`, `step_failed`, `step_skipped`,
 * `step_cancelled`, and `progress`, which ends at 100.
 *
 * @param context The run.
 * @param steps The steps.
 * @param options State and key.
 * @returns The results by the names of the steps.
 * @throws {StepError} If a step has failed, and no attempts are left.
 * @throws {StepCancelledError} If the signal of the run aborts: within a step as well.
 * @throws {TypeError} If two steps have one name.
 *
 * @example A second attempt skips the step that is done
 * ```ts
 * import { AgentRunner, runSteps } from "@cave/agent/runner";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * let fetched = 0;
 * await using store = new MemoryStore();
 * await using runner = new AgentRunner({ store, retryBaseMs: 0 });
 * runner.registry.register("report", (context) =>
 *   runSteps<{ rows?: number[] }>(context, [
 *     { name: "fetch", run: (_, state) => (fetched++, state.rows = [1, 2]).length },
 *     {
 *       name: "sum",
 *       run: (_, { rows = [] }) => {
 *         if (context.attempt === 1) throw new Error("The machine was switched off");
 *         return rows.reduce((a, b) => a + b);
 *       },
 *     },
 *   ]));
 * const { output, attempts } = await runner.run("report");
 * assertEquals([output, attempts, fetched], [{ fetch: 2, sum: 3 }, 2, 1]);
 * ```
 */
export async function runSteps<S extends object = Record<string, unknown>>(
  context: StepsRun,
  steps: readonly Step<S>[],
  options: RunStepsOptions<S> = {},
): Promise<Record<string, JsonValue>> {
  checkOptions(options, {
    names: { initialState: true, resume: true, key: true },
    task: "run steps",
  });
  checkSteps(steps as readonly Step<never>[]);
  const { initialState = {}, resume = true, key = "steps" } = options;
  const sequence = new Sequence(context, { key, total: steps.length });
  await sequence.begin(initialState as JsonObject, { resume });
  for (const [index, step] of steps.entries()) {
    await sequence.run(step as unknown as Step, index);
  }
  await sequence.progress(steps.length, "Done");
  return { ...sequence.results };
}

class Sequence {
  readonly #run: StepsRun;
  readonly #key: string;
  readonly #total: number;
  /** The sequence in the store, without the results of steps that have no checkpoint. */
  #stored: StepsState = { completed: [], results: {}, state: {} };
  #state: JsonObject = {};
  #results: JsonObject = {};

  constructor(run: StepsRun, { key, total }: { readonly key: string; readonly total: number }) {
    this.#run = run;
    this.#key = key;
    this.#total = total;
  }

  get results(): JsonObject {
    return this.#results;
  }

  async begin(initial: JsonObject, { resume }: { readonly resume: boolean }): Promise<void> {
    const { [this.#key]: value } = objectOf(this.#run.state);
    const stored = resume ? readStepsState(value) : undefined;
    if (stored === undefined) {
      this.#state = structuredClone(initial);
      // From now on this is no first run.
      await this.#store({ completed: [], results: {}, state: this.#state });
    } else {
      this.#stored = stored;
      this.#state = stored.state;
    }
  }

  async run(step: Step, index: number): Promise<void> {
    const { name, description = `Executing ${name}` } = step;
    const { completed, results } = this.#stored;
    if (completed.includes(name)) {
      if (Object.hasOwn(results, name)) this.#keep(name, results[name]);
      await this.#emit("step_skipped", step, { index, reason: "already_completed" });
      return;
    }
    await this.progress(index, description, name);
    const attempts = (step.retries ?? 0) + 1;
    for (let attempt = 1;; attempt++) {
      try {
        this.#assertNotStopped(name);
        await this.#attempt(step, { index, attempt, attempts });
        return;
      } catch (error) {
        if (this.#run.signal.aborted) {
          const cancelled = new StepCancelledError(name, { cause: this.#run.signal.reason });
          // The run may be over for this process: nobody waits for the event then.
          await this.#emit("step_cancelled", step, { index, attempt }).catch(() => {});
          throw cancelled;
        }
        const message = error instanceof Error ? error.message : String(error);
        const data = { index, attempt, attempts, error: message };
        if (attempt === attempts) {
          await this.#emit("step_failed", step, data);
          throw new StepError(name, attempts, { cause: error });
        }
        const { retryDelayMs = 1_000 } = step;
        await this.#emit("step_retry", step, { ...data, delayMs: retryDelayMs });
        await pause(retryDelayMs, this.#run.signal);
      }
    }
  }

  /** Reports progress: the number of steps that are done. */
  async progress(done: number, description: string, step?: string): Promise<void> {
    const percent = this.#total === 0 ? 100 : Math.round(done / this.#total * 100);
    const data = { percent, done, total: this.#total, description };
    await this.#run.emit("progress", step === undefined ? data : { ...data, step });
  }

  async #attempt(
    step: Step,
    { index, attempt, attempts }: {
      readonly index: number;
      readonly attempt: number;
      readonly attempts: number;
    },
  ): Promise<void> {
    const { name, timeoutMs = Infinity, checkpoint = true } = step;
    await this.#emit("step_start", step, { index, attempt, attempts });
    const began = performance.now();
    const end = new AbortController();
    const signal = AbortSignal.any([this.#run.signal, end.signal]);
    // A copy: the changes of an attempt that fails, or that goes on after its time, reach nobody.
    const state = structuredClone(this.#state);
    try {
      const work = (async () => await step.run(this.#context(name, { attempt, signal }), state))();
      const result = await deadline(work, {
        timeoutMs,
        signal: this.#run.signal,
        onTimeout: () => new Error(`The step timed out after ${timeoutMs} ms`),
      }) as JsonValue | undefined;
      const kept = structuredClone({ state, result });
      if (checkpoint) await this.#complete(name, kept);
      this.#state = kept.state;
      this.#keep(name, kept.result);
      const durationMs = Math.round(performance.now() - began);
      await this.#emit("step_end", step, { index, attempt, durationMs });
    } finally {
      end.abort(new DOMException("The attempt at the step is over", "AbortError"));
    }
  }

  #context(
    step: string,
    { attempt, signal }: { readonly attempt: number; readonly signal: AbortSignal },
  ): StepContext {
    const { emit } = this.#run;
    return {
      step,
      attempt,
      signal,
      get cancelled() {
        return signal.aborted;
      },
      results: structuredClone(this.#results),
      emit: async (type, data) => {
        signal.throwIfAborted();
        await emit.call(this.#run, type, data);
      },
    };
  }

  async #complete(
    name: string,
    { state, result }: { readonly state: JsonObject; readonly result: JsonValue | undefined },
  ): Promise<void> {
    const { completed, results } = this.#stored;
    await this.#store({
      completed: [...completed, name],
      results: result === undefined ? results : withOwn(results, { name, value: result }),
      state,
    });
  }

  /** Stores the sequence beside the other keys of the checkpoint. */
  async #store(stored: StepsState): Promise<void> {
    const others = objectOf(this.#run.state);
    await this.#run.checkpoint({ ...others, [this.#key]: stored as unknown as JsonValue });
    this.#stored = stored;
  }

  #keep(name: string, value: JsonValue | undefined): void {
    if (value !== undefined) this.#results = withOwn(this.#results, { name, value });
  }

  #assertNotStopped(step: string): void {
    const { signal } = this.#run;
    if (signal.aborted) throw new StepCancelledError(step, { cause: signal.reason });
  }

  async #emit(type: string, { name }: Step, data: JsonObject): Promise<void> {
    await this.#run.emit(type, { step: name, total: this.#total, ...data });
  }
}

/** Returns a record with another member, whatever its name. */
function withOwn(
  record: JsonObject,
  { name, value }: { readonly name: string; readonly value: JsonValue },
): JsonObject {
  return Object.fromEntries([...Object.entries(record), [name, value]]);
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : {};
}
