/**
 * The pipes to the host.
 *
 * @module
 */

import type { ByteChannel } from "../rpc/wire/channel.ts";

/** Size of a pipe in bytes: larger reads are for the body of a frame, whose length is known. */
const SYNC_READ_BYTES = 64 * 1024;

/** Returns the channel of stdin and stdout. Writing is synchronous, so output leaves while a cell is busy. */
export function stdioChannel(): ByteChannel {
  const { stdin, stdout } = Deno;
  return {
    source: {
      async read(view) {
        // The rest of a large frame is on its way: waiting for each piece on the event loop takes longer than reading it.
        const length = view.byteLength > SYNC_READ_BYTES
          ? stdin.readSync(view)
          : await stdin.read(view);
        return length === null ? null : view.subarray(0, length);
      },
    },
    sink: {
      write(bytes) {
        let written = 0;
        while (written < bytes.byteLength) written += stdout.writeSync(bytes.subarray(written));
      },
    },
    close() {},
  };
}
