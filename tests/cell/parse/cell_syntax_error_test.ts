import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { CellSyntaxError } from "../../../src/cell/parse/cell_syntax_error.ts";
import { compileCell } from "../../../src/cell/compile_cell.ts";

/** Broken cells in the style of models, with the place and message of the error. */
const BROKEN: [source: string, at: string, message: string][] = [
  ["let a = 1;\nconsole.log(a;\n", "2:14", "Unexpected token"],
  ["const x = ;", "1:11", "Unexpected token"],
  ["const rows = [1, 2, 3;\nrows.length", "1:22", "Unexpected token"],
  ["function f() {\n  return 1;\n", "3:1", "Unexpected token"],
  ["if (true) {\n  console.log(1)\n}}\n", "3:2", "Unexpected token"],
  ["const a = 1\nconst a = 2", "2:7", "Identifier 'a' has already been declared"],
  ["let s = 'unterminated\nlet t = 1;", "1:9", "Unterminated string constant"],
  ["const t = `open ${1\n", "1:20", "Unexpected syntax"],
  ["const t = `never closed", "1:12", "Unterminated template"],
  ["const o = { a: 1 b: 2 };", "1:18", "Unexpected token"],
  ["const o = {\n  a: 1,\n  b: 2\n  c: 3\n};", "4:3", "Unexpected token"],
  ["for (let i = 0; i < 3; i++ {\n}", "1:28", "Unexpected token"],
  ["for (const x in of xs) {}", "1:20", "Unexpected token"],
  ["while true { }", "1:7", "Unexpected token"],
  ["def f(x):\n    return x", "1:5", "Unexpected token"],
  ["import pandas as pd", "1:15", "Unexpected token"],
  ["print 'hello'", "1:7", "Unexpected token"],
  ["const f = (x) = > x;", "1:17", "Unexpected token"],
  ["const f = x => { return x ;", "1:28", "Unexpected token"],
  ["await = 3;", "1:7", "Unexpected token"],
  ["class A {\n  constructor( {\n  }\n}", "4:1", "Unexpected token"],
  ["interface A {\n  a: string\n  b number\n}", "3:5", "Unexpected syntax"],
  ["type A = { a: string;\nconst x = 1;", "2:1", "Unexpected syntax"],
  ["const x = y as ;", "1:13", "Unexpected token"],
  ["const r = /abc(/;", "1:12", "Invalid regular expression: /abc(/: Unterminated group"],
  ["const n = 1_000_;", "1:11", "Numeric separator is not allowed at the last of digits"],
  ["const n = 09n;", "1:11", "Invalid number"],
  ["return 1 +", "1:11", "Unexpected token"],
  ["try {\n  f();\n}\nconsole.log(1)", "1:1", "Missing catch or finally clause"],
  ["switch (x) {\n  case 1\n    break;\n}", "2:3", "Unexpected syntax"],
  ["break;", "1:1", "Unsyntactic break"],
  ["const { a, b } ;", "1:16", "Unexpected token"],
  ["let x = 1;\nx++ ++;", "2:1", "Assigning to rvalue"],
  ["obj?.a = 1;", "1:1", "Optional chaining cannot appear in left-hand side"],
  ["1 = x;", "1:1", "Assigning to rvalue"],
  [
    "async function f() {}\nfunction g() {\n  await f();\n}",
    "3:3",
    "Cannot use keyword 'await' outside an async function",
  ],
  ["new.target", "1:1", "'new.target' can only be used in functions and class static block"],
  ["super.x", "1:1", "'super' keyword outside a method"],
  ["const yield = 1;", "1:7", "The keyword 'yield' is reserved"],
  ["a b c", "1:3", "Unexpected token"],
  ["const x = 5 +* 3;\n", "1:14", "Unexpected token"],
  ['console.log("a" "b")', "1:17", "Unexpected token"],
  ["export const x = 1;\nexport const x = 2;", "2:14", "Identifier 'x' has already been declared"],
  ["import { a } from b;", "1:19", "Unexpected token"],
  ["const x = await;", "1:16", "Unexpected token"],
  [
    "@sealed\nclass A {}",
    "1:1",
    "Decorators are not supported in cells: call the decorator as a function instead",
  ],
  [
    "class A {\n  @log method() {}\n}",
    "2:3",
    "Decorators are not supported in cells: call the decorator as a function instead",
  ],
  ["const u = import.meta.url;", "1:11", "import.meta is not available in a cell: it has no file"],
  ["var let = 1;", "1:5", "The keyword 'let' is reserved"],
  ['const x = "\\u{110000}";', "1:15", "Code point out of bounds"],
  [
    "enum A { X }\nconst u = import.meta.url;",
    "2:11",
    "import.meta is not available in a cell: it has no file",
  ],
  ["enum A { X }\nlet q = 1;\nlet q = 2;", "3:5", "Identifier 'q' has already been declared"],
  [
    "const a = <div>hi</div>;",
    "1:11",
    "JSX is not supported in cells: build text with template literals instead",
  ],
  [
    "const a = <></>;",
    "1:11",
    "JSX is not supported in cells: build text with template literals instead",
  ],
  [
    "const a = <img src='x' />;",
    "1:11",
    "JSX is not supported in cells: build text with template literals instead",
  ],
  [
    "function Card({ t }: { t: string }) {\n  return (\n    <section>\n      <h1>{t}</h1>\n    </section>\n  );\n}",
    "3:5",
    "JSX is not supported in cells: build text with template literals instead",
  ],
  ['const html = "<div></div>";\nconst x = ;', "2:11", "Unexpected token"],
  [
    "class A { accessor v = 1 }",
    "1:11",
    "Fields with `accessor` are not supported in cells: write a getter and a setter instead",
  ],
  [
    "const cfg = 3;\nexport = cfg;",
    "2:1",
    "`export =` is not supported in cells: later cells see all names of this one",
  ],
  [
    "let a;\nimport fs = require('fs');",
    "2:1",
    '`import ... = require()` is not supported in cells: write `import ... from "..."`',
  ],
  ["#!/usr/bin/env -S deno\nlet a = ;", "2:9", "Unexpected token"],
  ["const fn = function { return 1 };", "1:21", "Unexpected token"],
  ["if (x) else y", "1:8", "Unexpected token"],
  ["let a = [1, 2\nlet b = 3", "2:1", "Unexpected token"],
];

for (const [source, at, message] of BROKEN) {
  Deno.test(`compileCell() throws a CellSyntaxError with the place for ${JSON.stringify(source)}`, () => {
    const error = assertThrows(() => compileCell(source), CellSyntaxError);
    assertEquals(`${error.position.line}:${error.position.column}`, at);
    assertEquals(error.message, message);
    assertEquals(error.name, "SyntaxError");
    assertInstanceOf(error, SyntaxError);
  });
}

/** If the broken line has types, the line is right, and the column may be that of a type. */
const BROKEN_TYPES: [source: string, line: number][] = [
  ["const x: number = ;", 1],
  ["const x: = 5;", 1],
  ["const a: number = 1;\nconst b: string = 'x;\n", 2],
  ["interface A { a: string }\nfunction f(a: string, b:) { }", 2],
  ["type T = number;\n\nconst xs: Array<number = [];", 3],
  ["let a: number = 1;\nenum E { A = , B }\nlet b = 2;", 2],
  ["interface A {\n  a: string;\n}\nconst a: A = {\n  a: 'x',,\n};", 5],
  ["const f = (a: number): string => {\n  return `${a`;\n};", 2],
  ["abstract class A {\n  abstract f(): void;\n  g(): number { return 1 +; }\n}", 3],
];

for (const [source, line] of BROKEN_TYPES) {
  Deno.test(`compileCell() throws a CellSyntaxError with the line for ${JSON.stringify(source)}`, () => {
    const error = assertThrows(() => compileCell(source), CellSyntaxError);
    assertEquals(error.position.line, line);
  });
}
