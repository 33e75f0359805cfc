import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Handler, Payload } from "../../../src/rpc/wire/handler.ts";
import { Connection } from "../../../src/rpc/wire/connection.ts";
import {
  ConnectionClosedError,
  RemoteError,
  RPC_ERROR_CODES,
} from "../../../src/rpc/wire/rpc_error.ts";
import { echo, link } from "../_linked_connections.ts";
import { concat, frameBytes, linkedPair } from "../_linked_pair.ts";

async function remoteError(call: Promise<Payload>): Promise<RemoteError> {
  return await assertRejects(() => call, RemoteError);
}

for (const options of [{}, { asyncWrites: true }, { chunkBytes: 1 }]) {
  Deno.test(`Connection.call() gives each call its own answer, with ${JSON.stringify(options)}`, async () => {
    using linked = link({ echo }, options);
    const values = [1, "two", null, [3], { four: 4 }];
    const answers = await Promise.all(values.map((value) => linked.client.call("echo", { value })));
    assertEquals(answers.map(({ value }) => value), values);
  });
}

Deno.test("Connection.call() matches answers that come out of order", async () => {
  const gates = new Map<unknown, PromiseWithResolvers<void>>();
  for (const i of [0, 1, 2]) gates.set(i, Promise.withResolvers());
  const wait: Handler = async ({ value }) => {
    await gates.get(value)!.promise;
    return { value };
  };
  using linked = link({ wait });
  const order: number[] = [];
  const calls = [0, 1, 2].map(async (value) => {
    const answer = await linked.client.call("wait", { value });
    order.push(value);
    return answer.value;
  });
  for (const i of [2, 0, 1]) {
    gates.get(i)!.resolve();
    await calls[i];
  }
  assertEquals(await Promise.all(calls), [0, 1, 2]);
  assertEquals(order, [2, 0, 1]);
});

Deno.test("Connection.call() works in both directions at once, also from inside a handler", async () => {
  const countdown = (peer: () => Connection): Handler => async ({ value }) => {
    const n = value as number;
    if (n === 0) return { value: ["end"] };
    const { value: rest } = await peer().call("countdown", { value: n - 1 });
    return { value: [n, ...rest as unknown[]] };
  };
  const [left, right] = linkedPair();
  const a: Connection = new Connection(left.channel, {
    handlers: { countdown: countdown(() => a) },
  });
  const b: Connection = new Connection(right.channel, {
    handlers: { countdown: countdown(() => b) },
  });
  const [fromA, fromB] = await Promise.all([
    a.call("countdown", { value: 3 }),
    b.call("countdown", { value: 2 }),
  ]);
  assertEquals(fromA.value, [3, 2, 1, "end"]);
  assertEquals(fromB.value, [2, 1, "end"]);
  a.close();
  await b.closed;
});

Deno.test("Connection.call() keeps many attachments apart, empty ones too", async () => {
  using linked = link({ echo });
  const attachments = Array.from({ length: 300 }, (_, i) => new Uint8Array(i % 7).fill(i));
  const answer = await linked.client.call("echo", { value: null, attachments });
  assertEquals(answer.attachments, attachments);
});

Deno.test("Connection.call() carries 20 MB as bytes and never as text", async () => {
  using linked = link({ echo });
  const large = new Uint8Array(20_000_000);
  for (let i = 0; i < large.length; i += 1_000) large[i] = i / 1_000;
  const answer = await linked.client.call("echo", { value: { n: 1 }, attachments: [large] });
  const received = answer.attachments![0]!;
  assertEquals(received.byteLength, large.byteLength);
  assert(received.every((byte, i) => byte === large[i]));
  for (const { out } of [linked.clientEnd, linked.serverEnd]) {
    const [head, ...rest] = out.written.map((bytes) => bytes.byteLength);
    assert(head! < 200, `${head} bytes of text`);
    assertEquals(rest, [large.byteLength]);
  }
});

Deno.test("Connection.call() has a null result when the handler returns nothing", async () => {
  using linked = link({ quiet: () => {} });
  assertEquals((await linked.client.call("quiet", { value: null })).value, null);
});

class OddError extends Error {
  override name = "OddError";
}

const FAILURES: [what: string, fail: () => unknown, name: string, message: string][] = [
  ["throws", () => new TypeError("bad"), "TypeError", "bad"],
  ["throws an own class", () => new OddError("odd"), "OddError", "odd"],
  ["throws an empty error", () => new Error(), "Error", ""],
  ["throws text", () => "just text", "Error", "just text"],
  ["throws null", () => null, "Error", "null"],
  ["throws a DOMException", () => new DOMException("stop", "AbortError"), "AbortError", "stop"],
  ["throws lone surrogates", () => new Error("\ud800"), "Error", "\ud800"],
  [
    "throws what has no text",
    () => Object.create(null),
    "Error",
    "The thrown value cannot be described",
  ],
  [
    "throws an error that throws",
    () => Object.defineProperty(new Error(), "message", { get: () => assert(false, "again") }),
    "Error",
    "The thrown value cannot be described",
  ],
];

for (const [what, fail, name, message] of FAILURES) {
  for (const how of ["at once", "later"]) {
    Deno.test(`Connection.call() rejects with name and message when the handler ${what} ${how}`, async () => {
      const handler: Handler = how === "at once"
        ? () => {
          throw fail();
        }
        : () => Promise.reject(fail());
      using linked = link({ fail: handler, echo });
      const error = await remoteError(linked.client.call("fail", { value: null }));
      assertEquals([error.code, error.message, error.data], [-32000, message, { name }]);
      assertEquals((await linked.client.call("echo", { value: 1 })).value, 1);
    });
  }
}

Deno.test("Connection.call() passes on code, message and data of a RemoteError", async () => {
  const fail: Handler = () => {
    throw new RemoteError("wrong", { code: -32602, data: { names: ["a"] } });
  };
  using linked = link({ fail });
  const error = await remoteError(linked.client.call("fail", { value: null }));
  assertEquals([error.code, error.message, error.data], [-32602, "wrong", { names: ["a"] }]);
});

for (const method of ["nope", "toString", "__proto__", "constructor", ""]) {
  Deno.test(`Connection.call() rejects when ${JSON.stringify(method)} is no method`, async () => {
    using linked = link({ echo });
    const error = await remoteError(linked.client.call(method, { value: null }));
    assertEquals(error.code, RPC_ERROR_CODES.methodNotFound);
    assertEquals(error.message, `Cannot call ${JSON.stringify(method)}: no such method`);
  });
}

const UNSENDABLE: [what: string, value: unknown, Class: new () => Error][] = [
  ["is too large", "x".repeat(2_000), RangeError],
  ["has a BigInt", 1n, TypeError],
];

for (const [what, value, Class] of UNSENDABLE) {
  Deno.test(`Connection.call() rejects and goes on when the message ${what}`, async () => {
    using linked = link({ echo }, { client: { maxFrameBytes: 1_000 } });
    await assertRejects(() => linked.client.call("echo", { value }), Class);
    assertEquals((await linked.client.call("echo", { value: 1 })).value, 1);
  });

  Deno.test(`Connection.call() rejects and goes on when the answer ${what}`, async () => {
    using linked = link({ give: () => ({ value }), echo }, { server: { maxFrameBytes: 1_000 } });
    const error = await remoteError(linked.client.call("give", { value: null }));
    assertEquals(error.data, { name: Class.name });
    assertEquals((await linked.client.call("echo", { value: 1 })).value, 1);
  });
}

const UNSENDABLE_ERRORS: [what: string, error: Error][] = [
  ["message is too large", new Error("x".repeat(2_000))],
  ["data has a BigInt", new RemoteError("odd", { code: -32000, data: { n: 1n } })],
];

for (const [what, error] of UNSENDABLE_ERRORS) {
  Deno.test(`Connection.call() rejects and goes on when the error's ${what}`, async () => {
    const fail = () => Promise.reject(error);
    using linked = link({ fail, echo }, { server: { maxFrameBytes: 1_000 } });
    const { code } = await remoteError(linked.client.call("fail", { value: null }));
    assertEquals(code, RPC_ERROR_CODES.internal);
    assertEquals((await linked.client.call("echo", { value: 1 })).value, 1);
  });
}

for (const [what, value, Class] of UNSENDABLE) {
  Deno.test(`Connection.callAll() sends nothing when one of the messages ${what}`, async () => {
    const seen: unknown[] = [];
    const note: Handler = (payload) => {
      seen.push(payload.value);
      return payload;
    };
    using linked = link({ note }, { client: { maxFrameBytes: 1_000 } });
    let unsent = 0;
    const payloads = [1, value, 2].map((value) => ({ value, unsent: () => void unsent++ }));
    await assertRejects(() => linked.client.callAll("note", payloads), Class);
    assertEquals([seen, unsent], [[], 3]);
    const answers = await linked.client.callAll("note", [{ value: 3 }, { value: 4 }]);
    assertEquals(answers.map(({ value }) => value), [3, 4]);
    assertEquals(seen, [3, 4]);
  });

  Deno.test(`Connection says of each message that it was not sent when it ${what}`, async () => {
    let unsent = 0;
    const payload = { value, unsent: () => void unsent++ };
    const options = { client: { maxFrameBytes: 1_000 }, server: { maxFrameBytes: 1_000 } };
    using linked = link({ give: () => payload, echo }, options);
    await assertRejects(() => linked.client.call("echo", payload), Class);
    assertThrows(() => linked.client.notify("echo", payload), Class);
    await remoteError(linked.client.call("give", { value: null }));
    assertEquals(unsent, 3);
    await linked.client.call("echo", { value: 1, unsent: payload.unsent });
    assertEquals(unsent, 3);
  });
}

Deno.test("Connection.callAll() rejects when the connection ends, before and meanwhile", async () => {
  using linked = link({ wait: () => new Promise(() => {}) });
  const calling = linked.client.callAll("wait", [{ value: 1 }, { value: 2 }]);
  linked.client.close();
  await assertRejects(() => calling, ConnectionClosedError);
  await assertRejects(() => linked.client.callAll("wait", []), ConnectionClosedError);
});

Deno.test("Connection.call() reads an answer before what comes behind it", async () => {
  const order: string[] = [];
  const [near, far] = linkedPair();
  const connection = new Connection(near.channel, {
    handlers: { note: () => void order.push("note") },
  });
  const calling = connection.call("ask", { value: null }, {
    receive: ({ value }) => order.push(`answer ${value}`),
  });
  const answer = frameBytes(`{"jsonrpc":"2.0","id":1,"result":5}`);
  far.out.write(concat([answer, frameBytes(`{"jsonrpc":"2.0","method":"note"}`)]));
  assertEquals([await calling, order[0]], [1, "answer 5"]);
  connection.close();
});

Deno.test("Connection.call() rejects when the answer cannot be read", async () => {
  using linked = link({ echo });
  const receive = () => {
    throw new SyntaxError("unreadable");
  };
  const calling = linked.client.call("echo", { value: 1 }, { receive });
  await assertRejects(() => calling, SyntaxError, "unreadable");
  assertEquals((await linked.client.call("echo", { value: 1 })).value, 1);
});
