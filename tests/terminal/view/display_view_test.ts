import { assertEquals } from "@std/assert";
import { describeBundle } from "../../../src/agent/record/display.ts";
import type { MimeBundle } from "../../../src/runtime/runtime.ts";
import { displayFile, displayLines } from "../../../src/terminal/view/display_view.ts";
import { createStyle } from "../../../src/terminal/view/style.ts";
import { main } from "../../../src/cli/main.ts";

const plain = createStyle({ enabled: false });

const table: MimeBundle = {
  "application/vnd.cave.table+json": {
    columns: ["city", "mm"],
    rows: [["Oslo", 12.5], ['Ber"gen, far up north, by the sea', null], ["a\nb", 3]],
    length: 20,
  },
  "text/plain": "[ ... ]",
};

const CASES: [bundle: MimeBundle, lines: string[], words: string, file: [string, unknown]][] = [
  [
    table,
    [
      "city                        mm",
      "Oslo                      12.5",
      'Ber"gen, far up north, …',
      "a b                          3",
      "... 20 rows",
    ],
    "a table of 2 columns and 20 rows",
    ["display-1.csv", 'city,mm\nOslo,12.5\n"Ber""gen, far up north, by the sea",\n"a\nb",3\n'],
  ],
  [{ "text/plain": "a\nb" }, ["a", "b"], "text/plain (3 characters)", ["display-1.txt", "a\nb"]],
  [
    { "text/html": "<b>", "text/plain": "b" },
    ["[text/html (3 characters)]"],
    "text/html (3 characters)",
    ["display-1.html", "<b>"],
  ],
  [
    { "image/png": new Uint8Array([1, 2]) },
    ["[image/png (2 bytes)]"],
    "image/png (2 bytes)",
    ["display-1.png", new Uint8Array([1, 2])],
  ],
  [
    { "application/vnd.vegalite.v5+json": { mark: "bar" } },
    ["[application/vnd.vegalite.v5+json]"],
    "application/vnd.vegalite.v5+json",
    ["display-1.json", '{\n  "mark": "bar"\n}\n'],
  ],
  [{}, ["[nothing]"], "nothing", ["display-1.json", "undefined\n"]],
  [
    { "application/vnd.cave.table+json": { columns: 1 } },
    ["[application/vnd.cave.table+json]"],
    "application/vnd.cave.table+json",
    ["display-1.json", '{\n  "columns": 1\n}\n'],
  ],
];

Deno.test("displayLines(), displayFile() and describeBundle() show displayed values", () => {
  for (const [bundle, lines, words, [name, content]] of CASES) {
    assertEquals(displayLines(bundle, { style: plain }), lines);
    assertEquals(describeBundle(bundle), words);
    assertEquals(displayFile(bundle, 1), { name, content } as ReturnType<typeof displayFile>);
  }
});

Deno.test("displayLines() lets no escape sequences of a cell reach the terminal", () => {
  const bundle = {
    "application/vnd.cave.table+json": {
      columns: ["\x1b[2J"],
      rows: [["\x1b]0;x\x07"]],
      length: 1,
    },
  };
  for (const line of displayLines(bundle, { style: plain })) {
    assertEquals(line.includes("\x1b"), false, line);
  }
  assertEquals(
    displayLines({ "text/plain": "\x1b[2J" }, { style: plain }).join("").includes("\x1b"),
    false,
  );
});

Deno.test("displayLines() and the command line show no control sequences of names and media types", async () => {
  const osc = "\x1b]52;c;cm0=\x07";
  const bundles: MimeBundle[] = [
    { [`${osc}image/\x9bpng\u202e\n`]: new Uint8Array(2) },
    { [`${osc}text/x\r`]: "text" },
    { "text/plain": `${osc}text\u2066` },
    {
      "application/vnd.cave.table+json": {
        columns: [`${osc}city\u202e`],
        rows: [[`a${osc}\rb\u200f`]],
        length: 1,
      },
    },
  ];
  for (const bundle of bundles) {
    assertEquals(
      /[\p{Cc}\u202e\u2066\u200f]/u.test(displayLines(bundle, { style: plain }).join("")),
      false,
    );
  }
  const { error } = console;
  const printed: unknown[] = [];
  console.error = (text: unknown) => printed.push(text);
  try {
    assertEquals(await main(["--file", `${osc}no\u202e.csv`, "--base-url", "http://x", "?"]), 2);
    assertEquals(await main([`--${osc}`]), 2);
  } finally {
    console.error = error;
  }
  assertEquals(printed.length, 2);
  assertEquals(/[\p{Cc}\u202e]/u.test(printed.join("")), false);
});
