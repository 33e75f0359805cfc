/**
 * Several keys or servers of one model.
 *
 * @module
 */

import { MAX_TIMER_MS } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";
import { headOf } from "../../text/truncate.ts";
import type { Model, ModelChunk, ModelMessage, ModelStreamOptions } from "../model.ts";
import { ModelError } from "../model_error.ts";
import { hasBegun, wait } from "./retry.ts";

/** Options of {@linkcode withEndpoints}. */
export interface EndpointsOptions {
  /**
   * The order of endpoints behind the last good one: a new one each time, so that the load is spread, or as listed.
   * @default "random"
   */
  readonly order?: "random" | "listed" | undefined;
  /** Attempts at each endpoint, while it is busy or cannot be reached. @default 3 */
  readonly attempts?: number | undefined;
  /** Wait before the second attempt at an endpoint in milliseconds; before the third it is twice as long. @default 2000 */
  readonly delayMs?: number | undefined;
  /** Maximum random time that is added to each wait, in milliseconds. @default 500 */
  readonly jitterMs?: number | undefined;
  /** Longest wait that an endpoint can demand, in milliseconds; with a longer one, the next is asked. @default 60000 */
  readonly maxRetryAfterMs?: number | undefined;
}

const ENDPOINTS_OPTIONS: OptionNames<EndpointsOptions> = {
  order: true,
  attempts: true,
  delayMs: true,
  jitterMs: true,
  maxRetryAfterMs: true,
};

type Policy = { readonly [K in keyof EndpointsOptions]-?: NonNullable<EndpointsOptions[K]> };

/** Maximum length of the reason of one endpoint in the error of all. */
const MAX_REASON_CHARS = 300;

/**
 * Asks one of several endpoints of a model: the one that replied last first, then the others. An endpoint that is busy or
 * cannot be reached is asked again after a wait; one that refuses (a wrong key, a used up quota, an unknown model) is left at
 * once. Messages that are too long are not sent to another endpoint, and a reply that has begun is not repeated. Each attempt
 * after the first is announced by a `retry` chunk.
 *
 * @param endpoints The endpoints. They should not repeat requests themselves (`maxRetries: 0`).
 * @param options Order, attempts, waits.
 * @returns The model.
 * @throws {TypeError} If there are no endpoints, or an option has an unknown name.
 * @throws {RangeError} If a number is out of range.
 *
 * @example Two keys
 * ```ts
 * import { OpenAIModel } from "@cave/agent";
 * import { withEndpoints } from "@cave/agent/model";
 * import { ScriptedServer } from "@cave/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = new ScriptedServer({
 *   replies: [{ content: "Used up", status: 402 }, "Hello", "Hello again"],
 * });
 * const endpoint = (apiKey: string) =>
 *   new OpenAIModel({ model: "tiny", baseUrl: server.url, apiKey, maxRetries: 0 });
 * const model = withEndpoints([endpoint("first"), endpoint("second")], { order: "listed" });
 *
 * const read = async () =>
 *   (await Array.fromAsync(model.stream([{ role: "user", content: "Hi" }]))).map(({ type }) => type);
 * assertEquals((await read())[0], "retry");
 * assertEquals((await read())[0], "text"); // From the endpoint that replied last.
 * ```
 */
export function withEndpoints(
  endpoints: readonly Model[],
  options: EndpointsOptions = {},
): Model {
  const policy = policyOf(options);
  if (endpoints.length === 0) {
    throw new TypeError("Cannot use endpoints: the list of models is empty");
  }
  const all = [...endpoints];
  const memory: Memory = { good: undefined };
  const [{ name, provider }] = all as [Model];
  return {
    name,
    provider,
    stream: (messages, streamOptions = {}) =>
      asking({ all, policy, memory, messages, options: streamOptions }),
  };
}

/** The endpoint that has replied last. */
interface Memory {
  good: Model | undefined;
}

interface Asking {
  readonly all: readonly Model[];
  readonly policy: Policy;
  readonly memory: Memory;
  readonly messages: readonly ModelMessage[];
  readonly options: ModelStreamOptions;
}

function policyOf(options: EndpointsOptions): Policy {
  const task = "use endpoints";
  checkOptions(options, { names: ENDPOINTS_OPTIONS, task });
  const policy = {
    order: options.order ?? "random",
    attempts: options.attempts ?? 3,
    delayMs: options.delayMs ?? 2_000,
    jitterMs: options.jitterMs ?? 500,
    maxRetryAfterMs: options.maxRetryAfterMs ?? 60_000,
  };
  const { order, ...numbers } = policy;
  if (order !== "random" && order !== "listed") {
    throw new TypeError(
      `Cannot ${task}: order is "random" or "listed", current value is ${JSON.stringify(order)}`,
    );
  }
  for (const [name, value] of Object.entries(numbers)) {
    const isCount = name === "attempts";
    if (value >= (isCount ? 1 : 0) && value <= MAX_TIMER_MS && (!isCount || value % 1 === 0)) {
      continue;
    }
    throw new RangeError(
      `Cannot ${task}: ${name} must be a ${
        isCount ? "whole number of at least 1" : "number of at least 0"
      }, current value is ${value}`,
    );
  }
  return policy;
}

/** Returns the endpoints in the order in which they are asked. */
function orderOf({ all, policy: { order }, memory: { good } }: Asking): Model[] {
  const others = all.filter((model) => model !== good);
  if (order === "random") {
    for (let i = others.length - 1; i > 0; i--) {
      const j = Math.floor(Math.random() * (i + 1));
      [others[i], others[j]] = [others[j]!, others[i]!];
    }
  }
  return good === undefined ? others : [good, ...others];
}

async function* asking(context: Asking): AsyncGenerator<ModelChunk, void, void> {
  const { policy, memory, messages, options } = context;
  const order = orderOf(context);
  const errors: ModelError[] = [];
  let asked = 0;
  for (const [index, model] of order.entries()) {
    for (let attempt = 1;; attempt++) {
      let begun = false;
      asked++;
      try {
        for await (const chunk of model.stream(messages, options)) {
          begun ||= hasBegun(chunk);
          if (begun) memory.good = model;
          yield chunk;
        }
        return;
      } catch (error) {
        if (memory.good === model && !begun) memory.good = undefined;
        if (options.signal?.aborted || begun || !(error instanceof ModelError)) throw error;
        if (error.kind === "context_length") throw error;
        const delayMs = delayOf(error, { policy, attempt });
        const isLast = index === order.length - 1;
        if (delayMs === undefined) {
          errors.push(error);
          if (isLast) break;
        }
        const { message: reason } = error;
        yield { type: "retry", attempt: asked + 1, delayMs: delayMs ?? 0, reason };
        if (delayMs === undefined) break;
        await wait(delayMs, options.signal);
      }
    }
  }
  throw failureOf(errors);
}

/** Returns the wait before another attempt at the same endpoint; `undefined` if there is to be none. */
function delayOf(
  error: ModelError,
  { policy, attempt }: { readonly policy: Policy; readonly attempt: number },
): number | undefined {
  if (!error.transient || attempt >= policy.attempts) return undefined;
  const { retryAfterMs } = error;
  if (retryAfterMs !== undefined) {
    return retryAfterMs <= policy.maxRetryAfterMs ? retryAfterMs : undefined;
  }
  return Math.round(policy.delayMs * attempt + policy.jitterMs * Math.random());
}

function failureOf(errors: readonly ModelError[]): ModelError {
  const last = errors.at(-1)!;
  if (errors.length === 1) return last;
  const reasons = errors.map(({ message }, i) => `${i + 1}. ${headOf(message, MAX_REASON_CHARS)}`);
  return new ModelError(
    `Cannot get a reply from any of ${errors.length} endpoints: ${reasons.join("; ")}`,
    {
      kind: last.kind,
      ...(last.status === undefined ? {} : { status: last.status }),
      retryAfterMs: last.retryAfterMs,
      cause: new AggregateError(errors, "All endpoints failed"),
    },
  );
}
