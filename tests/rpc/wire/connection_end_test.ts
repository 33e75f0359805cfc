import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import type { HandlerContext } from "../../../src/rpc/wire/handler.ts";
import { Connection } from "../../../src/rpc/wire/connection.ts";
import { type CloseReason, FrameError } from "../../../src/rpc/wire/frame.ts";
import { ConnectionClosedError } from "../../../src/rpc/wire/rpc_error.ts";
import { echo, link, type Linked } from "../_linked_connections.ts";
import { concat, frameBytes, linkedPair } from "../_linked_pair.ts";

/** Links a pair in which two calls of the client wait for ever. */
async function linkWaiting(options?: Parameters<typeof link>[1]) {
  const contexts: HandlerContext[] = [];
  const entered = Promise.withResolvers<void>();
  const never = new Promise<void>(() => {});
  const linked = link({
    wait: (_, context) => {
      contexts.push(context);
      if (contexts.length === 2) entered.resolve();
      return never;
    },
  }, options);
  const calls = [1, 2].map((value) => linked.client.call("wait", { value }));
  for (const call of calls) call.catch(() => {});
  await entered.promise;
  return { linked, calls, contexts };
}

const END = new Deno.errors.ConnectionReset("gone");

const ENDINGS: [what: string, end: (linked: Linked) => void, reason: CloseReason][] = [
  ["this side closes", ({ client }) => client.close(), "closed"],
  ["the peer closes", ({ server }) => server.close(), "ended"],
  ["the stream ends", ({ serverEnd }) => serverEnd.out.end(), "ended"],
  ["reading fails", ({ serverEnd }) => serverEnd.out.end(END), "io"],
  ["writing fails", ({ client, clientEnd }) => {
    clientEnd.out.end();
    client.notify("note", { value: null });
  }, "io"],
  ["the peer breaks the protocol", ({ serverEnd }) => serverEnd.out.write("\r\n\r\n"), "protocol"],
];

for (const [what, end, reason] of ENDINGS) {
  for (const asyncWrites of [false, true]) {
    Deno.test(`Connection settles every call with one error when ${what}, asyncWrites: ${asyncWrites}`, async () => {
      const { linked, calls } = await linkWaiting({ asyncWrites });
      using _ = linked;
      end(linked);
      const error = await linked.client.closed;
      assertInstanceOf(error, ConnectionClosedError);
      assertEquals([error.name, error.reason], ["ConnectionClosedError", reason]);
      for (const call of calls) assertStrictEquals(await assertRejects(() => call), error);
      const later = linked.client.call("wait", { value: 3 });
      assertStrictEquals(await assertRejects(() => later), error);
      linked.client.notify("note", { value: null });
      assertEquals(linked.clientEnd.closes(), 1);
    });
  }
}

Deno.test("Connection.closed has the cause when reading fails", async () => {
  using linked = link();
  linked.serverEnd.out.end(END);
  assertStrictEquals((await linked.client.closed).cause, END);
});

Deno.test("Connection aborts the handlers under way when the connection ends", async () => {
  const { linked, contexts } = await linkWaiting();
  linked.client.close();
  const error = await linked.server.closed;
  for (const { signal } of contexts) assertStrictEquals(signal.reason, error);
});

Deno.test("Connection.close() is idempotent and the first cause of an ending wins", async () => {
  using linked = link();
  linked.serverEnd.out.write("nonsense\r\n\r\n");
  linked.client.close();
  linked.client.close();
  assertEquals((await linked.client.closed).reason, "closed");
  assertEquals(linked.clientEnd.closes(), 1);
});

Deno.test("Connection.closed settles when closing the channel fails", async () => {
  for (const fail of [() => Promise.reject(END), () => assert(false)]) {
    const [end] = linkedPair();
    const connection = new Connection({
      ...end.channel,
      close: () => {
        end.channel.close();
        return fail();
      },
    });
    connection.close();
    assertEquals((await connection.closed).reason, "closed");
  }
});

Deno.test("Connection runs no handler for what comes after close()", async () => {
  const [left, right] = linkedPair();
  let served = 0;
  const connection = new Connection({ ...right.channel, close: () => {} }, {
    handlers: { count: () => void served++ },
  });
  const request = frameBytes(`{"jsonrpc":"2.0","id":1,"method":"count"}`);
  const note = frameBytes(`{"jsonrpc":"2.0","method":"count"}`);
  connection.close();
  left.out.write(concat([request, note]));
  await connection.closed;
  left.out.end();
  for (let i = 0; i < 20; i++) await Promise.resolve();
  assertEquals(served, 0);
});

Deno.test("Connection drops an answer that is ready after the connection ended", async () => {
  const open = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  using linked = link({
    wait: async () => {
      entered.resolve();
      await open.promise;
    },
  });
  const call = linked.client.call("wait", { value: null });
  call.catch(() => {});
  await entered.promise;
  linked.server.close();
  await assertRejects(() => call, ConnectionClosedError);
  open.resolve();
  await linked.server.closed;
  assertEquals(linked.serverEnd.out.written, []);
});

const VIOLATIONS: [what: string, body: string, cause: new () => Error][] = [
  ["sends no JSON", "{", SyntaxError],
  ["sends nothing", "", SyntaxError],
  ["sends no object", "7", TypeError],
  ["sends null", "null", TypeError],
  ["sends a batch", `[{"jsonrpc":"2.0","method":"note"}]`, TypeError],
  ["sends neither method nor id", `{"jsonrpc":"2.0"}`, TypeError],
  ["sends a method that is no text", `{"jsonrpc":"2.0","method":7}`, TypeError],
  ["sends a request whose id is an object", `{"id":{},"method":"echo"}`, TypeError],
  ["sends a request whose id is a novel", `{"id":"${"x".repeat(101)}","method":"echo"}`, TypeError],
  ["sends a request whose id is null", `{"id":null,"method":"echo"}`, TypeError],
  ["answers a call that was never made", `{"jsonrpc":"2.0","id":77,"result":1}`, TypeError],
  ["answers with an id of text", `{"jsonrpc":"2.0","id":"1","result":1}`, TypeError],
  ["answers null", `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":""}}`, TypeError],
];

for (const [what, body, cause] of VIOLATIONS) {
  Deno.test(`Connection ends with reason "protocol" when the peer ${what}`, async () => {
    const { linked, calls } = await linkWaiting();
    using _ = linked;
    linked.serverEnd.out.write(frameBytes(body));
    const error = await linked.client.closed;
    assertEquals(error.reason, "protocol");
    assertInstanceOf(error.cause, cause);
    for (const call of calls) assertStrictEquals(await assertRejects(() => call), error);
  });
}

Deno.test("Connection ends with a FrameError as cause when a frame is not one", async () => {
  const pieces: [piece: string | Uint8Array, end: boolean][] = [
    ["Content-Length: x\r\n\r\n", false],
    ["Content-Length: 5000\r\n\r\n", false],
    ["Content-Le", true],
    ["Content-Length: 10\r\n\r\n{", true],
    ["Content-Length: 2\r\nAttachment-Lengths: 9\r\n\r\n{}1", true],
    [concat([frameBytes("{}").subarray(0, -2), new Uint8Array([0xff, 0xff])]), false],
  ];
  for (const [piece, end] of pieces) {
    using linked = link({}, { client: { maxFrameBytes: 1_000 } });
    linked.serverEnd.out.write(piece);
    if (end) linked.serverEnd.out.end();
    const error = await linked.client.closed;
    // A peer that was killed during a message has broken no rule.
    assertEquals(error.reason, end ? "ended" : "protocol");
    assertInstanceOf(error.cause, FrameError);
    assertEquals(error.cause.truncated, end);
  }
});

Deno.test("Connection ends when a call is answered twice", async () => {
  using linked = link({ echo });
  await linked.client.call("echo", { value: 1 });
  linked.serverEnd.out.write(frameBytes(`{"jsonrpc":"2.0","id":1,"result":1}`));
  assertEquals((await linked.client.closed).reason, "protocol");
});

for (const error of [`7`, `null`, `{}`, `{"code":"1","message":""}`, `{"code":1}`]) {
  Deno.test(`Connection.call() rejects when the peer's error is ${error}`, async () => {
    const { linked, calls } = await linkWaiting();
    using _ = linked;
    linked.serverEnd.out.write(frameBytes(`{"jsonrpc":"2.0","id":1,"error":${error}}`));
    const rejection = await assertRejects(() => calls[0]!, Error, "malformed error");
    assertEquals(rejection.name, "RemoteError");
  });
}
