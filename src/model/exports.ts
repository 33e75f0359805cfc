/**
 * The parts of the Model port: for models of your own.
 *
 * @module
 */

export type {
  FinishReason,
  ModelEnd,
  ModelMessage,
  ModelReasoning,
  ModelRole,
  ModelText,
} from "./model.ts";
export type { ModelErrorOptions } from "./model_error.ts";
export { addUsage, estimateUsage } from "./usage.ts";
