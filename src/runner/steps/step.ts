/**
 * Steps of a durable function.
 *
 * @module
 */

import { z } from "zod";
import type { JsonObject, RunContext } from "../run_context.ts";

/** The context of a step: that of the run, with a signal that also ends with the time of the step. */
export type StepContext = Pick<RunContext, "signal" | "cancelled" | "emit"> & {
  /** The name of the step. */
  readonly step: string;
  /** The number of the attempt at this step, from 1. */
  readonly attempt: number;
  /** Results of the steps before, by name. */
  readonly results: JsonObject;
};

/** A step. */
export interface Step<S extends object = Record<string, unknown>> {
  /** The name: no other step has it. */
  readonly name: string;
  /**
   * Does the work.
   *
   * @param context Signal, events, earlier results.
   * @param state A copy of the state, which the step may change: the changes hold if the step succeeds.
   * @returns The result: JSON, or nothing.
   */
  readonly run: (context: StepContext, state: S) => unknown;
  /** Number of further attempts after a failure or a time-out. @default 0 */
  readonly retries?: number | undefined;
  /** Wait before each of them in milliseconds. @default 1000 */
  readonly retryDelayMs?: number | undefined;
  /** Time limit of an attempt in milliseconds. @default none */
  readonly timeoutMs?: number | undefined;
  /** Text for people, for events of progress. @default "Executing" and the name */
  readonly description?: string | undefined;
  /** Whether the result is stored. A step without is run again by each attempt of the run. @default true */
  readonly checkpoint?: boolean | undefined;
}

/** The state of a sequence of steps in the checkpoint of a run. */
export interface StepsState {
  /** The names of the steps that are done. */
  readonly completed: readonly string[];
  /** Their results. */
  readonly results: JsonObject;
  /** The state that steps share. */
  readonly state: JsonObject;
}

/** Thrown if a step has failed, and no attempts are left. */
export class StepError extends Error {
  /** Always `"StepError"`. */
  override readonly name = "StepError";
  /** The name of the step. */
  readonly step: string;
  /** Number of attempts. */
  readonly attempts: number;

  /**
   * Creates an error.
   *
   * @param step The name of the step.
   * @param attempts Number of attempts.
   * @param options The error of the last one.
   */
  constructor(step: string, attempts: number, options: { readonly cause: unknown }) {
    const { cause } = options;
    super(
      `The step ${JSON.stringify(step)} failed after ${attempts} attempt${
        attempts === 1 ? "" : "s"
      }: ${cause instanceof Error ? cause.message : String(cause)}`,
      options,
    );
    this.step = step;
    this.attempts = attempts;
  }
}

/** Thrown if the run was stopped before or within a step. */
export class StepCancelledError extends Error {
  /** Always `"StepCancelledError"`. */
  override readonly name = "StepCancelledError";
  /** The name of the step. */
  readonly step: string;

  /**
   * Creates an error.
   *
   * @param step The name of the step.
   * @param options The reason of the signal.
   */
  constructor(step: string, options: { readonly cause: unknown }) {
    super(`The run was stopped in the step ${JSON.stringify(step)}`, options);
    this.step = step;
  }
}

const STATE: z.ZodType<StepsState> = z.object({
  completed: z.array(z.string()),
  results: z.record(z.string(), z.unknown()),
  state: z.record(z.string(), z.unknown()),
}) as unknown as z.ZodType<StepsState>;

/** Returns the state of steps in a checkpoint; `undefined` if there is none that can be read. */
export function readStepsState(value: unknown): StepsState | undefined {
  return STATE.safeParse(value).data;
}

/**
 * Checks steps.
 *
 * @throws {TypeError} If two have one name, or a step is something else; {RangeError} if a number is out of range.
 */
export function checkSteps(steps: readonly Step<never>[]): void {
  const task = "run steps";
  if (!Array.isArray(steps)) throw new TypeError(`Cannot ${task}: they are no list`);
  const names = new Set<string>();
  for (const { name, run, retries = 0, retryDelayMs = 0, timeoutMs = 1 } of steps) {
    const quoted = JSON.stringify(name);
    if (typeof name !== "string" || name === "" || typeof run !== "function") {
      throw new TypeError(`Cannot ${task}: the step ${quoted} has no name, or no function run`);
    }
    if (names.has(name)) throw new TypeError(`Cannot ${task}: two have the name ${quoted}`);
    names.add(name);
    for (const [option, value] of Object.entries({ retries, retryDelayMs })) {
      const isWhole = option !== "retries" || Number.isInteger(value);
      if (value >= 0 && value < Infinity && isWhole) continue;
      throw new RangeError(
        `Cannot ${task}: ${option} of ${quoted} is ${String(value)}, and not a number from 0 on`,
      );
    }
    if (!(timeoutMs > 0)) {
      throw new RangeError(`Cannot ${task}: timeoutMs of ${quoted} is ${String(timeoutMs)}`);
    }
  }
}
