import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { ModelParameters } from "../model.ts";

/** Options of `OpenAIModel`. */
export interface OpenAIModelOptions {
  /**
   * Name of the model, as the server knows it.
   *
   * @default {Deno.env.get("OPENAI_MODEL")}
   */
  model?: string;
  /**
   * URL of the server's API, usually ending in `/v1`.
   *
   * @default {Deno.env.get("OPENAI_BASE_URL") ?? "https://api.openai.com/v1"}
   */
  baseUrl?: string;
  /**
   * The server's API key. May be left out for a server that has a base URL and needs none.
   *
   * @default {Deno.env.get("OPENAI_API_KEY")}
   */
  apiKey?: string;
  /**
   * Environment variable with the key, which is demanded if it is named here.
   *
   * @default {"OPENAI_API_KEY"}
   */
  apiKeyVariable?: string;
  /**
   * Name of the provider, for reports.
   *
   * @default {"openai"}
   */
  provider?: string;
  /**
   * OpenAI organisation to bill.
   *
   * @default {undefined}
   */
  organization?: string;
  /**
   * OpenAI project to bill.
   *
   * @default {undefined}
   */
  project?: string;
  /**
   * Maximum number of repeated attempts after a connection error, a time-out, an answer without a reply, or status 408,
   * 409, 425, 429 or 500 and above. What cannot succeed (a used up quota, a wrong key) is not repeated, and neither is a
   * reply that has begun. The waits double from half a second, unless the server specifies one.
   *
   * @default {5}
   */
  maxRetries?: number;
  /**
   * Time within which the server has to begin its answer, in milliseconds, for each attempt.
   *
   * @default {600_000}
   */
  timeoutMs?: number;
  /**
   * Maximum time without a sign of life, in milliseconds, once the server has begun to answer. Comments that keep the
   * connection alive are signs of life.
   *
   * @default {120_000}
   */
  stallTimeoutMs?: number;
  /**
   * Maximum time until the first piece of the reply or of its reasoning, in milliseconds, whatever else the server sends.
   *
   * @default {600_000}
   */
  firstTokenTimeoutMs?: number;
  /**
   * Maximum time between two pieces of the reply, in milliseconds, whatever else the server sends.
   *
   * @default {600_000}
   */
  tokenTimeoutMs?: number;
  /**
   * Longest wait before another attempt that the server can demand, in milliseconds. If it demands more, the request
   * fails with an error that says when to try again.
   *
   * @default {60_000}
   */
  maxRetryAfterMs?: number;
  /**
   * Role under which the system message is sent. With `user` it is put in front of the first message of the user, for
   * servers that have no system role.
   *
   * @default {"system"}
   */
  systemRole?: "system" | "developer" | "user";
  /**
   * Parameters of requests that models have in common.
   *
   * @default {{}}
   */
  parameters?: ModelParameters;
  /**
   * Whether to ask the server to report token usage. Servers that reject the request parameter `stream_options` need
   * `false`.
   *
   * @default {true}
   */
  reportUsage?: boolean;
  /**
   * Field in which reasoning is sent back with the calls of tools that it led to, for servers that demand it.
   *
   * @default {undefined}
   */
  returnReasoning?: "reasoning_content" | "reasoning" | "reasoning_details";
  /**
   * Additional parameters of the request body, such as `temperature`.
   *
   * @default {{}}
   */
  extraParameters?: Readonly<Record<string, unknown>>;
}

const OPEN_AI_MODEL_OPTIONS: OptionNames<OpenAIModelOptions> = {
  model: true,
  baseUrl: true,
  apiKey: true,
  apiKeyVariable: true,
  provider: true,
  organization: true,
  project: true,
  maxRetries: true,
  timeoutMs: true,
  stallTimeoutMs: true,
  firstTokenTimeoutMs: true,
  tokenTimeoutMs: true,
  maxRetryAfterMs: true,
  systemRole: true,
  parameters: true,
  reportUsage: true,
  returnReasoning: true,
  extraParameters: true,
};

/** The server and its credentials, from options and environment. */
export interface OpenAISettings {
  model: string;
  baseUrl: string;
  /** The API key; absent for a server that needs none. */
  apiKey: string | undefined;
}

/** The server of OpenAI. */
export const openAIBaseUrl = "https://api.openai.com/v1";

/** Maximum delay of timers, about 24.8 days. */
const maxDelayMs = 2 ** 31 - 1;

/** Parameters of the request that the adapter sets itself. */
const reservedParameters = ["model", "messages", "stream"];

/** Throws if an option is invalid. Does not read the environment. */
export function checkModelOptions(options: OpenAIModelOptions): void {
  checkOptions(options, { names: OPEN_AI_MODEL_OPTIONS, task: "create a model" });
  const { baseUrl, maxRetries = 0, extraParameters = {} } = options;
  if (baseUrl !== undefined) checkBaseUrl(baseUrl, "baseUrl");
  if (!Number.isInteger(maxRetries) || maxRetries < 0) {
    throw new RangeError(
      `Cannot create a model: maxRetries must be a whole number of at least 0, current value is ${maxRetries}`,
    );
  }
  const times = ["timeoutMs", "stallTimeoutMs", "firstTokenTimeoutMs", "tokenTimeoutMs"] as const;
  for (const name of times) {
    const value = options[name] ?? 1;
    if (!(value > 0 && value <= maxDelayMs)) {
      throw new RangeError(
        `Cannot create a model: ${name} must be above 0 and at most ${maxDelayMs}, current value is ${value}`,
      );
    }
  }
  const { systemRole = "system", maxRetryAfterMs = 0 } = options;
  if (!["system", "developer", "user"].includes(systemRole)) {
    throw new TypeError(
      `Cannot create a model: systemRole must be "system", "developer" or "user", current value is ${
        JSON.stringify(systemRole)
      }`,
    );
  }
  if (!(maxRetryAfterMs >= 0 && maxRetryAfterMs <= maxDelayMs)) {
    throw new RangeError(
      `Cannot create a model: maxRetryAfterMs must be at least 0 and at most ${maxDelayMs}, current value is ${maxRetryAfterMs}`,
    );
  }
  const reserved = reservedParameters.find((name) => Object.hasOwn(extraParameters, name));
  if (reserved !== undefined) {
    throw new TypeError(
      `Cannot create a model: extraParameters must not have "${reserved}", which is set for each request`,
    );
  }
}

/** Completes the options from the environment. */
export function resolveSettings(options: OpenAIModelOptions): OpenAISettings {
  const model = options.model || readVariable("OPENAI_MODEL");
  if (model === undefined) throw new TypeError(missing("model", "model", "OPENAI_MODEL"));

  const configuredUrl = (options.baseUrl ?? readVariable("OPENAI_BASE_URL"))?.trim();
  if (configuredUrl !== undefined) checkBaseUrl(configuredUrl, "OPENAI_BASE_URL");

  const keyVariable = options.apiKeyVariable ?? "OPENAI_API_KEY";
  const apiKey = options.apiKey || readVariable(keyVariable);
  const needsKey = configuredUrl === undefined || options.apiKeyVariable !== undefined;
  if (apiKey === undefined && needsKey) {
    throw new TypeError(missing("API key", "apiKey", keyVariable));
  }
  return { model, baseUrl: configuredUrl ?? openAIBaseUrl, apiKey };
}

/** Reads a variable only if that is already allowed, so that Deno does not prompt. */
function readVariable(variable: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable)?.trim() || undefined : undefined;
}

function missing(what: string, option: string, variable: string): string {
  return `Cannot ask a model: no ${what} is known; pass the option ${option}, or set the variable ` +
    `${variable} and allow to read it with --allow-env=${variable}`;
}

function checkBaseUrl(baseUrl: string, name: string): void {
  const protocol = URL.canParse(baseUrl) ? new URL(baseUrl).protocol : "";
  if (protocol === "http:" || protocol === "https:") return;
  throw new TypeError(
    `Cannot use a model server: ${name} must be an http or https URL, current value is "${baseUrl}"`,
  );
}
