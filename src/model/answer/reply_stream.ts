/** The life of a reply: attempts that are repeated, a signal that cuts it off, and the release of the connection. */

import type { ModelChunk } from "../model.ts";
import { retrying, type RetryPolicy } from "../wrap/retry.ts";

/** The reason of the abort when the caller stops reading. */
const stopped = Symbol("stopped");

/** Options of {@linkcode replyStream}. */
export interface ReplyStreamOptions {
  /** When to repeat an attempt. */
  readonly policy: RetryPolicy;
  /** Cuts the reply off. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Returns a reply. Nothing is sent before the first chunk is requested.
 *
 * @param attempt Makes one request. Its signal aborts when the reply is cut off, and when the caller stops reading.
 * @param options The policy, and the signal of the caller.
 */
export function replyStream(
  attempt: (signal: AbortSignal) => AsyncIterable<ModelChunk>,
  options: ReplyStreamOptions,
): AsyncIterableIterator<ModelChunk> {
  const controller = new AbortController();
  const reply = read(attempt, controller, options);
  const end = reply.return.bind(reply);
  // By default, a generator handles return() only when its pending read settles.
  reply.return = (value) => {
    controller.abort(stopped);
    return end(value);
  };
  return reply;
}

async function* read(
  attempt: (signal: AbortSignal) => AsyncIterable<ModelChunk>,
  controller: AbortController,
  { policy, signal }: ReplyStreamOptions,
): AsyncGenerator<ModelChunk, void, void> {
  signal?.throwIfAborted();
  const onAbort = () => controller.abort(signal!.reason);
  signal?.addEventListener("abort", onAbort);
  try {
    yield* retrying(() => attempt(controller.signal), { policy, signal: controller.signal });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (controller.signal.reason !== stopped) throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    controller.abort(stopped);
  }
}
