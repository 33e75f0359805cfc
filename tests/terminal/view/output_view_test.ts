import { assertEquals } from "@std/assert";
import { OutputView } from "../../../src/terminal/view/output_view.ts";
import { createStyle } from "../../../src/terminal/view/style.ts";

/** Returns the lines shown of these pieces: immediately, and in total. */
function show(pieces: Iterable<string>, all = false): { early: string[]; lines: string[] } {
  let written = "";
  const write = (text: string) => void (written += text);
  const view = new OutputView({ write, style: createStyle({ enabled: false }), all });
  const lines = () => written.split("\n").slice(0, -1).map((line) => line.replace("  │ ", ""));
  for (const piece of pieces) view.push(piece);
  const early = lines();
  view.end();
  return { early, lines: lines() };
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => `${from + i}`);
}

Deno.test("OutputView shows the first lines at once, and the last ones at the end", () => {
  const long = (count: number) => [
    ...numbers(1, 4),
    `... ${count - 8} lines ...`,
    ...numbers(count - 3, count),
  ];
  const table: [number, string[]][] = [
    [0, []],
    [1, numbers(1, 1)],
    [4, numbers(1, 4)],
    [5, numbers(1, 5)],
    [12, numbers(1, 12)],
    [13, long(13)],
    [100_000, long(100_000)],
  ];
  for (const [count, expected] of table) {
    const text = numbers(1, count).map((line) => `${line}\n`);
    for (const pieces of [text, [text.join("")]]) {
      const { early, lines } = show(pieces);
      assertEquals(early, numbers(1, Math.min(count, 4)));
      assertEquals(lines, expected);
    }
    assertEquals(show(text, true).early, numbers(1, count));
  }
});

Deno.test("OutputView puts lines together when they come in many pieces", () => {
  assertEquals(show("ab\ncd\n").early, ["ab", "cd"]);
  const partial = show(["a", "b", "\nc"]);
  assertEquals(partial, { early: ["ab"], lines: ["ab", "c"] });
  assertEquals(show(["\n\n"]).lines, ["", ""]);
  assertEquals(show(["", ""]).lines, []);
  const word = "x".repeat(10);
  assertEquals(show(Array(20_000).fill(word)).lines, [word.repeat(20_000)]);
});

Deno.test("OutputView shows no control sequences, also when they come in pieces", () => {
  const table: [string[], string][] = [
    [["\x1b[31mred\x1b[0m"], "red"],
    [["a\x1b[2", "Jb"], "a[2Jb"],
    [["\x1b]0;title\x07text"], "text"],
    [["\x9b31mx"], "31mx"],
    [["a\rb\b\x7f\0c"], "abc"],
    [["a\tb"], "a\tb"],
    [["é 表 😀"], "é 表 😀"],
  ];
  for (const [pieces, text] of table) assertEquals(show(pieces).lines, [text]);
});
