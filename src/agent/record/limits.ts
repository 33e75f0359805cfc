/**
 * Limits on a run, all reported in the same way.
 *
 * @module
 */

import { checkCount, checkLimit } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { TokenUsage } from "../../model/model.ts";

/** Limits of a run. */
export interface RunLimits {
  /** Maximum number of model calls. @default 10 */
  readonly maxSteps?: number | undefined;
  /** Maximum number of tokens of all model calls. @default no limit */
  readonly maxTokens?: number | undefined;
  /** Maximum cost of all model calls, in the currency of `prices`. @default no limit */
  readonly maxCost?: number | undefined;
  /** Maximum number of calls of host functions and objects. @default no limit */
  readonly maxHostCalls?: number | undefined;
  /** Time limit of the run in milliseconds; the time in which it waits for a person does not count. @default no limit */
  readonly maxDurationMs?: number | undefined;
}

/** Prices of a model. */
export interface ModelPrices {
  /** Price of a million tokens of messages. */
  readonly inputPerMillion: number;
  /** Price of a million tokens of replies. */
  readonly outputPerMillion: number;
}

/** The limit that ended a run. */
export type LimitName = "steps" | "tokens" | "cost" | "host_calls" | "time";

/** The names of {@linkcode RunLimits}. */
export const RUN_LIMITS: OptionNames<RunLimits> = {
  maxSteps: true,
  maxTokens: true,
  maxCost: true,
  maxHostCalls: true,
  maxDurationMs: true,
};

/** Checked limits, with defaults. */
export type CheckedLimits = { readonly [K in keyof RunLimits]-?: number };

/**
 * Checks limits, and fills in defaults.
 *
 * @param given The limits that were given.
 * @param defaults The limits in place of those that were not. @default as documented
 * @throws {RangeError} If a limit is not a number above 0, or a count not a whole number.
 */
export function checkRunLimits(given: RunLimits, defaults: RunLimits = {}): CheckedLimits {
  const of = (name: keyof RunLimits) => given[name] ?? defaults[name] ?? Infinity;
  return {
    maxSteps: checkCount("maxSteps", given.maxSteps ?? defaults.maxSteps ?? 10),
    maxTokens: checkLimit("maxTokens", of("maxTokens")),
    maxCost: checkLimit("maxCost", of("maxCost")),
    maxHostCalls: checkCount("maxHostCalls", of("maxHostCalls")),
    maxDurationMs: checkLimit("maxDurationMs", of("maxDurationMs")),
  };
}

/**
 * Checks the limits that a run leaves to another one.
 *
 * @param budget The limits; those that are absent do not hold.
 * @throws {TypeError} If one has an unknown name; {RangeError} if one is not a number above 0, or a count not a whole number.
 */
export function checkBudget(budget: RunLimits): CheckedLimits {
  checkOptions(budget, { names: RUN_LIMITS, task: "use a budget" });
  return checkRunLimits(budget, { maxSteps: Infinity });
}

/**
 * Returns the smaller one of each limit.
 *
 * @param limits Checked limits.
 * @param others Others that hold as well.
 */
export function smallerLimits(limits: CheckedLimits, others: CheckedLimits): CheckedLimits {
  return {
    maxSteps: Math.min(limits.maxSteps, others.maxSteps),
    maxTokens: Math.min(limits.maxTokens, others.maxTokens),
    maxCost: Math.min(limits.maxCost, others.maxCost),
    maxHostCalls: Math.min(limits.maxHostCalls, others.maxHostCalls),
    maxDurationMs: Math.min(limits.maxDurationMs, others.maxDurationMs),
  };
}

/** The expense of a run so far. */
export interface RunTotals {
  /** Number of model calls. */
  readonly step: number;
  /** Tokens. */
  readonly usage: TokenUsage;
  /** Cost, in the currency of the prices. */
  readonly cost: number;
  /** Calls of host functions and objects. */
  readonly hostCalls: number;
}

/** A limit that is reached. */
export interface ReachedLimit {
  /** The limit. */
  readonly limit: LimitName;
  /** The maximum. */
  readonly max: number;
}

/**
 * Returns the limit that does not allow another step, if there is one. The time is watched by a timer.
 *
 * @param totals What was used.
 * @param limits The limits.
 */
export function reachedLimit(totals: RunTotals, limits: CheckedLimits): ReachedLimit | undefined {
  const { step, usage, cost, hostCalls } = totals;
  if (usage.totalTokens >= limits.maxTokens) return { limit: "tokens", max: limits.maxTokens };
  if (cost >= limits.maxCost) return { limit: "cost", max: limits.maxCost };
  if (hostCalls > limits.maxHostCalls) return { limit: "host_calls", max: limits.maxHostCalls };
  if (step >= limits.maxSteps) return { limit: "steps", max: limits.maxSteps };
  return undefined;
}

/**
 * Returns the cost of tokens.
 *
 * @param usage The tokens.
 * @param prices The prices; free without them.
 */
export function costOf(usage: TokenUsage, prices: ModelPrices | undefined): number {
  if (prices === undefined) return 0;
  const { inputTokens, outputTokens } = usage;
  return (inputTokens * prices.inputPerMillion + outputTokens * prices.outputPerMillion) / 1e6;
}
