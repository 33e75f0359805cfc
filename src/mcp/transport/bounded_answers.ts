/**
 * Answers of HTTP servers that are bounded: as a whole, or each event of a stream.
 *
 * @module
 */

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Returns a `fetch` whose answers end with an error when a message in them is too long.
 *
 * @param request Makes the requests.
 * @param maxBytes Maximum size of a message in bytes.
 */
export function boundedAnswers(request: typeof fetch, maxBytes: number): typeof fetch {
  return async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const response = await request(input, init);
    if (response.body === null) return response;
    const isStream = (response.headers.get("content-type") ?? "").includes("text/event-stream");
    const { status, statusText, headers } = response;
    const body = response.body.pipeThrough(bound(maxBytes, { isStream }));
    return new Response(body, { status, statusText, headers });
  };
}

type Bytes = Uint8Array<ArrayBuffer>;

function bound(
  maxBytes: number,
  { isStream }: { readonly isStream: boolean },
): TransformStream<Bytes, Bytes> {
  let bytes = 0;
  /** Whether the present line is empty so far: an empty one ends an event. */
  let isEmpty = false;
  return new TransformStream<Bytes, Bytes>({
    transform(chunk, controller) {
      if (!isStream) bytes += chunk.length;
      else {
        for (const byte of chunk) {
          bytes++;
          if (byte === LINE_FEED) {
            if (isEmpty) bytes = 0;
            isEmpty = true;
          } else if (byte !== CARRIAGE_RETURN) isEmpty = false;
          if (bytes > maxBytes) break;
        }
      }
      if (bytes <= maxBytes) return controller.enqueue(chunk);
      controller.error(new RangeError(`Cannot read a message: it has more than ${maxBytes} bytes`));
    },
  });
}
