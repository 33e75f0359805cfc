/**
 * Reading a stream of bytes to its end.
 *
 * @module
 */

/** Options of {@linkcode readBytes}. */
export interface ReadBytesOptions {
  /** Maximum number of bytes. */
  readonly maxBytes: number;
  /** Called for each piece, with the number of bytes so far. @default nobody looks */
  readonly onPiece?: ((done: number) => void) | undefined;
}

/**
 * Reads a stream to its end.
 *
 * @param stream The stream; `null` for none.
 * @param options The maximum.
 * @throws {RangeError} If there are more bytes. The stream is cancelled then.
 */
export async function readBytes(
  stream: ReadableStream<Uint8Array> | null,
  { maxBytes, onPiece }: ReadBytesOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  for await (const piece of stream ?? []) {
    done += piece.length;
    if (done > maxBytes) throw new RangeError(`it is larger than ${maxBytes} bytes`);
    pieces.push(piece as Uint8Array<ArrayBuffer>);
    onPiece?.(done);
  }
  return await new Blob(pieces).bytes();
}
