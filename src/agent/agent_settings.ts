/**
 * The settings of an agent: its options, checked and with defaults.
 *
 * @module
 */

import { checkLimit } from "../limits/limit.ts";
import type { AgentOptions, RunOptions } from "./agent_options.ts";
import { checkBudget, checkRunLimits, smallerLimits } from "./record/limits.ts";
import type { StepSettings } from "./step/step_deps.ts";

/** Languages of blocks that are cells, whatever `cellLanguage` is. */
const LANGUAGES = ["typescript", "ts", "javascript", "js"];

/**
 * Checks the options of an agent, and fills in defaults.
 *
 * @param options The options.
 * @throws {TypeError} If an option has a value that is not one of its choices.
 * @throws {RangeError} If a limit is not a number above 0, or a count not a whole number.
 */
export function settingsOf(options: AgentOptions): StepSettings {
  const { cells = "fenced", plainReply = "finish" } = options;
  if (!["fenced", "tool", "off"].includes(cells)) {
    throw new TypeError(
      `Cannot use cells ${JSON.stringify(cells)}: it is "fenced", "tool" or "off"`,
    );
  }
  if (!["finish", "continue", "wait"].includes(plainReply)) {
    throw new TypeError(
      `Cannot use plainReply ${JSON.stringify(plainReply)}: it is "finish", "continue" or "wait"`,
    );
  }
  if (options.beforeFinish !== undefined && typeof options.beforeFinish !== "function") {
    throw new TypeError(`Cannot use beforeFinish: it is a ${typeof options.beforeFinish}`);
  }
  if (options.cellTimeoutMs !== undefined) checkLimit("cellTimeoutMs", options.cellTimeoutMs);
  const maxObservationChars = options.maxObservationChars ?? 5_000;
  const windowTokens = options.contextWindowTokens ?? 128_000;
  return {
    languages: [...new Set([options.cellLanguage ?? "typescript", ...LANGUAGES])],
    mode: cells === "off" ? "none" : cells,
    parameters: options.parameters,
    maxObservationChars: checkLimit("maxObservationChars", maxObservationChars),
    timeoutMs: options.cellTimeoutMs,
    windowTokens: checkLimit("contextWindowTokens", windowTokens),
    limits: checkRunLimits(options),
    prices: options.prices,
    plainReply,
    beforeFinish: options.beforeFinish,
    output: undefined,
    compact: false,
    lastAnswer: options.lastAnswer ?? false,
    seesDisplays: options.seesDisplays ?? false,
    keepsArtifacts: (options.artifacts ?? true) && cells !== "off",
  };
}

/**
 * Returns the settings of a run: those of the agent, with the options of the run before them.
 *
 * @param settings The settings of the agent.
 * @param options The options of the run.
 * @throws {RangeError} If a limit is not a number above 0.
 */
export function settingsOfRun(settings: StepSettings, options: RunOptions): StepSettings {
  return {
    ...settings,
    limits: smallerLimits(
      checkRunLimits(options, settings.limits),
      checkBudget(options.budget ?? {}),
    ),
    parameters: { ...settings.parameters, ...options.parameters },
    output: options.output,
    compact: options.compact ?? false,
  };
}
