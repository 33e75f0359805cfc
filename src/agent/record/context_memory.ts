/**
 * The memory of an agent about the window of its model: plain data.
 *
 * @module
 */

/** The facts that runs have learned about the window of a model: plain data. */
export interface ContextMemory {
  /** Tokens that the provider counts for each one of the estimate. */
  readonly factor: number;
  /** The window, if the server has refused less than the configured one. */
  readonly windowTokens?: number | undefined;
  /** Tokens of the history after the last compaction. */
  readonly compactedTokens: number;
  /** Summaries in a row that have failed. */
  readonly failures: number;
  /** Whether the model's replies begin with reasoning that has no opening tag. */
  readonly implicitReasoning: boolean;
  /** Notes that the model has made for the time after a compaction. @default none */
  readonly notes?: readonly string[] | undefined;
  /** Number of texts that were kept for cells. */
  readonly artifacts: number;
}

/** The memory of an agent that has not asked anything. */
export const NEW_CONTEXT: ContextMemory = {
  factor: 1,
  compactedTokens: 0,
  failures: 0,
  implicitReasoning: false,
  artifacts: 0,
};
