/**
 * Repeating requests that may succeed at another attempt.
 *
 * @module
 */

import { MAX_TIMER_MS } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { Model, ModelChunk } from "../model.ts";
import { ModelError } from "../model_error.ts";

/** Options of {@linkcode withRetry}. */
export interface RetryOptions {
  /** Maximum number of repeated attempts. @default 5 */
  readonly maxRetries?: number | undefined;
  /** Wait before the first repetition in milliseconds; it doubles each time. @default 500 */
  readonly minDelayMs?: number | undefined;
  /** Longest wait in milliseconds, when the server does not name one. @default 32000 */
  readonly maxDelayMs?: number | undefined;
  /** Longest wait that a server can demand, in milliseconds. A longer one is an error that says when. @default 60000 */
  readonly maxRetryAfterMs?: number | undefined;
}

const RETRY_OPTIONS: OptionNames<RetryOptions> = {
  maxRetries: true,
  minDelayMs: true,
  maxDelayMs: true,
  maxRetryAfterMs: true,
};

/** Checked options, with defaults. */
export type RetryPolicy = { readonly [K in keyof RetryOptions]-?: number };

/** Part of a wait that is random, so that clients that failed together do not come back together. */
const JITTER = 0.25;

/**
 * Checks the options, and fills in defaults.
 *
 * @param options The options.
 * @throws {RangeError} If a number is out of range.
 */
export function retryPolicy(options: RetryOptions = {}): RetryPolicy {
  checkOptions(options, { names: RETRY_OPTIONS, task: "retry a model" });
  const policy = {
    maxRetries: options.maxRetries ?? 5,
    minDelayMs: options.minDelayMs ?? 500,
    maxDelayMs: options.maxDelayMs ?? 32_000,
    maxRetryAfterMs: options.maxRetryAfterMs ?? 60_000,
  };
  for (const [name, value] of Object.entries(policy)) {
    const whole = name !== "maxRetries" || Number.isInteger(value);
    if (!(value >= 0 && value <= MAX_TIMER_MS && whole)) {
      throw new RangeError(
        `Cannot retry a model: ${name} must be a number of at least 0, current value is ${value}`,
      );
    }
  }
  return policy;
}

/**
 * Repeats the requests of a model that fail before the reply has begun and may succeed: a busy server, a lost connection, an
 * answer without a reply. Honours the wait that a server demands. Each repetition is announced by a `retry` chunk.
 *
 * @param model The model.
 * @param options How often, and after which waits.
 * @returns The model that repeats.
 * @throws {RangeError} If a number is out of range.
 *
 * @example A server that is busy at first
 * ```ts
 * import { OpenAIModel } from "@cave/agent";
 * import { withRetry } from "@cave/agent/model";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({ replies: [{ content: "Busy", status: 503 }, "Hello"] });
 * const plain = new OpenAIModel({ model: "tiny", baseUrl: server.url, maxRetries: 0 });
 * const model = withRetry(plain, { minDelayMs: 0 });
 *
 * const chunks = await Array.fromAsync(model.stream([{ role: "user", content: "Hi" }]));
 * assertEquals(chunks.map(({ type }) => type), ["retry", "text", "end"]);
 * ```
 */
export function withRetry(model: Model, options: RetryOptions = {}): Model {
  const policy = retryPolicy(options);
  return {
    name: model.name,
    provider: model.provider,
    stream: (messages, streamOptions = {}) =>
      retrying(() => model.stream(messages, streamOptions), {
        policy,
        signal: streamOptions.signal,
      }),
  };
}

/**
 * Yields the chunks of the first attempt that is not to be repeated.
 *
 * @param attempt Makes a request.
 * @param options The policy, and a signal that ends the wait.
 */
export async function* retrying(
  attempt: () => AsyncIterable<ModelChunk>,
  { policy, signal }: { readonly policy: RetryPolicy; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<ModelChunk, void, void> {
  for (let count = 1;; count++) {
    let begun = false;
    try {
      for await (const chunk of attempt()) {
        begun ||= hasBegun(chunk);
        yield chunk;
      }
      return;
    } catch (error) {
      if (signal?.aborted || begun || !(error instanceof ModelError) || !error.transient) {
        throw error;
      }
      const delayMs = delayOf(error, { policy, count });
      if (count > policy.maxRetries) throw error;
      const attempts = policy.maxRetries + 1;
      yield { type: "retry", attempt: count + 1, attempts, delayMs, reason: error.message };
      await wait(delayMs, signal);
    }
  }
}

/** Whether a chunk is a part of a reply: reasoning is not, for it can be repeated. */
export function hasBegun({ type }: ModelChunk): boolean {
  return type === "text" || type === "tool_call" || type === "end";
}

function delayOf(
  error: ModelError,
  { policy, count }: { readonly policy: RetryPolicy; readonly count: number },
): number {
  const { retryAfterMs } = error;
  if (retryAfterMs !== undefined) {
    if (retryAfterMs <= policy.maxRetryAfterMs) return retryAfterMs;
    const at = Math.min(Date.now() + retryAfterMs, 8.64e15);
    throw new ModelError(
      `${error.message} (the server asks to wait ${
        Math.ceil(retryAfterMs / 1000)
      } seconds, until ` +
        `${new Date(at).toISOString()}; at most ${policy.maxRetryAfterMs / 1000} are waited)`,
      { kind: "wait", status: error.status, retryAfterMs, cause: error },
    );
  }
  const delayMs = Math.min(policy.minDelayMs * 2 ** (count - 1), policy.maxDelayMs);
  return Math.round(delayMs * (1 - JITTER * Math.random()));
}

/**
 * Waits.
 *
 * @param delayMs The time in milliseconds.
 * @param signal Ends the wait with its reason.
 */
export async function wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal!.reason);
  const timer = setTimeout(resolve, delayMs);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
