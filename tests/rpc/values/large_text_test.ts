import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode, encode } from "../../../src/rpc/values/codec.ts";
import { throughWire } from "../_through_wire.ts";

const LARGE = "x".repeat(2 ** 20);

/** Large strings, and whether they are moved as bytes. */
const TEXTS: readonly (readonly [text: string, moved: boolean])[] = [
  [LARGE, true],
  [`\uFEFF${LARGE}`, true],
  [`${LARGE}\u0000äöü€😀\r\n"\\`, true],
  [`${LARGE}\uD800`, false],
  [LARGE.slice(1), false],
];

Deno.test("encode() moves large texts as bytes, and loses nothing of them", () => {
  for (const [text, moved] of TEXTS) {
    const value = { rows: [text, 1, text], text };
    assertEquals(encode(value).attachments.length > 0, moved);
    assert(Object.is(JSON.stringify(throughWire(value)), JSON.stringify(value)));
    assertEquals((throughWire(text) as string).length, text.length);
  }
});

Deno.test("decode() refuses a text whose bytes are not UTF-8", () => {
  const attachments = [new Uint8Array([0xff])];
  assertThrows(() => decode({ tree: { $: ["text", 0] } }, attachments), TypeError);
  assertThrows(() => decode({ tree: { $: ["text", 1] } }, attachments), TypeError, "malformed");
});
