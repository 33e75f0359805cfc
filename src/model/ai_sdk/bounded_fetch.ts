/**
 * A `fetch` for packages of the AI SDK that bounds answers.
 *
 * @module
 */

import { checkLimit } from "../../limits/limit.ts";
import { checkOptions, type OptionNames } from "../../limits/options.ts";

/** Options of {@linkcode boundedFetch}. */
export interface BoundedFetchOptions {
  /** Maximum size of an answer in bytes. @default 67108864 (64 MiB) */
  readonly maxBytes?: number | undefined;
  /** Makes the requests. @default the platform's `fetch` */
  readonly fetch?: typeof fetch | undefined;
}

const BOUNDED_FETCH_OPTIONS: OptionNames<BoundedFetchOptions> = { maxBytes: true, fetch: true };

/**
 * Returns a `fetch` whose answers end with an error when they are too long. Packages of the AI SDK read a line of an answer,
 * and the body of an error, to its end, however long it is: give them this as their option `fetch`.
 *
 * @param options The maximum size.
 * @returns The function.
 * @throws {RangeError} If the size is not a number above 0.
 *
 * @example A server that sends too much
 * ```ts
 * import { boundedFetch } from "@cave/agent/ai-sdk";
 * import { assertRejects } from "@std/assert";
 *
 * const fetch = boundedFetch({ maxBytes: 10 });
 * const answer = await fetch("data:text/plain,much too much text");
 * await assertRejects(() => answer.text(), RangeError, "10 bytes");
 * ```
 */
export function boundedFetch(options: BoundedFetchOptions = {}): typeof fetch {
  checkOptions(options, { names: BOUNDED_FETCH_OPTIONS, task: "bound answers" });
  const maxBytes = checkLimit("maxBytes", options.maxBytes ?? 64 * 1024 * 1024);
  const request = options.fetch ?? fetch;
  return async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const response = await request(input, init);
    if (response.body === null) return response;
    let bytes = 0;
    const bounded = response.body.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, controller) {
          bytes += chunk.byteLength;
          if (bytes <= maxBytes) return controller.enqueue(chunk);
          // Cancels the answer as well.
          controller.error(
            new RangeError(`Cannot read an answer: it has more than ${maxBytes} bytes`),
          );
        },
      }),
    );
    const { status, statusText, headers } = response;
    return new Response(bounded, { status, statusText, headers });
  };
}
