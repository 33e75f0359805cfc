import { assertEquals } from "@std/assert";
import { PasteFilter } from "../../../src/terminal/typing/paste_filter.ts";

/** Bytes of a terminal, and the keys in them. */
const TYPED: readonly (readonly [sent: string, keys: string])[] = [
  ["abc\r", "abc\r"],
  ["\x1b[200~one\x1b[201~", "one"],
  ["\x1b[200~one\ntwo\r\nthree\r\x1b[201~\r", "one\u2424two\u2424three\r"],
  ["a\x1b[200~b\x1b[201~c\x1b[200~d\x1b[201~", "abcd"],
  ["\x1b[200~a\tb\x03\x04\x1b[31mc\x7f\x1b[201~", "a  b[31mc"],
  ["\x1b[A\x1b[D", "\x1b[A\x1b[D"],
  ["\x1b", "\x1b"],
  ["\x1b[201~", "\x1b[201~"],
];

Deno.test("PasteFilter.filter() makes one line of a paste, however the bytes are cut", () => {
  for (const [sent, keys] of TYPED) {
    for (let cut = 0; cut <= sent.length; cut++) {
      // A lone escape is a key of its own, so a mark is not cut behind it.
      if (sent[cut - 1] === "\x1b") continue;
      const filter = new PasteFilter();
      const found = filter.filter(sent.slice(0, cut)) + filter.filter(sent.slice(cut));
      assertEquals(found, keys, JSON.stringify([sent.slice(0, cut), sent.slice(cut)]));
    }
  }
});

Deno.test("PasteFilter.restore() gives lines their ends back", () => {
  assertEquals(PasteFilter.restore("one\u2424two"), "one\ntwo");
});

Deno.test("PasteFilter.filter() bounds a paste that never ends", () => {
  const filter = new PasteFilter();
  filter.filter("\x1b[200~");
  for (let i = 0; i < 20; i++) filter.filter("x".repeat(100_000));
  assertEquals(filter.filter("\x1b[201~").length, 1_000_000);
});
