/**
 * Models of the AI SDK for agents: hundreds of providers by their packages, `npm:@ai-sdk/...` and those of others.
 *
 * @example With a package
 * ```ts ignore
 * import { createAnthropic } from "npm:@ai-sdk/anthropic@4";
 * import { CaveAgent } from "@cave/agent";
 * import { AiSdkModel, boundedFetch } from "@cave/agent/ai-sdk";
 *
 * const anthropic = createAnthropic({ apiKey: Deno.env.get("ANTHROPIC_API_KEY"), fetch: boundedFetch() });
 * await using agent = new CaveAgent({ model: new AiSdkModel(anthropic("claude-sonnet-4-5")) });
 * ```
 *
 * @module
 */

export { AiSdkModel } from "./ai_sdk_model.ts";
export type { AiSdkModelOptions } from "./ai_sdk_model.ts";
export { boundedFetch } from "./bounded_fetch.ts";
export type { BoundedFetchOptions } from "./bounded_fetch.ts";
export type { LanguageModelLike, ProviderOptions } from "./language_model.ts";
