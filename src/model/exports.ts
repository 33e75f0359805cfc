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
  ModelReasoningBlock,
  ModelRetry,
  ModelRole,
  ModelText,
  ModelToolCall,
  ProviderData,
  ReasoningBlock,
  ToolCall,
  ToolSpec,
} from "./model.ts";
export type { ModelErrorKind, ModelErrorOptions } from "./model_error.ts";
export { alternate } from "./alternate.ts";
export { withFallbacks } from "./wrap/fallbacks.ts";
export { withRetry } from "./wrap/retry.ts";
export type { RetryOptions } from "./wrap/retry.ts";
export { withEndpoints } from "./wrap/endpoints.ts";
export type { EndpointsOptions } from "./wrap/endpoints.ts";
export { openaiCompatible, PRESETS } from "./openai/presets.ts";
export type { Preset, PresetName, PresetOptions } from "./openai/presets.ts";
export { loadSettings, readSettings, SettingsError } from "./settings/load_settings.ts";
export { ModelSettings } from "./settings/model_settings.ts";
export type { ConfiguredModel } from "./settings/model_settings.ts";
export { addUsage, estimateTokens, estimateUsage } from "./usage.ts";
