/**
 * Servers that speak the protocol of OpenAI, as data.
 *
 * @module
 */

import { nearNames } from "../../text/near_names.ts";
import { OpenAIModel } from "./openai_model.ts";
import type { OpenAIModelOptions } from "./openai_options.ts";

/** A server that speaks the protocol of OpenAI. */
export interface Preset {
  /** The URL of its API. */
  readonly baseUrl: string;
  /** The environment variable with the key; absent for servers that need none. */
  readonly keyVariable?: string;
  /** Options that differ from those for OpenAI. */
  readonly quirks?: Pick<OpenAIModelOptions, "reportUsage" | "returnReasoning" | "systemRole">;
  /**
   * The ground for these data: `run` if a conversation with the server itself was run, `documented` if they are taken from
   * its documentation.
   */
  readonly basis: "run" | "documented";
}

/** The name of a preset. */
export type PresetName =
  | "openai"
  | "openrouter"
  | "deepseek"
  | "moonshot"
  | "groq"
  | "together"
  | "fireworks"
  | "mistral"
  | "xai"
  | "gemini"
  | "cerebras"
  | "nvidia"
  | "dashscope"
  | "zai"
  | "siliconflow"
  | "minimax"
  | "ollama"
  | "vllm"
  | "lmstudio"
  | "llamacpp"
  | "sglang";

/** The presets by name. The servers could not be reached from where this was written, so that none is marked as run. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  openai: documented("https://api.openai.com/v1", "OPENAI_API_KEY"),
  openrouter: documented("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", {
    returnReasoning: "reasoning_details",
  }),
  // Both demand the reasoning of earlier steps when a model that thinks calls tools.
  deepseek: documented("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", {
    returnReasoning: "reasoning_content",
  }),
  moonshot: documented("https://api.moonshot.ai/v1", "MOONSHOT_API_KEY", {
    returnReasoning: "reasoning_content",
  }),
  groq: documented("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
  together: documented("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
  fireworks: documented("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
  // Reports usage unasked, and refuses parameters that it does not know.
  mistral: documented("https://api.mistral.ai/v1", "MISTRAL_API_KEY", { reportUsage: false }),
  xai: documented("https://api.x.ai/v1", "XAI_API_KEY"),
  gemini: documented(
    "https://generativelanguage.googleapis.com/v1beta/openai",
    "GEMINI_API_KEY",
  ),
  cerebras: documented("https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
  nvidia: documented("https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY"),
  dashscope: documented(
    "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    "DASHSCOPE_API_KEY",
  ),
  zai: documented("https://api.z.ai/api/paas/v4", "ZAI_API_KEY"),
  siliconflow: documented("https://api.siliconflow.com/v1", "SILICONFLOW_API_KEY"),
  minimax: documented("https://api.minimax.io/v1", "MINIMAX_API_KEY"),
  ollama: documented("http://127.0.0.1:11434/v1"),
  vllm: documented("http://127.0.0.1:8000/v1"),
  lmstudio: documented("http://127.0.0.1:1234/v1"),
  llamacpp: documented("http://127.0.0.1:8080/v1"),
  sglang: documented("http://127.0.0.1:30000/v1"),
};

/** Options of {@linkcode openaiCompatible}. */
export interface PresetOptions extends OpenAIModelOptions {
  /** Name of the model, as the server knows it. */
  model: string;
}

/**
 * Creates a model behind a known server that speaks the protocol of OpenAI. Options win over the preset: another `baseUrl`, a
 * key, parameters. Only the variable of the preset is read from the environment, never `OPENAI_API_KEY`.
 *
 * @param name The name of the server.
 * @param options The name of the model, and options of `OpenAIModel`.
 * @returns The model.
 * @throws {RangeError} If there is no such preset, or a number is out of range.
 * @throws {TypeError} If there is no name of a model, or an option has an unknown name.
 *
 * @example A local server
 * ```ts
 * import { openaiCompatible } from "@cave/agent/model";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({ replies: ["Hello"] });
 *
 * // Without `baseUrl`, this is http://127.0.0.1:11434/v1.
 * const model = openaiCompatible("ollama", { model: "qwen3:4b", baseUrl: server.url });
 * const chunks = await Array.fromAsync(model.stream([{ role: "user", content: "Hi" }]));
 * assertEquals(chunks[0], { type: "text", text: "Hello" });
 * assertEquals(model.provider, "ollama");
 * ```
 */
export function openaiCompatible(name: PresetName, options: PresetOptions): OpenAIModel {
  const { baseUrl, keyVariable, quirks } = presetOf(name);
  if (typeof options?.model !== "string" || options.model === "") {
    throw new TypeError(`Cannot use ${name}: the option model has no name of a model`);
  }
  return new OpenAIModel({
    baseUrl,
    provider: name,
    // A key in the environment is one for another server.
    ...(keyVariable === undefined ? { apiKey: "none" } : { apiKeyVariable: keyVariable }),
    ...quirks,
    ...options,
  });
}

/**
 * Returns a preset.
 *
 * @param name Its name.
 * @throws {RangeError} If there is none.
 */
export function presetOf(name: string): Preset {
  if (Object.hasOwn(PRESETS, name)) return PRESETS[name as PresetName];
  const [near] = nearNames(name, Object.keys(PRESETS));
  throw new RangeError(
    `Cannot use the preset ${JSON.stringify(name)}: ` +
      (near === undefined
        ? `the presets are ${Object.keys(PRESETS).join(", ")}`
        : `did you mean ${JSON.stringify(near)}?`),
  );
}

function documented(
  baseUrl: string,
  keyVariable?: string,
  quirks?: Preset["quirks"],
): Preset {
  return {
    baseUrl,
    ...(keyVariable === undefined ? {} : { keyVariable }),
    ...(quirks === undefined ? {} : { quirks }),
    basis: "documented",
  };
}
