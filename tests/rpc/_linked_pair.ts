/** Two byte channels that lead to each other, in memory, for tests without processes. */

import type { ByteChannel, ByteSource } from "../../src/rpc/wire/channel.ts";

/** Options of {@linkcode linkedPair}. */
export interface LinkedPairOptions {
  /** Maximum number of bytes per read. @default no limit */
  readonly chunkBytes?: number;
  /** Whether writes resolve later, as those to a pipe do. @default false */
  readonly asyncWrites?: boolean;
}

/** One direction: written bytes can be read at the other end. */
export class Pipe {
  /** The sizes of all answered reads. */
  readonly reads: number[] = [];
  /** All written pieces. */
  readonly written: Uint8Array[] = [];
  readonly #queue: Uint8Array[] = [];
  #ending: { error?: Error } | undefined;
  #wake = Promise.withResolvers<void>();

  /** Writes bytes. */
  write(bytes: Uint8Array | string): void {
    if (this.#ending !== undefined) throw new Deno.errors.BrokenPipe("nobody reads this");
    const copy = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes.slice();
    this.written.push(copy);
    if (copy.byteLength > 0) this.#queue.push(copy);
    this.#notify();
  }

  /** Ends the stream after the written bytes, or with an error. */
  end(error?: Error): void {
    this.#ending ??= error === undefined ? {} : { error };
    this.#notify();
  }

  /** Returns the end to read from. Like a BYOB reader, it takes over the memory of views. */
  source(chunkBytes = Infinity): ByteSource {
    return {
      read: async (view) => {
        while (this.#queue.length === 0 && this.#ending === undefined) await this.#wake.promise;
        const { byteOffset } = view;
        const length = Math.min(view.byteLength, chunkBytes);
        const buffer = view.buffer.transfer();
        if (this.#queue.length > 0) return this.#take(new Uint8Array(buffer, byteOffset, length));
        if (this.#ending?.error !== undefined) throw this.#ending.error;
        return null;
      },
    };
  }

  #take(view: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    let filled = 0;
    while (filled < view.byteLength && this.#queue.length > 0) {
      const first = this.#queue[0]!;
      const part = first.subarray(0, view.byteLength - filled);
      view.set(part, filled);
      filled += part.byteLength;
      if (part.byteLength === first.byteLength) this.#queue.shift();
      else this.#queue[0] = first.subarray(part.byteLength);
    }
    this.reads.push(filled);
    return view.subarray(0, filled);
  }

  #notify(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

/** One of the two ends. */
export interface LinkedEnd {
  /** The channel for a connection. */
  readonly channel: ByteChannel;
  /** The pipe to which this end writes; tests may write to it as well. */
  readonly out: Pipe;
  /** Returns how often the channel was closed. */
  readonly closes: () => number;
}

/**
 * Links two channels.
 *
 * @param options Sizes and timing.
 */
export function linkedPair(
  { chunkBytes, asyncWrites = false }: LinkedPairOptions = {},
): [LinkedEnd, LinkedEnd] {
  const forth = new Pipe();
  const back = new Pipe();
  const end = (out: Pipe, into: Pipe): LinkedEnd => {
    let closes = 0;
    return {
      channel: {
        source: into.source(chunkBytes),
        sink: {
          write: (bytes) => asyncWrites ? writeLater(out, bytes) : out.write(bytes),
        },
        close() {
          closes++;
          out.end();
          into.end();
        },
      },
      out,
      closes: () => closes,
    };
  };
  return [end(forth, back), end(back, forth)];
}

async function writeLater(pipe: Pipe, bytes: Uint8Array): Promise<void> {
  await Promise.resolve();
  pipe.write(bytes);
}

/**
 * Returns the bytes of a handwritten frame.
 *
 * @param body The body's text.
 * @param attachments The bytes after the body.
 */
export function frameBytes(body: string, attachments: readonly Uint8Array[] = []): Uint8Array {
  const text = new TextEncoder().encode(body);
  let header = `Content-Length: ${text.byteLength}\r\n`;
  if (attachments.length > 0) {
    header += `Attachment-Lengths: ${attachments.map((bytes) => bytes.byteLength).join(",")}\r\n`;
  }
  return concat([new TextEncoder().encode(`${header}\r\n`), text, ...attachments]);
}

/**
 * Joins pieces.
 *
 * @param pieces The pieces.
 */
export function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.byteLength;
  }
  return joined;
}
