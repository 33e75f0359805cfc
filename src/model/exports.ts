/**
 * The parts of the Model port: for models of your own.
 *
 * @module
 */

export type {
  FinishReason,
  ModelAttachment,
  ModelEnd,
  ModelMessage,
  ModelParameters,
  ModelReasoning,
  ModelRetry,
  ModelRole,
  ModelText,
  ModelToolCall,
  ToolCall,
  ToolSpec,
} from "./model.ts";
export type { ModelErrorKind, ModelErrorOptions } from "./model_error.ts";
export { alternate } from "./alternate.ts";
export { withFallbacks } from "./wrap/fallbacks.ts";
export { withRetry } from "./wrap/retry.ts";
export type { RetryOptions } from "./wrap/retry.ts";
export { addUsage, estimateTokens, estimateUsage } from "./usage.ts";
