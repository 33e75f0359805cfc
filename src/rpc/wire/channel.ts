/**
 * The byte streams of a connection. The owner of the process, the pipe or the memory adapts it to these two small
 * interfaces.
 *
 * @module
 */

/** A source of bytes. */
export interface ByteSource {
  /**
   * Reads at least one byte into `view`. The memory of `view` may be transferred, as a BYOB reader does: use the
   * returned view and its buffer from then on.
   *
   * @param view Receives the bytes; never empty.
   * @returns The part of `view` that was filled, or `null` at the end.
   */
  read(view: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** A destination for bytes. */
export interface ByteSink {
  /**
   * Writes all of `bytes`. A sink that writes synchronously returns nothing, any other a promise that resolves when the
   * bytes are written.
   *
   * @param bytes The bytes; not changed before they are written.
   */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> | void;
}

/** Both directions of one connection. */
export interface ByteChannel {
  /** Bytes from the peer. */
  readonly source: ByteSource;
  /** Bytes to the peer. */
  readonly sink: ByteSink;
  /** Closes both directions. Called once, when the connection ends; its errors are ignored. */
  close(): Promise<void> | void;
}
