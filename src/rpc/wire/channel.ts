/**
 * The byte streams that a connection is handed. Who owns the process, the pipe or the memory behind them adapts it to
 * these two small interfaces.
 *
 * @module
 */

/** Where bytes come from. */
export interface ByteSource {
  /**
   * Reads at least one byte into `view`. The memory of `view` may be transferred, as a BYOB reader does: use the
   * returned view and its buffer from then on.
   *
   * @param view Where the bytes go; never empty.
   * @returns The part of `view` that was filled, or `null` at the end.
   */
  read(view: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** Where bytes go. */
export interface ByteSink {
  /**
   * Writes all of `bytes`. A sink that writes at once returns nothing, any other a promise for the end of the write.
   *
   * @param bytes What is written; not changed until the write has ended.
   */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> | void;
}

/** Both directions of one connection. */
export interface ByteChannel {
  /** From the peer. */
  readonly source: ByteSource;
  /** To the peer. */
  readonly sink: ByteSink;
  /** Ends both directions. Called once, when the connection ends; errors in it are ignored. */
  close(): Promise<void> | void;
}
