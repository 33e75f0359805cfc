import { assertEquals } from "@std/assert";
import { printable } from "../../src/text/printable.ts";

Deno.test("printable() removes what controls a terminal or hides text, and nothing else", () => {
  const table: [text: string, shown: string][] = [
    ["plain\n\ttext", "plain\n\ttext"],
    ["é 表 😀 👩‍💻 می‌خواهم", "é 表 😀 👩‍💻 می‌خواهم"],
    ["\x1b[31mred\x1b[0m", "red"],
    ["\x1b[38:2:1:2:3mx", "x"],
    ["\x1b[?1049hx\x1b[>0qy", "xy"],
    ["\x1b]52;c;cm0gLXJm\x07x", "x"],
    ["\x1b]52;c;cm0gLXJm\x1b\\x", "x"],
    ["\x1b]0;open\nnext line", "\nnext line"],
    ["\x1bPq#0\x1b\\x", "Pq#0\\x"],
    ["\x9b31mx\x9d0;t\x9cy", "31mx0;ty"],
    ["safe\rEVIL", "safeEVIL"],
    ["a\r\nb", "a\nb"],
    ["a\b\b\x7f\0\x0b\x0cb", "ab"],
    ["\x80\x85\x90\x9fx", "x"],
    ["a\u202eb\u2066c\u2069\u202a\u200e\u200f\u061cd", "abcd"],
    ["\ufeffa\u200bb\u2060c\u2028d\u2029e", "abcde"],
    ["a\u{e0041}\u{e007f}b", "ab"],
  ];
  for (const [text, shown] of table) assertEquals(printable(text), shown, JSON.stringify(text));
});

Deno.test("printable() leaves nothing to remove when it is applied again", () => {
  const parts = ["\x1b", "[", "]", "31", "m", "\x07", "\\", "\u202e", "x", "\n", "\x9b", "\x9d"];
  for (const a of parts) {
    for (const b of parts) {
      for (const c of parts) {
        for (const d of parts) {
          const once = printable(a + b + c + d);
          assertEquals(printable(once), once);
        }
      }
    }
  }
});
