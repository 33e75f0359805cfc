/**
 * Framing: one message is a header block as in the Language Server Protocol, a JSON body, and any number of binary
 * attachments that follow the body as raw bytes.
 *
 * ```text
 * Content-Length: 57\r\n
 * Attachment-Lengths: 8,67108864\r\n      (left out when there are none)
 * \r\n
 * {"jsonrpc":"2.0", ...}<8 bytes><67108864 bytes>
 * ```
 *
 * @module
 */

import {
  Error,
  JSON,
  Math,
  Number,
  RangeError,
  String,
  TextEncoder,
  Uint8Array,
} from "../builtins.ts";
import { decodeUtf8 } from "../utf8.ts";
import { type BodyLimits, bodyLimits, contentFault, sizeFault } from "./_body.ts";
import type { ByteSource } from "./channel.ts";
import { mapList } from "../lists.ts";
import { truncate } from "../../text/truncate.ts";

/** One message on the wire: JSON text and the bytes beside it. */
export interface Frame {
  /** The JSON body. */
  readonly text: string;
  /** Binary attachments, in the order of the indices by which the body refers to them. */
  readonly attachments: readonly Uint8Array[];
}

/** Largest frame (header, body and attachments together) that a side sends or accepts by default: 256 MiB. */
export const DEFAULT_MAX_FRAME_BYTES: number = 256 * 1024 * 1024;

/**
 * Maximum size of a header, which holds two short lines and a number for each attachment: enough for about 100,000
 * attachments.
 */
const MAX_HEADER_BYTES = 1024 * 1024;

/** Bytes requested at a time while the length of the rest is unknown: the size of a Linux pipe. */
const READ_CHUNK_BYTES = 64 * 1024;

const encoder = new TextEncoder();

/** Thrown when the peer sent bytes that are not a frame. Nothing after them can be trusted, so the connection ends. */
export class FrameError extends Error {
  /** Always `"FrameError"`. */
  override readonly name = "FrameError";
  /** Whether the stream ended inside a frame, as it does when the writer is killed, and no other rule was broken. */
  readonly truncated: boolean;

  /**
   * Creates the error.
   *
   * @param message A description of the violation.
   * @param options The cause, and whether the stream merely ended.
   */
  constructor(message: string, options: ErrorOptions & { truncated?: boolean } = {}) {
    super(message, options);
    this.truncated = options.truncated ?? false;
  }
}

/**
 * Encodes a message as the chunks to write. A small message becomes one chunk; attachments are not copied.
 *
 * @param frame The message.
 * @param maxFrameBytes Largest frame that may be sent, in bytes.
 * @returns The chunks, in order.
 * @throws {RangeError} If the frame is larger than `maxFrameBytes`, its JSON is too large or holds too many values, or it has
 * too many attachments.
 */
export function encodeFrame(frame: Frame, maxFrameBytes: number): Uint8Array<ArrayBuffer>[] {
  const { text, attachments } = frame;
  // A UTF-16 code unit becomes at least one byte of UTF-8, so that a giant is refused before it is encoded.
  let total = text.length;
  for (let i = 0; i < attachments.length; i++) total += attachments[i]!.byteLength;
  if (total > maxFrameBytes) throw oversize(total, maxFrameBytes);

  const limits = bodyLimits(maxFrameBytes);
  refuse(sizeFault(text.length, limits));
  const body = encoder.encode(text);
  let header = `Content-Length: ${body.byteLength}\r\n`;
  if (attachments.length > 0) {
    let lengths = "";
    for (let i = 0; i < attachments.length; i++) {
      lengths += (i === 0 ? "" : ",") + attachments[i]!.byteLength;
    }
    header += `Attachment-Lengths: ${lengths}\r\n`;
  }
  const head = encoder.encode(header + "\r\n");
  if (head.byteLength > MAX_HEADER_BYTES) {
    throw new RangeError(
      `Cannot send a frame: it has ${attachments.length} attachments, too many for its header`,
    );
  }
  total += head.byteLength + body.byteLength - text.length;
  if (total > maxFrameBytes) throw oversize(total, maxFrameBytes);
  refuse(sizeFault(body.byteLength, limits) ?? contentFault(body, limits));

  const chunks: Uint8Array<ArrayBuffer>[] = [];
  if (body.byteLength <= READ_CHUNK_BYTES) {
    const joined = new Uint8Array(head.byteLength + body.byteLength);
    joined.set(head);
    joined.set(body, head.byteLength);
    chunks[0] = joined;
  } else {
    chunks[0] = head;
    chunks[1] = body;
  }
  for (let i = 0; i < attachments.length; i++) {
    const bytes = attachments[i]!;
    if (bytes.byteLength > 0) chunks[chunks.length] = bytes as Uint8Array<ArrayBuffer>;
  }
  return chunks;
}

/**
 * Reads frames from a byte source, in time linear in the bytes: large bodies and attachments are read straight into
 * memory of their own size, and no byte is copied more than once.
 */
export class FrameReader {
  readonly #source: ByteSource;
  readonly #maxFrameBytes: number;
  readonly #limits: BodyLimits;
  /** Bytes that were read and not used yet: `#buffer[#start, #end)`. */
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(READ_CHUNK_BYTES);
  #start = 0;
  #end = 0;

  /**
   * @param source The source of the bytes.
   * @param maxFrameBytes Largest frame that is accepted, in bytes.
   */
  constructor(source: ByteSource, maxFrameBytes: number = DEFAULT_MAX_FRAME_BYTES) {
    this.#source = source;
    this.#maxFrameBytes = maxFrameBytes;
    this.#limits = bodyLimits(maxFrameBytes);
  }

  /**
   * Waits for the next frame.
   *
   * @returns The frame, or `null` when the source ended between two frames.
   * @throws {FrameError} If the header is malformed, the frame is too large, the body is not UTF-8 or holds too much, or
   * the source ended inside the frame.
   */
  async read(): Promise<Frame | null> {
    const header = await this.#readHeader();
    if (header === null) return null;
    const lengths = parseHeader(header);
    let total = header.length + 4 + lengths.body;
    for (let i = 0; i < lengths.attachments.length; i++) total += lengths.attachments[i]!;
    if (total > this.#maxFrameBytes) {
      throw new FrameError(
        `Cannot read a frame: it has ${total} bytes and maxFrameBytes is ${this.#maxFrameBytes}`,
      );
    }
    this.#refuse(sizeFault(lengths.body, this.#limits));
    const body = await this.#readBytes(lengths.body, "body");
    this.#refuse(contentFault(body, this.#limits));
    const text = decodeText(body);
    const attachments: Uint8Array[] = [];
    for (let i = 0; i < lengths.attachments.length; i++) {
      const bytes = await this.#readBytes(lengths.attachments[i]!, "attachment");
      // An attachment becomes an ArrayBuffer of a value: it must not share memory with the read buffer.
      attachments[i] = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    }
    return { text, attachments };
  }

  #refuse(fault: string | undefined): void {
    if (fault !== undefined) throw new FrameError(`Cannot read a frame: ${fault}`);
  }

  async #readHeader(): Promise<string | null> {
    let scanned = this.#start;
    while (true) {
      const end = indexOfBlankLine(this.#buffer, scanned, this.#end);
      if (end >= 0) {
        const header = latin1(this.#buffer.subarray(this.#start, end));
        this.#start = end + 4;
        return header;
      }
      const pending = this.#end - this.#start;
      if (pending > MAX_HEADER_BYTES) {
        throw new FrameError(`Cannot read a frame: no end of its header in ${pending} bytes`);
      }
      // The last three bytes may be the beginning of the blank line.
      const rescan = Math.min(pending, 3);
      if (!await this.#fill()) {
        if (pending === 0) return null;
        throw new FrameError("Cannot read a frame: the stream ended inside its header", {
          truncated: true,
        });
      }
      scanned = this.#start + pending - rescan;
    }
  }

  /** Takes `length` bytes. The view is valid until the next call that reads. */
  async #readBytes(length: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
    const buffered = this.#end - this.#start;
    if (buffered >= length) {
      const bytes = this.#buffer.subarray(this.#start, this.#start + length);
      this.#start += length;
      return bytes;
    }
    let target = new Uint8Array(length);
    target.set(this.#buffer.subarray(this.#start, this.#end));
    this.#start = this.#end = 0;
    let filled = buffered;
    while (filled < length) {
      const read = await this.#source.read(target.subarray(filled));
      if (read === null) {
        throw new FrameError(
          `Cannot read a frame: the stream ended after ${filled} of ${length} bytes of its ${what}`,
          { truncated: true },
        );
      }
      filled += read.byteLength;
      // The source may have moved the memory, as a BYOB reader does.
      if (read.buffer !== target.buffer) target = new Uint8Array(read.buffer);
    }
    return target;
  }

  /** Reads once more into the buffer, behind the pending bytes. Returns `false` at the end of the source. */
  async #fill(): Promise<boolean> {
    const pending = this.#end - this.#start;
    if (this.#buffer.byteLength - this.#end < READ_CHUNK_BYTES / 2) {
      const size = this.#buffer.byteLength;
      if (pending > size / 2) {
        const larger = new Uint8Array(size * 2);
        larger.set(this.#buffer.subarray(this.#start, this.#end));
        this.#buffer = larger;
      } else {
        this.#buffer.copyWithin(0, this.#start, this.#end);
      }
      this.#start = 0;
      this.#end = pending;
    }
    // Never requests more, however large the buffer has grown: a source may wait until a larger view is full.
    const view = this.#buffer.subarray(this.#end, this.#end + READ_CHUNK_BYTES);
    const read = await this.#source.read(view);
    if (read === null) return false;
    if (read.buffer !== this.#buffer.buffer) this.#buffer = new Uint8Array(read.buffer);
    this.#end += read.byteLength;
    return true;
  }
}

function refuse(fault: string | undefined): void {
  if (fault !== undefined) throw new RangeError(`Cannot send a frame: ${fault}`);
}

function oversize(bytes: number, maxFrameBytes: number): RangeError {
  return new RangeError(
    `Cannot send a frame: it has ${bytes} bytes and maxFrameBytes is ${maxFrameBytes}`,
  );
}

function indexOfBlankLine(buffer: Uint8Array, from: number, end: number): number {
  for (let i = from; i + 3 < end; i++) {
    if (
      buffer[i] === 13 && buffer[i + 1] === 10 && buffer[i + 2] === 13 && buffer[i + 3] === 10
    ) return i;
  }
  return -1;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new FrameError("Cannot read a frame: its body is not UTF-8", { cause });
  }
}

interface FrameLengths {
  body: number;
  attachments: number[];
}

function parseHeader(header: string): FrameLengths {
  let body = -1;
  let attachments: number[] = [];
  const lines = header.split("\r\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const colon = line.indexOf(":");
    const field = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (field === "content-length" && body < 0) body = parseLength(value);
    else if (field === "attachment-lengths" && attachments.length === 0) {
      attachments = mapList(value.split(","), parseLength);
    } else throw new FrameError(`Cannot read a frame: bad header line ${quote(line)}`);
  }
  if (body < 0) {
    throw new FrameError(`Cannot read a frame: no Content-Length in ${quote(header)}`);
  }
  return { body, attachments };
}

/** Parses a length of at most 15 digits, so that the number is exact. */
function parseLength(text: string): number {
  if (text.length === 0 || text.length > 15) throw badLength(text);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) throw badLength(text);
  }
  return Number(text);
}

function badLength(text: string): FrameError {
  return new FrameError(`Cannot read a frame: ${quote(text)} is not a length`);
}

/** Quotes the beginning of text from the peer, which may be anything of any length. */
function quote(text: string): string {
  return JSON.stringify(truncate(text, 80));
}

/**
 * The reason for a connection's end: `closed` by this side, `ended` by the peer, `protocol` violated by the peer, `io`
 * failed.
 */
export type CloseReason = "closed" | "ended" | "protocol" | "io";

/**
 * Returns the reason for the end of a connection whose next frame could not be read.
 *
 * @param cause The value that reading threw.
 */
export function closeReasonOf(cause: unknown): CloseReason {
  if (!(cause instanceof FrameError)) return "io";
  return cause.truncated ? "ended" : "protocol";
}
