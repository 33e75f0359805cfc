/**
 * Server-sent events (WHATWG HTML, section 9.2).
 *
 * @module
 */

/** Time between two comments that keep a quiet connection alive, in milliseconds. */
const BEAT_MS = 15_000;

/** Time after which a client connects again, in milliseconds. */
const RETRY_MS = 1_000;

/** An event on its way. */
export interface StreamedEvent {
  /** The identifier, which a client sends as `Last-Event-ID` when it connects again. @default none */
  readonly id?: string | undefined;
  /** The type. @default none, which is `message` */
  readonly event?: string | undefined;
  /** The data, on one line. */
  readonly data: string;
}

/** Options of {@linkcode eventStream}. */
export interface EventStreamOptions {
  /** Further headers. @default none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Called when the stream has ended, however it has. */
  readonly onEnd?: (() => void) | undefined;
}

/**
 * Returns a response that streams events. They are read as the client takes them, so that a slow one holds nothing up and nothing
 * is collected for it.
 *
 * @param events Returns the events, until a signal aborts: the client has left.
 * @param options Headers.
 */
export function eventStream(
  events: (signal: AbortSignal) => AsyncIterable<StreamedEvent>,
  { headers = {}, onEnd = () => {} }: EventStreamOptions = {},
): Response {
  const left = new AbortController();
  const encoder = new TextEncoder();
  const source = events(left.signal)[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<StreamedEvent>> | undefined;
  let isBegun = false;
  const end = () => {
    if (left.signal.aborted) return;
    left.abort();
    onEnd();
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!isBegun) {
        isBegun = true;
        return controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`));
      }
      next ??= source.next();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const beat = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), BEAT_MS);
      });
      try {
        const result = await Promise.race([next, beat]);
        if (result === undefined) return controller.enqueue(encoder.encode(": \n\n"));
        next = undefined;
        if (!result.done) return controller.enqueue(encoder.encode(format(result.value)));
        controller.close();
        end();
      } catch (error) {
        controller.error(error);
        end();
      } finally {
        clearTimeout(timer);
      }
    },
    async cancel() {
      end();
      await source.return?.();
    },
  }, { highWaterMark: 0 });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      ...headers,
    },
  });
}

function format({ id, event, data }: StreamedEvent): string {
  const lines = [
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(event === undefined ? [] : [`event: ${event}`]),
    `data: ${data}`,
  ];
  return `${lines.join("\n")}\n\n`;
}
