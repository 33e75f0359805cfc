/** Answers for a peer that does not read them. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ByteChannel } from "../../../src/rpc/wire/channel.ts";
import { Connection } from "../../../src/rpc/wire/connection.ts";
import { encodeFrame } from "../../../src/rpc/wire/frame.ts";

const LIMIT = 100_000;

/** Creates a peer that sends requests one after another, and reads nothing until `read` is called. */
function createPeer(count: number, method: string) {
  const read = Promise.withResolvers<void>();
  const sent = Promise.withResolvers<void>();
  const written: Uint8Array[] = [];
  let next = 0;
  const channel: ByteChannel = {
    source: {
      async read(view) {
        if (next === count) {
          sent.resolve();
          await read.promise;
          return null;
        }
        const text = JSON.stringify({ jsonrpc: "2.0", id: next++, method, params: null });
        const [chunk] = encodeFrame({ text, attachments: [] }, LIMIT);
        view.set(chunk!);
        return view.subarray(0, chunk!.byteLength);
      },
    },
    sink: {
      async write(chunk) {
        written.push(chunk);
        await read.promise;
      },
    },
    close: () => read.resolve(),
  };
  return { channel, sent: sent.promise, read: read.resolve, written };
}

Deno.test("Connection refuses to answer while maxFrameBytes of answers are unread", async () => {
  const peer = createPeer(10, "big");
  const value = "x".repeat(30_000);
  let unsent = 0;
  const connection = new Connection(peer.channel, {
    maxFrameBytes: LIMIT,
    handlers: { big: () => ({ value, unsent: () => unsent++ }) },
  });
  await peer.sent;
  peer.read();
  await connection.closed;
  const text = peer.written.map((chunk) => new TextDecoder().decode(chunk)).join("");
  assertEquals(text.split(value).length - 1, 3);
  assertStringIncludes(text, "bytes of earlier answers are unread");
  assertEquals(unsent, 7);
});

Deno.test("Connection ends when a peer floods it with requests and reads no answers", async () => {
  const peer = createPeer(Infinity, "fail");
  const connection = new Connection(peer.channel, {
    maxFrameBytes: LIMIT,
    handlers: {
      fail() {
        throw new TypeError("x".repeat(10_000));
      },
    },
  });
  const { reason, cause } = await connection.closed;
  assertEquals(reason, "protocol");
  assertStringIncludes(String(cause), "does not read the answers");
});
