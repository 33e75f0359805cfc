import { assert, assertEquals, assertThrows } from "@std/assert";
import { type FenceEnd, FenceParser, type UnclosedBlock } from "../../../src/cell/fence/fence.ts";

interface Case {
  name: string;
  reply: string;
  truncated?: boolean;
  languages?: string[];
  expected: Partial<Outcome>;
}

interface Outcome {
  text: string;
  cell: { code: string; language: string } | undefined;
  unclosed: UnclosedBlock | undefined;
  unaccepted: readonly string[];
  trailing: boolean;
  inline: string | undefined;
}

const nothing: Outcome = {
  text: "",
  cell: undefined,
  unclosed: undefined,
  unaccepted: [],
  trailing: false,
  inline: undefined,
};
function ts(code: string) {
  return { code, language: "ts" };
}

const cases: Case[] = [
  { name: "nothing", reply: "", expected: {} },
  { name: "text alone", reply: "Hello,\n\nworld\n", expected: { text: "Hello,\n\nworld\n" } },
  {
    name: "one block",
    reply: "Hi\n```ts\na()\n\n  b()\n```\n",
    expected: { text: "Hi\n", cell: ts("a()\n\n  b()") },
  },
  { name: "no line feed at the end", reply: "```ts\na\n```", expected: { cell: ts("a") } },
  { name: "an empty block", reply: "```ts\n```\n", expected: { cell: ts("") } },
  { name: "a block of one empty line", reply: "```ts\n\n```", expected: { cell: ts("") } },
  {
    name: "text after the cell",
    reply: "```ts\na\n```\nDone.",
    expected: { cell: ts("a"), trailing: true },
  },
  {
    name: "white space after the cell",
    reply: "```ts\na\n```\n \n\n",
    expected: { cell: ts("a") },
  },
  {
    name: "the first of two blocks",
    reply: "```ts\na\n```\n```ts\nb\n```\n",
    expected: { cell: ts("a"), trailing: true },
  },
  ...["typescript", "js", "javascript", "TypeScript", "TS"].map((language) => ({
    name: `language ${language}`,
    reply: `\`\`\`${language}\na\n\`\`\``,
    expected: { cell: { code: "a", language: language.toLowerCase() } },
  })),
  ...["ts {linenums}", "ts title='a.ts'", " ts ", "ts{1,3}", "ts:a.ts", "ts\t"].map((info) => ({
    name: `info string ${JSON.stringify(info)}`,
    reply: `\`\`\`${info}\na\n\`\`\``,
    expected: { cell: ts("a") },
  })),
  {
    name: "configured language",
    reply: "```ts\na\n```\n```Deno\nb\n```",
    languages: ["deno"],
    expected: {
      text: "```ts\na\n```\n",
      cell: { code: "b", language: "deno" },
      unaccepted: ["ts"],
    },
  },
  {
    name: "block without a language, configured",
    reply: "```\na\n```",
    languages: [""],
    expected: { cell: { code: "a", language: "" } },
  },
  {
    name: "block without a language",
    reply: "```\na\n```\nb",
    expected: { text: "```\na\n```\nb", unaccepted: [""] },
  },
  {
    name: "other language, then the cell",
    reply: "```bash\nls\n```\nThen\n```ts\na\n```",
    expected: { text: "```bash\nls\n```\nThen\n", cell: ts("a"), unaccepted: ["bash"] },
  },
  {
    name: "language that starts with an accepted one",
    reply: "```tsx\na\n```",
    expected: { text: "```tsx\na\n```", unaccepted: ["tsx"] },
  },
  {
    name: "fence inside a longer block",
    reply: "````markdown\n```ts\na\n```\n````\n```ts\nb\n```",
    expected: {
      text: "````markdown\n```ts\na\n```\n````\n",
      cell: ts("b"),
      unaccepted: ["markdown"],
    },
  },
  {
    name: "fence inside a block of the same length",
    reply: "```markdown\n```ts\na\n```\nb",
    expected: { text: "```markdown\n```ts\na\n```\nb", unaccepted: ["markdown"] },
  },
  {
    name: "indented fence inside another block",
    reply: "```md\n    ```\n```\n```ts\na\n```",
    expected: { text: "```md\n    ```\n```\n", cell: ts("a"), unaccepted: ["md"] },
  },
  {
    name: "other block that stays open",
    reply: "```bash\nls\n``",
    expected: { text: "```bash\nls\n``", unaccepted: ["bash"] },
  },
  { name: "longer fence", reply: "````ts\n```\n````", expected: { cell: ts("```") } },
  { name: "longer closing fence", reply: "```ts\na\n`````", expected: { cell: ts("a") } },
  { name: "tildes", reply: "~~~ts\n```\n~~~~\n", expected: { cell: ts("```") } },
  { name: "backtick in tildes' info", reply: "~~~ts `\na\n~~~", expected: { cell: ts("a") } },
  {
    name: "closing fence with an info string",
    reply: "```ts\na\n```ts\nb\n```",
    expected: { cell: ts("a"), trailing: true },
  },
  { name: "white space after a fence", reply: "```ts \na\n``` \t\n", expected: { cell: ts("a") } },
  {
    name: "indented fence",
    reply: "  ```ts\n  a\n    b\n c\nd\n  ```",
    expected: { cell: ts("a\n  b\nc\nd") },
  },
  {
    name: "fence in a list item",
    reply: "1. Run\n     ```ts\n     a {\n\n       b\n     }\n     ```\n",
    expected: { text: "1. Run\n", cell: ts("a {\n\n  b\n}") },
  },
  {
    name: "closing fence with another indentation",
    reply: "   ```ts\n   a\n      ```\n",
    expected: { cell: ts("a") },
  },
  { name: "tabs", reply: "\t```ts\n\ta\n\t\tb\n  \tc\n\t```", expected: { cell: ts("a\n\tb\nc") } },
  {
    name: "tab wider than the fence's indentation",
    reply: "  ```ts\n\ta\n  ```",
    expected: { cell: ts("  a") },
  },
  {
    name: "list marker before the fence",
    reply: "- a\n- ```ts\n  b\n  ```\n",
    expected: { text: "- a\n- ", cell: ts("b") },
  },
  {
    name: "numbered list marker before the fence",
    reply: "12) ```ts\n    b\n    ```\n",
    expected: { text: "12) ", cell: ts("b") },
  },
  {
    name: "lists and rules",
    reply: "- a\n* b\n1. c\n---\n2024\n**d**\n~e~",
    expected: { text: "- a\n* b\n1. c\n---\n2024\n**d**\n~e~" },
  },
  {
    name: "CRLF",
    reply: "Hi\r\n```ts\r\na\r\n\r\nb\r\n```\r\n",
    expected: { text: "Hi\r\n", cell: ts("a\n\nb") },
  },
  {
    name: "CRLF in another block",
    reply: "```sh\r\na\r\n```\r\n```ts\r\n```",
    expected: { text: "```sh\r\na\r\n```\r\n", cell: ts(""), unaccepted: ["sh"] },
  },
  {
    name: "inline code",
    reply: "Use `a`, ``b`` or ```ts\nand ```c```.",
    expected: { text: "Use `a`, ``b`` or ```ts\nand ```c```." },
  },
  { name: "inline code at a line start", reply: "```js```\na", expected: { text: "```js```\na" } },
  { name: "two backticks", reply: "``ts\na\n``", expected: { text: "``ts\na\n``" } },
  {
    name: "indentation alone",
    reply: "   \n \t\n a",
    expected: { text: "   \n \t\n a" },
  },
  {
    name: "line that is too long for a fence",
    reply: " ".repeat(1_001) + "```ts\na",
    expected: { text: " ".repeat(1_001) + "```ts\na" },
  },
  {
    name: "info string that is too long",
    reply: "```ts " + "a".repeat(1_000) + "\nb",
    expected: { text: "```ts " + "a".repeat(1_000) + "\nb" },
  },
  {
    name: "astral characters",
    reply: "😀\n```ts\n'😀'\n```",
    expected: { text: "😀\n", cell: ts("'😀'") },
  },

  // Fences that were meant.
  ...[
    ["at the end of the code", "console.log(1)```"],
    ["at the end of the code, with a stop token", "console.log(1)```<|im_end|>"],
    ["with a stop token", "console.log(1)\n```<end_code>"],
    ["with a special token", "console.log(1)\n```<|im_end|>\n"],
    ["with a zero-width space", "console.log(1)\n```\u200b\n"],
    ["behind a zero-width space", "console.log(1)\n\u200b```\n"],
    ["of tildes", "console.log(1)\n~~~\n"],
    ["of two ticks", "console.log(1)\n``\n"],
  ].map(([name = "", rest = ""]) => ({
    name: `closing fence ${name}`,
    reply: `Hi\n\`\`\`ts\n${rest}`,
    expected: { text: "Hi\n", cell: ts("console.log(1)") },
  })),
  ...["```. This reads.", "``` and more", "```ts\nb\n```", "```bash\nls\n```"].map((rest) => ({
    name: `closing fence with ${JSON.stringify(rest)}`,
    reply: `\`\`\`ts\na\n${rest}`,
    expected: { cell: ts("a"), trailing: true },
  })),
  ...["```", "`````", "````js"].map((opening) => ({
    name: `${opening} for a longer opening fence`,
    reply: `\`\`\`\`\`ts\na\n${opening}\n`,
    expected: { cell: ts("a"), ...(opening.includes("js") ? { trailing: true } : {}) },
  })),
  ...[
    ["a comment", "a(); // see ```\nb"],
    ["a string", 'const a = "```";\nb'],
    ["a template literal", "const a = `x\n``` y\n`;\nb"],
  ].map(([name = "", code = ""]) => ({
    name: `ticks in ${name}`,
    reply: `\`\`\`ts\n${code}\n\`\`\``,
    expected: { cell: ts(code) },
  })),
  ...["\u00a0", "\u200b", "\ufeff"].map((space) => ({
    name: `fence behind ${JSON.stringify(space)}`,
    reply: `${space}\`\`\`ts\na\n\`\`\``,
    expected: { cell: ts("a") },
  })),
  ...["{.typescript}", "{.ts .numberLines}", "{ts}", "{.ts #id}"].map((info) => ({
    name: `attributes ${info}`,
    reply: `\`\`\`${info}\na\n\`\`\``,
    expected: { cell: { code: "a", language: info.includes("typescript") ? "typescript" : "ts" } },
  })),
  { name: "doubled opening", reply: "```ts\n```ts\na\n```", expected: { cell: ts("a") } },
  {
    name: "doubled opening in another language",
    reply: "```ts\n```typescript\na\n```",
    expected: { cell: ts("a") },
  },
  {
    name: "fence in a quote",
    reply: "> Hi\n> ```ts\n> if (a) {\n>   b\n> }\n> ```\n",
    expected: { text: "> Hi\n", cell: ts("if (a) {\n  b\n}") },
  },
  {
    name: "fence behind words",
    reply: "I run this: ```ts\na\n```\n",
    expected: { text: "I run this: ", cell: ts("a") },
  },
  { name: "block on one line", reply: "```ts read() ```", expected: { cell: ts("read()") } },
  {
    name: "block on one line, behind words",
    reply: "So: ```js read(`a`)```\n",
    expected: { text: "So: ", cell: { code: "read(`a`)", language: "js" } },
  },
  {
    name: "block between words of a line",
    reply: "Use ```ts read()``` to read.",
    expected: { text: "Use ```ts read()``` to read.", inline: "read()" },
  },
  {
    name: "other block that is never closed, then the cell",
    reply: "```bash\nls\n\n```ts\na\n```",
    expected: { text: "```bash\nls\n\n", cell: ts("a"), unaccepted: ["bash"] },
  },

  // Blocks that stay open.
  {
    name: "unclosed block",
    reply: "Hi\n```ts\na\nb",
    expected: { text: "Hi\n", unclosed: { ...ts("a\nb"), truncated: false } },
  },
  {
    name: "unclosed block, cut off",
    reply: "```ts\na\nb(",
    truncated: true,
    expected: { unclosed: { ...ts("a\nb("), truncated: true } },
  },
  {
    name: "half a closing fence",
    reply: "```ts\na\n``",
    truncated: true,
    expected: { unclosed: { ...ts("a\n``"), truncated: true } },
  },
  {
    name: "opening fence alone",
    reply: "```ts",
    expected: { unclosed: { ...ts(""), truncated: false } },
  },
  {
    name: "opening fence of another block",
    reply: "```sh",
    expected: { text: "```sh", unaccepted: ["sh"] },
  },
  { name: "half an opening fence", reply: "``", truncated: true, expected: { text: "``" } },
  {
    name: "closed block, cut off right after it",
    reply: "```ts\na\n```",
    truncated: true,
    expected: { cell: ts("a") },
  },

  // Fences inside the code.
  ...[
    ["block comment", "/*\n```\na\n```\n*/\nb"],
    ["comment that looks like a string", "// it's `fine\n/* '\n```\n' */"],
    ["template literal", "const a = `\n# A\n```bash\nls\n```\n`;\nb"],
    ["template literal with escaped ticks", "const a = `\n\\`\\`\\`\nls\n\\`\\`\\`\n`;"],
    ["template literal, fence with an escape before it", "const a = `\\\\\n```\n```\n`"],
    ["nested template literal", "`${[1].map((x) => {\n  return `{${x}\n```\n}`;\n})}\n```\n`"],
    ["string with a line continuation", "const a = 'b\\\n```\\\nc';"],
    ["three ticks in one line of a template literal", "`a ```b\n```\n`"],
    ["pattern with a backtick before a comment", "const a = /[/`]`/g; /*\n```\n*/"],
  ].map(([name = "", code = ""]) => ({
    name: `fence inside a ${name}`,
    reply: `Hi\n\`\`\`ts\n${code}\n\`\`\`\nbye`,
    expected: { text: "Hi\n", cell: ts(code), trailing: true },
  })),
  ...[
    ["backtick in a string", 'const a = \'`\' + "`\\"`";'],
    ["backtick in a line comment", "a(); // `"],
    ["backtick in a block comment", "/* ` */ a();"],
    ["backtick in a pattern", "a.split(/`/);\nreturn /`/.test(a);"],
    ["pattern after a condition", "if (a) /`/.test(a);"],
    ["divisions", "const a = (1 + 2) / 3; const b = a / 4; const c = '/`' ; d[0] / 2 / e;"],
    ["property named like a keyword", "a.return / 2; `b`; c / 3;"],
    ["quote that is not closed", "it's"],
    ["slash that is not closed", "a = / 2 / [\nb = /[/[/["],
    ["template literal without text", "const a = `` + `b${``}`;"],
    ["escapes in a template literal", "`\\`` + `\\${` + `$` + `{` + `a${b}$`"],
    ["braces in a template literal", "`${{ a: { b: 1 } }}}` + `{`"],
    ["comment start in a string", "const a = '/*' + `/*`;"],
  ].map(([name = "", code = ""]) => ({
    name: `fence after a ${name}`,
    reply: `\`\`\`ts\n${code}\n\`\`\`\nIt's a \`tick\`.\n\`\`\`ts\nb\n\`\`\``,
    expected: { cell: ts(code), trailing: true },
  })),
  {
    name: "template literal that never ends",
    reply: "```ts\nconst a = `b;\n```\nDone.",
    expected: { cell: ts("const a = `b;"), trailing: true },
  },
  {
    name: "comment that never ends, fence at the end",
    reply: "```ts\n/* a\n```",
    expected: { cell: ts("/* a") },
  },
  {
    name: "template literal that never ends, cut off",
    reply: "```ts\nconst a = `b\n```\nDone",
    truncated: true,
    expected: { unclosed: { ...ts("const a = `b\n```\nDone"), truncated: true } },
  },
];

function parse(chunks: string[], { truncated, languages }: Case): Outcome {
  const parser = new FenceParser({ languages });
  const parts = chunks.flatMap((chunk) => parser.push(chunk));
  const end: FenceEnd = parser.end({ truncated });
  parts.push(...end.parts);
  const cells = parts.filter((part) => part.type === "cell");
  assert(cells.length <= 1);
  assert(cells.length === 0 || parts.at(-1) === cells[0]);
  assertEquals(parser.done, cells.length === 1);
  assert(parts.every((part) => part.type === "cell" || part.text !== ""));
  return {
    text: parts.map((part) => part.type === "text" ? part.text : "").join(""),
    cell: cells[0] && { code: cells[0].code, language: cells[0].language },
    unclosed: end.unclosed,
    unaccepted: end.unaccepted,
    trailing: end.trailing,
    inline: end.inline,
  };
}

/** Yields every way to cut a text into this number of pieces. */
function* splits(text: string, pieces: number): Generator<string[]> {
  if (pieces === 1) return yield [text];
  for (let index = 0; index <= text.length; index++) {
    for (const rest of splits(text.slice(index), pieces - 1)) {
      yield [text.slice(0, index), ...rest];
    }
  }
}

for (const testCase of cases) {
  Deno.test(`FenceParser handles ${testCase.name}, however it is split`, () => {
    const { reply } = testCase;
    const expected = { ...nothing, ...testCase.expected };
    assertEquals(parse([reply], testCase), expected);
    assertEquals(parse(reply.split(""), testCase), expected);
    for (const chunks of splits(reply, 2)) {
      assertEquals(parse(chunks, testCase), expected, JSON.stringify(chunks));
    }
    if (reply.length > 50) return;
    for (const chunks of splits(reply, 3)) {
      assertEquals(parse(chunks, testCase), expected, JSON.stringify(chunks));
    }
  });
}

Deno.test("FenceParser.push() holds back only what may become a fence", () => {
  const table: [string, string][] = [
    ["He", "He"],
    ["llo `", "llo "],
    ["``x\n", "```x\n"],
    ["``", ""],
    [" b", "`` b"],
    ["\n  ", "\n"],
    ["a\n12", "  a\n"],
    [" c\n```", "12 c\n"],
    ["sh", ""],
    ["\nls", "```sh\nls"],
    ["\n``", "\n"],
    ["`", ""],
    ["\n```t", "```\n"],
    ["s\na", ""],
    ["\n```", ""],
  ];
  const parser = new FenceParser();
  for (const [chunk, text] of table) {
    assertEquals(parser.push(chunk), text === "" ? [] : [{ type: "text", text }], chunk);
    assertEquals(parser.done, false);
  }
  assertEquals(parser.push("\n"), [{ type: "cell", code: "a", language: "ts" }]);
  assertEquals(parser.done, true);
});

Deno.test("FenceParser takes linear time when a long reply comes in single characters", () => {
  const long = 300_000;
  for (
    const reply of [
      "a".repeat(long),
      " ".repeat(long),
      "```ts\n" + "a".repeat(long),
      "```ts\n" + "/[".repeat(long / 2) + "\n",
      "```ts\n" + "/*\n```\n".repeat(long / 8),
      "```sh\n" + "`".repeat(long),
    ]
  ) {
    const parser = new FenceParser();
    const start = performance.now();
    for (const character of reply) parser.push(character);
    parser.end();
    // Quadratic time would take minutes.
    assert(performance.now() - start < 20_000);
  }
});

Deno.test("FenceParser throws when it is used wrongly", () => {
  assertThrows(() => new FenceParser({ languages: [] }), TypeError, "no language is accepted");
  const parser = new FenceParser();
  parser.end();
  assertThrows(() => parser.push("a"), TypeError, "Cannot read more of a reply");
  assertThrows(() => parser.end(), TypeError, "Cannot end a reply");
});
