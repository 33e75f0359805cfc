/** Failures of servers: what kind they are, and how long to wait. */

import type { ModelErrorKind } from "../model_error.ts";

/** A failure, as a server reports it. */
export interface Failure {
  message: string;
  status?: number | undefined;
  /** Codes and types of the error, in lower case. */
  codes: readonly string[];
  headers?: Headers | undefined;
  /** The error of the body. */
  body?: unknown;
}

const quotaCodes =
  /^(insufficient_quota|insufficient_balance|insufficient_credits?|billing_.*|quota_exceeded|payment_required|credits?_exhausted|402)$/;
const busyCodes =
  /overload|rate_?limit|too_many_requests|server_error|unavailable|timeout|busy|internal|^(408|429|5\d\d)$/;
const contextCodes =
  /context_length|context_window|exceed_context|context_size|request_too_large|string_above_max_length/;

/**
 * Servers have no common code for messages that are too long, so that there is nothing but their words to tell it: OpenAI,
 * vLLM, SGLang, llama.cpp, LM Studio, Ollama, Anthropic, Gemini, Mistral, Groq, xAI, OpenRouter.
 */
const contextWords =
  /context.{0,20}(length|size|window|limit)|(prompt|input|request|message)s?.{0,40}(too long|too large|exceed)|exceeds?.{0,60}(token|context)|(token|input).{0,20}(limit|count|length).{0,30}exceed|max(imum)?.{0,20}(input|prompt|context|model|sequence).{0,12}(len|token|size)|reduce the length|too many (input )?tokens|tokens.{0,20}(too long|exceed)/i;

/** Texts of servers that send no code for a used-up quota, which looks like a rate limit then. */
const quotaWords =
  /insufficient (balance|credit|fund|quota)|exceeded your current quota|out of credits?/i;

/** Returns the kind of a failure. */
export function kindOf({ message, status, codes, headers }: Failure): ModelErrorKind {
  const has = (pattern: RegExp) => codes.some((code) => pattern.test(code));
  const shouldRetry = headers?.get("x-should-retry");
  if (has(contextCodes)) return "context_length";
  const isRequest = status === undefined || status === 400 || status === 413 || status === 422;
  if ((isRequest || status === 500) && contextWords.test(message)) return "context_length";
  if (status === 413) return "context_length";
  const waits = headers?.has("retry-after") || headers?.has("retry-after-ms");
  if (has(quotaCodes) || status === 402 || !waits && quotaWords.test(message)) return "quota";
  if (status === 401 || status === 403 || has(/^(invalid_api_key|authentication_error|401|403)$/)) {
    return "auth";
  }
  if (shouldRetry === "false") return "refused";
  if (shouldRetry === "true") return "busy";
  if (status === undefined) return has(busyCodes) ? "busy" : "refused";
  const isBusy = [408, 409, 425, 429].includes(status) || status >= 500 && status !== 501;
  return isBusy ? "busy" : "refused";
}

/** Returns the context window that a server reports with its refusal, in tokens. */
export function contextTokensOf({ message, body }: Failure): number | undefined {
  const { n_ctx: size } = typeof body === "object" && body !== null
    ? body as { n_ctx?: unknown }
    : {};
  if (typeof size === "number" && size > 0) return size;
  const found = /(?:context (?:length|size|window)|maximum|limit)[^\d]{0,40}?(\d[\d,]{2,9})/i.exec(
    message,
  );
  const tokens = Number(found?.[1]?.replaceAll(",", ""));
  return tokens >= 256 ? tokens : undefined;
}

/** Returns the time to wait that a server demands, in milliseconds. */
export function retryAfterOf({ headers, body }: Failure): number | undefined {
  const ms = durationOf(headers?.get("retry-after-ms"), 1);
  if (ms !== undefined) return ms;
  const after = headers?.get("retry-after") ?? delayIn(body);
  const seconds = durationOf(after, 1_000);
  if (seconds !== undefined || after === undefined) return seconds;
  const at = Date.parse(after);
  // By the server's own clock, if it tells: its date may differ from that of this machine.
  const now = Date.parse(headers?.get("date") ?? "");
  return Number.isNaN(at) ? undefined : Math.max(0, at - (Number.isNaN(now) ? Date.now() : now));
}

/** Reads a number, or a duration such as `1m30s`. */
function durationOf(text: string | null | undefined, unitMs: number): number | undefined {
  const trimmed = text?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed) * unitMs;
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  if (!/^(\d+(\.\d+)?(ms|[hms]))+$/.test(trimmed)) return undefined;
  return [...trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|[hms])/g)]
    .reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0);
}

/** Returns the delay in an error of Google's. */
function delayIn(body: unknown): string | undefined {
  const { details } = typeof body === "object" && body !== null
    ? body as { details?: unknown }
    : {};
  if (!Array.isArray(details)) return undefined;
  const delay = details.map((detail) => (detail as { retryDelay?: unknown } | null)?.retryDelay)
    .find((value) => typeof value === "string");
  return delay as string | undefined;
}

/**
 * Returns the failure in an event of a stream, if it is one. Servers report failures under status 200 in several shapes.
 *
 * @param data The parsed event.
 * @param options Whether the server calls the event an error.
 */
export function failureIn(
  data: unknown,
  { isError }: { isError: boolean },
): Failure | undefined {
  if (typeof data === "string") return isError ? { message: data, codes: [] } : undefined;
  if (typeof data !== "object" || data === null) return undefined;
  const event = data as Record<string, unknown>;
  const { error } = event;
  if (typeof error === "string" && error !== "") return { message: error, codes: codesOf(event) };
  if (typeof error === "object" && error !== null) {
    return failureOf(error as Record<string, unknown>);
  }
  const named = isError || event.object === "error" || event.type === "error" ||
    typeof event.error_code === "number" && event.error_code !== 0;
  return named ? failureOf(event) : undefined;
}

function failureOf(error: Record<string, unknown>): Failure {
  const { message, msg, text, detail } = error;
  const words = [message, msg, text, detail].find((value) =>
    typeof value === "string" && value !== ""
  );
  return { message: String(words ?? JSON.stringify(error)), codes: codesOf(error), body: error };
}

/** Returns the codes and types of an error, in lower case. */
export function codesOf(error: unknown): string[] {
  if (typeof error !== "object" || error === null) return [];
  const { code, type, error_code: number, status } = error as Record<string, unknown>;
  return [code, type, number, status].filter((value) =>
    typeof value === "string" || typeof value === "number"
  ).map((value) => String(value).toLowerCase());
}
