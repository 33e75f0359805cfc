/** Markdown at a terminal, whole and in pieces. */

import { assert, assertEquals } from "@std/assert";
import { stripVTControlCharacters } from "node:util";
import { widthOf } from "../../../../src/terminal/view/columns.ts";
import { createRichText } from "../../../../src/terminal/view/rich/create_rich_text.ts";
import { createStyle } from "../../../../src/terminal/view/style.ts";

/** Texts, and the lines at a terminal of 40 columns. */
const CASES: readonly (readonly [source: string, lines: readonly string[]])[] = [
  ["Hello **big** `world`", ["Hello big world"]],
  ["# One\n## Two", ["One", "Two"]],
  ["a b\nc\n\nd", ["a b", "c", "", "d"]],
  ["word ".repeat(12), ["word word word word word word word word", "word word word word"]],
  ["x".repeat(50), ["x".repeat(39), "x".repeat(11)]],
  ["世界".repeat(12), ["世界".repeat(9) + "世", "界世界世界"]],
  ["- a\n- b with *c*\n  1. d\n  2. e\n- [x] f\n- [ ] g", [
    "• a",
    "• b with c",
    "  1. d",
    "  2. e",
    "• [x] f",
    "• [ ] g",
  ]],
  ["9. i\n10. j", [" 9. i", "10. j"]],
  ["- a\n\n- b", ["• a", "", "• b"]],
  ["before\n\n- a\n- b\n\nafter", ["before", "", "• a", "• b", "", "after"]],
  ["> quote\n> more\n>\n> - x", ["│ quote", "│ more", "│", "│ • x"]],
  ["```ts\nlet x = `a\nb`; // c\n```", ["  let x = `a", "  b`; // c"]],
  ["```\nraw *x*\n```\nafter", ["  raw *x*", "after"]],
  ["[text](https://a.example/b) <https://c.example>", [
    "text (https://a.example/b)",
    "https://c.example",
  ]],
  ["![alt](pic.png)", ["alt (pic.png)"]],
  ["a\n\n---\n\nb", ["a", "", "─".repeat(39), "", "b"]],
  ["| a | b |\n|---|--:|\n| one | 1 |\n| long text that needs two lines of it | 22 |", [
    "a                                     b",
    "───────────────────────────────────  ──",
    "one                                   1",
    "long text that needs two lines of    22",
    "it",
  ]],
  ["<b>html</b>", ["<b>html</b>"]],
  ["1 < 2 && 3 > 2 * 4 * 5", ["1 < 2 && 3 > 2 * 4 * 5"]],
  ["a ~~b~~ c", ["a b c"]],
  ["text\n```ts\nopen(", ["text", "  open("]],
];

/** Formats a text that comes in pieces; returns what is final, after checking what was shown before. */
function format(source: string, size: number, enabled = false): string[] {
  let written = "";
  let previewed: readonly string[] = [];
  const writer = createRichText({ style: createStyle({ enabled }) }).markdown({
    write: (text) => written += text,
    preview: (lines) => previewed = lines,
    columns: () => 40,
  });
  for (let at = 0; at < source.length; at += size) {
    writer.push(source.slice(at, at + size));
    for (const line of previewed) assert(widthOf(line) < 40, `${line} is too wide`);
  }
  writer.end();
  assertEquals(previewed, []);
  assert(written === "" || written.endsWith("\n"));
  return written.split("\n").slice(0, -1);
}

for (const [source, lines] of CASES) {
  Deno.test(`Markdown is the same in pieces of any size: ${JSON.stringify(source.slice(0, 40))}`, () => {
    for (const size of [1, 2, 3, 7, 1000]) {
      assertEquals(format(source, size).map((line) => line.trimEnd()), lines, `pieces of ${size}`);
    }
    const colored = format(source, 5, true).map((line) => stripVTControlCharacters(line).trimEnd());
    assertEquals(colored, lines);
    for (const line of format(source, 1000, true)) {
      // Each line ends its colours, so that others can come in between.
      // deno-lint-ignore no-control-regex -- colours begin with one
      const opened = [...line.matchAll(/\u001b\[(\d+)m/g)].map(([, code]) => Number(code));
      const ends = [22, 23, 24, 39];
      assertEquals(
        opened.filter((code) => !ends.includes(code)).length,
        opened.filter((code) => ends.includes(code)).length,
        JSON.stringify(line),
      );
    }
  });
}

/** Texts that cost much if they are parsed carelessly. */
const HOSTILE: readonly string[] = [
  "> ".repeat(5_000) + "x",
  "- ".repeat(3_000) + "x",
  "[".repeat(20_000),
  "*a ".repeat(10_000),
  "`".repeat(20_000),
  "|a".repeat(5_000) + "\n" + "|-".repeat(5_000) + "\n",
  "x\n".repeat(20_000),
  "<".repeat(20_000),
  "![".repeat(10_000),
];

Deno.test("Markdown of a model that means ill ends, and is bounded", () => {
  for (const source of HOSTILE) assert(format(source, 4_000).length < 60_000);
});
