/** Two byte channels that lead to each other, in memory, for tests without processes. */

import type { ByteChannel, ByteSource } from "../../src/rpc/wire/channel.ts";

/** Options of {@linkcode linkedPair}. */
export interface LinkedPairOptions {
  /** Most bytes that one read gives. @default no limit */
  readonly chunkBytes?: number;
  /** Whether writes settle later, as those to a pipe do. @default false */
  readonly asyncWrites?: boolean;
}

/** One direction: what is written comes out where it is read. */
export class Pipe {
  /** Every read that was answered, in bytes. */
  readonly reads: number[] = [];
  /** Every piece that was written. */
  readonly written: Uint8Array[] = [];
  readonly #queue: Uint8Array[] = [];
  #ending: { error?: Error } | undefined;
  #wake = Promise.withResolvers<void>();

  /** Puts bytes in. */
  write(bytes: Uint8Array | string): void {
    if (this.#ending !== undefined) throw new Deno.errors.BrokenPipe("nobody reads this");
    const copy = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes.slice();
    this.written.push(copy);
    if (copy.byteLength > 0) this.#queue.push(copy);
    this.#notify();
  }

  /** Lets the reader come to an end behind what was written, or to an error. */
  end(error?: Error): void {
    this.#ending ??= error === undefined ? {} : { error };
    this.#notify();
  }

  /** The end to read from. Like a BYOB reader, it takes the memory that it is given. */
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
  /** What a connection is given. */
  readonly channel: ByteChannel;
  /** What this end writes to; whoever tests may write to it as well. */
  readonly out: Pipe;
  /** How often the channel was closed. */
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
 * The bytes of a frame, written by hand.
 *
 * @param body The body's text.
 * @param attachments What follows it.
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
