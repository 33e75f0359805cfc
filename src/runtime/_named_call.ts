/**
 * Calls of functions of the namespace by the host.
 *
 * @module
 */

import { deadline } from "../async/deadline.ts";
import { callHostFunction, type HostFunction } from "../inject/host_function.ts";
import { checkLimit } from "../limits/limit.ts";
import { checkOptions } from "../limits/options.ts";
import type { RuntimeLimits } from "../limits/runtime_limits.ts";
import { kindOf } from "./_live_injections.ts";
import type { HostCallContext } from "./cells/ongoing_calls.ts";
import { CALL_OPTIONS, type CallOptions } from "./runtime.ts";

/** A call of a function by its name. */
export interface NamedCall {
  /** The arguments. */
  readonly args: readonly unknown[];
  /** The options of the call. */
  readonly options: CallOptions;
  /** The limits of the runtime. */
  readonly limits: Required<RuntimeLimits>;
  /** Returns an injected function. */
  readonly functionOf: (name: string) => HostFunction | undefined;
  /** Returns the value of the name. */
  readonly retrieve: (options: CallOptions) => Promise<unknown>;
}

/**
 * Calls a function of the namespace.
 *
 * @param name The name.
 * @param call The arguments, options, and the namespace.
 * @throws {TypeError} If the value is not a function; otherwise the error of the function.
 */
export async function callNamed(name: string, call: NamedCall): Promise<unknown> {
  const { args, options, limits: { timeoutMs: defaultMs }, functionOf, retrieve } = call;
  const task = `call ${JSON.stringify(name)}`;
  if (!Array.isArray(args)) {
    throw new TypeError(`Cannot ${task}: the arguments are a ${typeof args} and not a list`);
  }
  checkOptions(options, { names: CALL_OPTIONS, task });
  const { approved, ...limits } = options;
  const definition = approved === true ? functionOf(name) : undefined;
  if (definition !== undefined) return await callApproved(definition, { name, call });
  const called = await retrieve(limits);
  if (typeof called !== "function") {
    throw new TypeError(`Cannot ${task}: it is ${kindOf(called)}`);
  }
  const timeoutMs = checkLimit("timeoutMs", options.timeoutMs ?? defaultMs);
  return await deadline(Promise.resolve(called(...args)), {
    timeoutMs,
    signal: options.signal,
    onTimeout: () => tookTooLong(task, timeoutMs),
  });
}

/** Calls a function as a cell does whose call was approved. The kernel has no part in it. */
async function callApproved(
  definition: HostFunction,
  { name, call: { args, options, limits } }: { readonly name: string; readonly call: NamedCall },
): Promise<unknown> {
  const { signal } = options;
  const timeoutMs = options.timeoutMs ?? definition.timeoutMs ?? limits.callTimeoutMs;
  const abort = new AbortController();
  const signals = [abort.signal, signal].filter((signal) => signal !== undefined);
  const context: HostCallContext = { signal: AbortSignal.any(signals) };
  try {
    return await deadline(callHostFunction(definition, { name, args, context }), {
      timeoutMs: checkLimit("timeoutMs", timeoutMs),
      signal,
      onTimeout: () => tookTooLong(`call ${JSON.stringify(name)}`, timeoutMs),
    });
  } finally {
    abort.abort();
  }
}

/** Returns the error of a task that took too long. */
export function tookTooLong(task: string, timeoutMs: number): DOMException {
  return new DOMException(`Cannot ${task}: it took more than ${timeoutMs} ms`, "TimeoutError");
}
