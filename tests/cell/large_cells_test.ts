import { assert, assertEquals, assertThrows } from "@std/assert";
import { firstBadLine } from "../../src/cell/parse/_bad_line.ts";
import { MAX_TRANSFORMED_CHARS } from "../../src/cell/parse/strip.ts";
import { CellSyntaxError } from "../../src/cell/parse/cell_syntax_error.ts";
import { compileCell } from "../../src/cell/compile_cell.ts";
import { MAX_CELL_CHARS } from "../../src/cell/parse/parsed_cell.ts";

/** Returns as many lines as fit into a cell. */
function linesOf(line: (index: number) => string, maxChars = MAX_CELL_CHARS - 100): string[] {
  const lines: string[] = [];
  for (let length = 0, i = 0; length < maxChars; i++) {
    length += lines[lines.push(line(i)) - 1]!.length + 1;
  }
  lines.pop();
  return lines;
}

const STATEMENTS = linesOf((i) => `const value${i}: number = compute(${i});`);

/** Looks for a line and counts the characters that are parsed. A text is bad from the line with `BAD` on. */
function search(lines: readonly string[]) {
  let chars = 0;
  const found = firstBadLine(lines, (text) => {
    chars += text.length;
    return !text.includes("BAD");
  });
  return { ...found, chars };
}

Deno.test("firstBadLine() finds the line in a number of characters that is a small multiple of the text", () => {
  const many = STATEMENTS.length;
  for (const index of [0, 1, 7, many >> 1, many - 2, many - 1]) {
    const lines = STATEMENTS.with(index, "const BAD");
    const { line, isExact, chars } = search(lines);
    assertEquals([line, isExact], [index + 1, true]);
    assert(chars < 4 * MAX_CELL_CHARS, `${chars}`);
  }
});

Deno.test("firstBadLine() stops at its budget where no part can be parsed alone", () => {
  const lines = ["{", ...STATEMENTS.with(-1, "const BAD"), "}"];
  const { isExact, line, chars } = search(lines);
  assertEquals(isExact, false);
  assert(line > 1 && line < lines.length);
  assert(chars < 4 * MAX_CELL_CHARS, `${chars}`);
});

Deno.test("firstBadLine() tries a bounded number of prefixes", () => {
  let parses = 0;
  firstBadLine(Array(100_000).fill(""), () => (parses++, false));
  assert(parses < 500, `${parses}`);
});

Deno.test("compileCell() reports the line of an error in a cell of the largest size", () => {
  for (const index of [0, STATEMENTS.length >> 1, STATEMENTS.length - 1]) {
    const source = STATEMENTS.with(index, "const x = = 1;").join("\n");
    const error = assertThrows(() => compileCell(source), CellSyntaxError);
    assertEquals(error.position.line, index + 1);
  }
});

Deno.test("compileCell() compiles a cell of the largest size, whatever fills it", () => {
  const table: [name: string, line: (index: number) => string][] = [
    ["functions", (i) => `function f${i}(){}`],
    ["declarations", (i) => `let a${i}=1;`],
    ["variables", (i) => `var a${i};`],
    ["imports", (i) => `import {a${i}} from "x";`],
    ["classes", (i) => `class C${i}{#a;m(){return this.#a}}`],
    ["helpers", (i) => `$cell${i || ""};`],
    ["unawaited", () => "console.log(f(),f());"],
  ];
  for (const [name, line] of table) {
    const lines = linesOf(line);
    const { declarations, helper, unawaited } = compileCell(lines.join("\n"), {
      isAsync: (name) => name === "f",
    });
    const declares = name !== "helpers" && name !== "unawaited";
    assertEquals(declarations.length, declares ? lines.length : 0, name);
    assertEquals(helper, name === "helpers" ? `$cell${lines.length}` : "$cell");
    assertEquals(unawaited.length, name === "unawaited" ? 2 * lines.length : 0);
  }
});

Deno.test("compileCell() refuses what would take more than linear work", () => {
  const nested = `${"{".repeat(399)}${linesOf((i) => `var a${i};`, 400_000).join("")}`;
  const table: [source: string, message: RegExp][] = [
    [
      " ".repeat(MAX_CELL_CHARS + 1),
      /^The cell has 500001 characters, more than the 500000 allowed/,
    ],
    [`enum E { A }${" ".repeat(MAX_TRANSFORMED_CHARS)}`, /more than the 150000 allowed with enums/],
    [nested + "}".repeat(399), /^The cell declares too many names in nested blocks/],
    ["[".repeat(100_000), /nested too deep/],
  ];
  for (const [source, message] of table) {
    const error = assertThrows(() => compileCell(source), CellSyntaxError);
    assert(message.test(error.message), error.message);
  }
});
