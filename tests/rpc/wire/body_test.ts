import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { encodeFrame, FrameError, FrameReader } from "../../../src/rpc/wire/frame.ts";

const MIB = 2 ** 20;

/** A source of one frame with this body, whatever it is. */
function readerOf(body: string, { maxFrameBytes = 256 * MIB, claimed = body.length } = {}) {
  const bytes = new TextEncoder().encode(`Content-Length: ${claimed}\r\n\r\n${body}`);
  let start = 0;
  return new FrameReader({
    read(view) {
      if (start === bytes.length) return Promise.resolve(null);
      const end = Math.min(start + view.byteLength, bytes.length);
      view.set(bytes.subarray(start, end));
      const read = view.subarray(0, end - start);
      start = end;
      return Promise.resolve(read);
    },
  }, maxFrameBytes);
}

const REFUSED: [what: string, body: () => string, reason: string][] = [
  ["empty objects", () => `[${"{},".repeat(1_500_000)}{}]`, "has 3000002 values"],
  ["numbers", () => `[${"1,".repeat(3_000_000)}1]`, "has 3000001 values"],
  ["keys", () => `{${`"a":1,`.repeat(3_000_000)}"a":1}`, "has 3000001 values"],
  ["brackets", () => "[".repeat(4_101), "nested more than 4100 levels deep"],
  ["braces", () => `{"a":`.repeat(4_101), "nested more than 4100 levels deep"],
  ["brackets behind text", () => `{"\\"":"\\\\","b":${"[".repeat(4_101)}`, "nested more than"],
];

for (const [what, body, reason] of REFUSED) {
  Deno.test(`FrameReader.read() refuses a body of too many ${what}`, async () => {
    await assertRejects(() => readerOf(body()).read(), FrameError, reason);
  });
  Deno.test(`encodeFrame() refuses a body of too many ${what}`, () => {
    const send = () => encodeFrame({ text: body(), attachments: [] }, 256 * MIB);
    assertStringIncludes(assertThrows(send, RangeError).message, reason);
  });
}

Deno.test("FrameReader.read() refuses a large body by its length, and reads none of it", async () => {
  const limits: [maxFrameBytes: number, largest: number][] = [
    [256 * MIB, 64 * MIB],
    [100 * MIB, 64 * MIB],
    [1024 * MIB, 256 * MIB],
  ];
  for (const [maxFrameBytes, largest] of limits) {
    const reader = readerOf("", { maxFrameBytes, claimed: largest + 1 });
    await assertRejects(() => reader.read(), FrameError, `maxFrameBytes allows ${largest} of them`);
  }
});

const TAKEN: [what: string, body: () => string][] = [
  ["3,000,000 values", () => `[${"1,".repeat(2_999_999)}1]`],
  ["brackets in text", () => JSON.stringify(`\\"${"[".repeat(10_000)}`)],
  ["commas in text", () => JSON.stringify(",".repeat(4_000_000))],
  ["100,000 rows of 20 columns", () => {
    const row = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`c${i}`, i]));
    return JSON.stringify(Array.from({ length: 100_000 }, () => row));
  }],
];

for (const [what, body] of TAKEN) {
  Deno.test(`FrameReader.read() takes a body of ${what}`, async () => {
    const text = body();
    encodeFrame({ text, attachments: [] }, 256 * MIB);
    assertEquals((await readerOf(text).read())?.text === text, true);
  });
}

Deno.test("encodeFrame() takes attachments that are larger than a body may be", () => {
  const attachments = [new Uint8Array(200 * MIB)];
  assertEquals(encodeFrame({ text: "{}", attachments }, 256 * MIB).length, 2);
  const text = JSON.stringify("x".repeat(64 * MIB));
  assertThrows(() => encodeFrame({ text, attachments: [] }, 256 * MIB), RangeError, "long strings");
});
