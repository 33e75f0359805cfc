import { assertEquals } from "@std/assert";
import { headOf, leftOut, tailOf, truncate } from "../../src/text/truncate.ts";

Deno.test("headOf() and tailOf() cut at a length and never split a surrogate pair", () => {
  const table: [text: string, maxChars: number, head: string, tail: string][] = [
    ["", 3, "", ""],
    ["abc", 3, "abc", "abc"],
    ["abcd", 3, "abc", "bcd"],
    ["abcd", 0, "", ""],
    ["abcd", -1, "", ""],
    ["abcd", 2.9, "ab", "cd"],
    ["abcd", Infinity, "abcd", "abcd"],
    ["😀😀", 1, "", ""],
    ["😀😀", 2, "😀", "😀"],
    ["😀😀", 3, "😀", "😀"],
    ["a😀b", 2, "a", "b"],
    // Halves that are alone are left as they are.
    ["\ud83d\ud83d\ud83d", 2, "\ud83d\ud83d", "\ud83d\ud83d"],
  ];
  for (const [text, maxChars, head, tail] of table) {
    assertEquals([headOf(text, maxChars), tailOf(text, maxChars)], [head, tail], text);
  }
});

Deno.test("truncate() marks a cut, with the number of characters left out", () => {
  const table: [text: string, maxChars: number, mark: string, counted: string][] = [
    ["abc", 3, "abc", "abc"],
    ["abcd", 3, "abc...", "abc\n... (1 characters left out)"],
    ["ab😀d", 3, "ab...", "ab\n... (3 characters left out)"],
  ];
  for (const [text, maxChars, marked, counted] of table) {
    assertEquals(truncate(text, maxChars), marked);
    assertEquals(truncate(text, maxChars, { mark: leftOut }), counted);
  }
});
