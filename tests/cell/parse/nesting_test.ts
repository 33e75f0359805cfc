import { assertEquals, assertThrows } from "@std/assert";
import { CellSyntaxError } from "../../../src/cell/parse/cell_syntax_error.ts";
import { compileCell } from "../../../src/cell/compile_cell.ts";

/** Cells each of which would end the process if it reached the type stripper. */
const TOO_DEEP: [name: string, source: string][] = [
  ["parentheses", "(".repeat(20_000) + "1" + ")".repeat(20_000)],
  ["parentheses that are never closed", "(".repeat(20_000)],
  ["lists", "[".repeat(20_000) + "]".repeat(20_000)],
  ["blocks", "{".repeat(20_000) + "}".repeat(20_000)],
  ["objects", "({a:".repeat(20_000) + "1" + "})".repeat(20_000)],
  ["arrow functions", "a=>".repeat(20_000) + "1"],
  ["arrow functions with parentheses", "(a)=>".repeat(20_000) + "1"],
  ["templates", "`${".repeat(20_000) + "1" + "}`".repeat(20_000)],
  ["functions", "function f(){".repeat(20_000) + "}".repeat(20_000)],
  ["types", `let x: ${"A<".repeat(20_000)}B${">".repeat(20_000)}`],
  ["negations", `${"!".repeat(100_000)}1`],
  ["choices", `${"1?1:".repeat(100_000)}1`],
  ["sums", `1${"+1".repeat(100_000)}`],
  ["members", `a${".b".repeat(100_000)}`],
  ["calls", `a${"()".repeat(100_000)}`],
  ["brackets hidden behind a quote in a pattern", `/'/;${"(".repeat(20_000)};'`],
  ["brackets with strings that seem to close them", `${`("))",`.repeat(20_000)}`],
];

for (const [name, source] of TOO_DEEP) {
  Deno.test(`compileCell() refuses a cell that is nested too deep: ${name}`, () => {
    assertThrows(() => compileCell(source), CellSyntaxError);
  });
}

/** Long cells that are not deep. */
const LONG: [name: string, source: string][] = [
  ["statements with semicolons", "foo.bar(a + b)[0].baz(`${x}`);\n".repeat(3_000)],
  ["statements without semicolons", "foo.bar(a + b)[0].baz(`${x}`)\n".repeat(3_000)],
  ["a list of rows", `const rows = [\n${"  { a: 1, b: -2.5, c: 'x(' },\n".repeat(1_000)}]`],
  [
    "functions",
    "const f = (a: number) => (b: number) => { return a + b }\n".replaceAll("const", "var").repeat(
      1_000,
    ),
  ],
  ["a string of brackets", `const art = "${"(((".repeat(1_000)}"`],
  ["types", "interface A { a: Array<Map<string, number[]>>; b(): void }\n".repeat(1_000)],
  ["a chain of calls", `rows${"\n  .map((row) => row + 1)".repeat(300)}`],
];

for (const [name, source] of LONG) {
  Deno.test(`compileCell() accepts a cell that is long but not deep: ${name}`, () => {
    assertEquals(typeof compileCell(source).code, "string");
  });
}
