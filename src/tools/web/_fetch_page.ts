/** Requests to the web: each address is looked up once, checked, and connected to. */

import { lookup } from "node:dns";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { isPrivateAddress } from "./_addresses.ts";
import type { AllowList } from "./_allow_list.ts";

/** Options of {@linkcode fetchPage}. */
export interface FetchPageOptions {
  readonly allowed: AllowList;
  readonly allowPrivate: boolean;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/** An answer. */
export interface Page {
  /** The address after redirections. */
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether there is more than was read. */
  readonly isCut: boolean;
}

const MAX_REDIRECTIONS = 5;

/** The encodings that are undone. */
const DECODERS: Readonly<Record<string, CompressionFormat>> = {
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
};

/** Requests an address, and follows redirections to allowed ones. */
export async function fetchPage(text: string, options: FetchPageOptions): Promise<Page> {
  const { allowed, timeoutMs } = options;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]);
  let url = allowed.check(text);
  for (let hops = 0;; hops++) {
    // Destroying a response does not close its connection.
    const end = new AbortController();
    const response = await request(url, {
      ...options,
      signal: AbortSignal.any([signal, end.signal]),
    });
    const { statusCode: status = 0, headers: { location } } = response;
    if (status < 300 || status > 399 || location === undefined) {
      try {
        return await read(response, { url: url.href, status, ...options, signal });
      } finally {
        end.abort();
      }
    }
    end.abort();
    if (hops === MAX_REDIRECTIONS) {
      throw new RangeError(
        `Cannot fetch ${JSON.stringify(text)}: more than ${MAX_REDIRECTIONS} redirections`,
      );
    }
    if (!URL.canParse(location, url)) {
      throw new TypeError(`Cannot fetch ${JSON.stringify(text)}: it redirects to no address`);
    }
    url = allowed.check(new URL(location, url).href);
  }
}

function request(
  url: URL,
  { allowPrivate, userAgent, signal }: FetchPageOptions,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { request } = url.protocol === "https:" ? https : http;
  // The address that is checked is the one that is connected to: a second look-up could give another one.
  const checkedLookup: typeof lookup = ((
    host: string,
    options: object,
    done: (error: Error | null, ...found: unknown[]) => void,
  ) => {
    lookup(host, { all: true }, (error, addresses) => {
      if (error !== null) return done(error);
      const open = addresses.filter(({ address }) => allowPrivate || !isPrivateAddress(address));
      if (open.length === 0) {
        return done(
          new RangeError(
            `Cannot fetch ${JSON.stringify(url.href)}: the address of ${
              JSON.stringify(host)
            } is not public`,
          ),
        );
      }
      const [first] = open;
      if ((options as { all?: boolean }).all === true) return done(null, open);
      done(null, first!.address, first!.family);
    });
  }) as never;
  const making = request(url, {
    lookup: checkedLookup,
    agent: false,
    signal,
    headers: {
      "user-agent": userAgent,
      "accept": "text/html,text/markdown,text/plain,application/json;q=0.9,*/*;q=0.5",
      "accept-encoding": "gzip, deflate",
    },
  }, resolve);
  making.on("error", (cause: Error) => {
    if (signal.aborted) return reject(signal.reason);
    if (cause instanceof RangeError) return reject(cause);
    reject(
      new TypeError(`Cannot fetch ${JSON.stringify(url.href)}: ${cause.message}`, { cause }),
    );
  });
  making.end();
  return promise;
}

async function read(
  response: IncomingMessage,
  { url, status, maxBytes, signal }: FetchPageOptions & {
    readonly url: string;
    readonly status: number;
  },
): Promise<Page> {
  const { headers } = response;
  const encoding = String(headers["content-encoding"] ?? "identity").toLowerCase();
  const format = DECODERS[encoding];
  if (format === undefined && encoding !== "identity") {
    throw new TypeError(
      `Cannot fetch ${JSON.stringify(url)}: its encoding ${JSON.stringify(encoding)} is unknown`,
    );
  }
  const raw = ReadableStream.from(chunksOf(response, signal));
  const body = format === undefined ? raw : raw.pipeThrough(new DecompressionStream(format));
  const bytes = new Uint8Array(maxBytes);
  let length = 0;
  let isCut = false;
  // A few bytes can stand for gigabytes: what counts is what comes out.
  for await (const chunk of body) {
    const part = chunk.subarray(0, maxBytes - length);
    bytes.set(part, length);
    length += part.length;
    isCut = part.length < chunk.length;
    if (isCut) break;
  }
  signal.throwIfAborted();
  const contentType = String(headers["content-type"] ?? "");
  return { url, status, contentType, bytes: bytes.slice(0, length), isCut };
}

async function* chunksOf(
  response: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    for await (const chunk of response) yield new Uint8Array(chunk);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}
