import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { EncodedValue } from "../../../src/rpc/values/codec.ts";
import { BlobContents } from "../../../src/rpc/values/blobs.ts";
import { Connection } from "../../../src/rpc/wire/connection.ts";
import {
  References,
  type ReferencesOptions,
  type UseRequest,
} from "../../../src/rpc/references/references.ts";
import { concat, frameBytes, linkedPair } from "../_linked_pair.ts";

class Light {
  name = "one";
}

function makeReferences(options: Partial<ReferencesOptions> = {}): References {
  const use = () => Promise.reject(new TypeError("nobody is there"));
  return new References({ instances: "lend", use, release() {}, ...options });
}

/** Returns the nodes of an encoded list. */
function nodesOf({ value }: EncodedValue): unknown {
  return (value as { tree: unknown }).tree;
}

function lent(id: number, kind: string, name: string): unknown {
  return { $: ["mine", id, kind, name, false] };
}

Deno.test("References.encodeValue() lends an object under one number, however often it is sent", () => {
  const references = makeReferences();
  const light = new Light();
  const f = () => 1;
  const nodes = nodesOf(references.encodeValue([light, f, light], { name: "x" }));
  const ref = { $: ["ref", 1] };
  assertEquals(nodes, [lent(1, "object", "Light"), lent(2, "function", "f"), ref]);
  assertEquals(nodesOf(references.encodeValue(light, { name: "x" })), lent(1, "object", "Light"));
  assertEquals(references.counts, { lent: 2, borrowed: 0 });
  references.release({ ref: 1, count: 1 });
  references.release({ ref: 2, count: 1 });
  assertEquals(references.counts.lent, 1);
  references.release({ ref: 1, count: 1 });
  assertEquals(references.counts.lent, 0);
});

/** Values with a part that cannot be sent, after one that can be lent. */
const REFUSED: [what: string, value: () => unknown][] = [
  ["a symbol", () => [new Light(), Symbol()]],
  ["a promise in a Map", () => new Map<unknown, unknown>([[() => 1, Promise.resolve()]])],
  ["a getter that throws", () => [new Light(), {
    get broken() {
      throw new TypeError("broken");
    },
  }]],
  [
    "a function whose name throws",
    () => [new Light(), Object.defineProperty(() => 1, "name", { value: Symbol() })],
  ],
];

for (const [what, make] of REFUSED) {
  Deno.test(`References.encodeValue() lends nothing when there is ${what}`, () => {
    const references = makeReferences();
    assertThrows(() => references.encodeValue(make(), { name: "x" }), TypeError);
    assertEquals(references.counts.lent, 0);
  });
}

Deno.test("References.encodeReference() lends nothing when the value has no name to read", () => {
  const references = makeReferences();
  const light = Object.defineProperty(new Light(), "constructor", {
    get() {
      throw new RangeError("no name");
    },
  });
  assertThrows(() => references.encodeReference(light, { name: "x" }), RangeError, "no name");
  assertEquals(references.counts.lent, 0);
});

Deno.test("References.encodeValue() keeps an encoding apart from one that starts in a getter", () => {
  const references = makeReferences();
  const kept = new Light();
  const value = [new Light(), {
    get more() {
      references.encodeValue([kept], { name: "inner" });
      return Symbol();
    },
  }];
  const error = assertThrows(() => references.encodeValue(value, { name: "outer" }), TypeError);
  assertEquals(error.message, "Cannot encode outer[1].more: it is a symbol");
  // References encoded meanwhile may have been sent.
  assertEquals(references.counts.lent, 1);
  assertEquals(nodesOf(references.encodeValue([kept], { name: "x" })), [
    lent(2, "object", "Light"),
  ]);
});

Deno.test("References.encodeValue() returns a function that takes back references of an unsent message", () => {
  const references = makeReferences();
  const light = new Light();
  const first = references.encodeValue([light, () => 1], { name: "x" });
  const second = references.encodeValue([light], { name: "x" });
  second.unsent();
  assertEquals(references.counts.lent, 2);
  first.unsent();
  assertEquals(references.counts.lent, 0);
});

Deno.test("References reads an answer before it handles a later release", async () => {
  const [near, far] = linkedPair();
  const references: References = makeReferences({
    use: ({ write, receive }: UseRequest) =>
      connection.call("use", write(new BlobContents()), { receive }),
  });
  const connection = new Connection(near.channel, {
    handlers: {
      release({ value }) {
        references.release(value);
        released.resolve();
      },
    },
  });
  const released = Promise.withResolvers<void>();
  const light = new Light();
  references.encodeValue(light, { name: "light" });
  const f = references.decodeValue({ tree: lent(7, "function", "f") }) as () => Promise<unknown>;
  const calling = f();
  const answer = `{"jsonrpc":"2.0","id":1,"result":{"value":{"tree":{"$":["yours",1]}}}}`;
  const release = `{"jsonrpc":"2.0","method":"release","params":{"ref":1,"count":1}}`;
  far.out.write(concat([frameBytes(answer), frameBytes(release)]));
  assertStrictEquals(await calling, light);
  await released.promise;
  assertEquals(references.counts.lent, 0);
  connection.close();
});

Deno.test("References.open() keeps the lent object when it is released meanwhile", async () => {
  const references = makeReferences();
  const light = new Light();
  references.encodeValue(light, { name: "light", lentAs: "light" });
  const request = { how: "read", ref: 1, path: ["name"] };
  const use = references.open(request);
  references.release({ ref: 1, count: 1 });
  assertEquals([use.name, await use.perform()], ["light.name", "one"]);
  assertThrows(() => references.open(request), TypeError, "Cannot use reference 1: it is not lent");
});
