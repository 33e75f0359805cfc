import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { CellSyntaxError } from "../../src/cell/parse/cell_syntax_error.ts";
import { compileCell } from "../../src/cell/compile_cell.ts";
import { MAX_CELL_CHARS } from "../../src/cell/parse/parsed_cell.ts";
import { evaluate, type Namespace, valueOfLast } from "./_evaluate.ts";

/** Cells, with their declarations as `kind name`, and the resulting values. */
const DECLARATIONS: [source: string, kinds: string, values: Namespace][] = [
  [`const a = 1`, "const a", { a: 1 }],
  [`let a`, "let a", { a: undefined }],
  [`var a`, "var a", { a: undefined }],
  [`let a = 1, b, c = a + 1;`, "let a, let b, let c", { a: 1, b: undefined, c: 2 }],
  [
    `const { a, b: c, ["d" + 1]: d = 4, ...rest } = { a: 1, b: 2, e: 5 }`,
    "const a, const c, const d, const rest",
    { a: 1, c: 2, d: 4, rest: { e: 5 } },
  ],
  [`let [a, , b = a + 1, [c], ...d] = [1, 2, undefined, [3], 4, 5]`, "let a, let b, let c, let d", {
    a: 1,
    b: 2,
    c: 3,
    d: [4, 5],
  }],
  [`const { a: { b: [{ c }] } } = { a: { b: [{ c: 7 }] } }`, "const c", { c: 7 }],
  [`let { a } = { a: 1 }, [b] = [a]`, "let a, let b", { a: 1, b: 1 }],
  [`const {} = {}, [] = []`, "", {}],
  [`for (var i = 0; i < 3; i++);`, "var i", { i: 3 }],
  [`for (var k in { a: 1, b: 2 });`, "var k", { k: "b" }],
  [`for (var [x, y] of [[1, 2], [3, 4]]);`, "var x, var y", { x: 3, y: 4 }],
  [`for (var { x = 9 } of [{}]) { let hidden = x }`, "var x", { x: 9 }],
  [`for (let i = 0; i < 3; i++); for (const x of []);`, "", {}],
  [`if (true) { var a = 1; { var b = 2 } } else var c = 3`, "var a, var b, var c", {
    a: 1,
    b: 2,
    c: undefined,
  }],
  [
    `try { throw 1 } catch (e) { var caught = e } finally { var done = true }`,
    "var caught, var done",
    { caught: 1, done: true },
  ],
  [`switch (1) { case 1: var s = "one" }`, "var s", { s: "one" }],
  [`label: { var l = 1; break label }`, "var l", { l: 1 }],
  [`{ let a = 1; const b = 2; class C {} function f() {} }`, "", {}],
  [`export const a = 1; const b = 2; export { b as c }; export default a`, "const a, const b", {
    a: 1,
    b: 2,
  }],
  [
    `type T = number; interface I { a: T } declare const d: T; import type { X } from "./x.ts"`,
    "",
    {},
  ],
  [
    `let a: number = 1, b!: string; const c = <const T,>(x: T): x is T => true; c(1)`,
    "let a, let b, const c",
    { a: 1, b: undefined },
  ],
  [
    `const __proto__ = 1; let constructor = 2, $ = 3, ünï = 4`,
    "const __proto__, let constructor, let $, let ünï",
    { constructor: 2, $: 3, ünï: 4 },
  ],
  [`let a = () => { var inner = 1; return inner }, b = a()`, "let a, let b", { b: 1 }],
];

for (const [source, kinds, values] of DECLARATIONS) {
  Deno.test(`compileCell() declares the names of the cell: ${source}`, async () => {
    const { declarations } = compileCell(source);
    const sorted = (text: string[]) => text.sort().join(", ");
    const actual = declarations.map(({ kind, name }) => `${kind} ${name}`);
    assertEquals(sorted(actual), sorted(kinds === "" ? [] : kinds.split(", ")));
    const namespace: Namespace = Object.create(null);
    await evaluate(source, namespace);
    const left = Object.keys(namespace).sort();
    assertEquals(left, actual.map((text) => text.split(" ")[1]!).sort());
    for (const [name, value] of Object.entries(values)) assertEquals(namespace[name], value, name);
  });
}

/** Cells, with the value of the last one. */
const VALUES: [what: string, cells: string[], value: unknown][] = [
  ["a literal", [`1`], 1],
  ["a comment behind it", [`1 // one`], 1],
  ["comments on the next lines", [`1\n// one\n/* more */\n`], 1],
  ["a comment between it and the semicolon", [`1 /* one */ ;`], 1],
  ["a semicolon on the next line", [`1\n;`], 1],
  ["many semicolons", [`1;;;`], 1],
  ["a sequence", [`1, 2, 3`], 3],
  ["a template", ["`a${1}\n`"], "a1\n"],
  ["an object in parentheses", [`({ a: 1 })`], { a: 1 }],
  ["an array", [`[1, 2]`], [1, 2]],
  ["an assignment", [`let a = 1; a += 2`], 3],
  ["an await", [`await Promise.resolve(4)`], 4],
  ["a promise", [`Promise.resolve(4)`], 4],
  ["a function expression", [`(function () { return 5 })()`], 5],
  ["a ternary over lines", [`true\n  ? "yes"\n  : "no"`], "yes"],
  ["a chain over lines", [`[3, 1, 2]\n  .toSorted()\n  // first\n  .at(0)`], 1],
  ["a regular expression", [`/a/.test("a")`], true],
  ["an as expression", [`({ a: 1 } as { a: number }).a!`], 1],
  ["an assertion in angle brackets", [`<number> 3`], 3],
  ["a directive", [`"use strict"`], "use strict"],
  ["nothing behind a declaration", [`1; const a = 2`], undefined],
  ["nothing behind a block", [`{ 1 }`], undefined],
  ["nothing behind an if", [`if (true) 1`], undefined],
  ["nothing of an empty cell", [``], undefined],
  ["an expression in front of a type", [`7\ntype T = 1`], 7],
  ["a return", [`return 1`], 1],
  ["a return in nested blocks", [`for (const x of [1, 2]) { if (x > 1) { return x } }\n9`], 2],
  ["a return in try and finally", [`try { return "try" } finally { var f = 1 }`], "try"],
  ["a return of nothing", [`return; 1`], undefined],
  ["a return of a sequence", [`return 1, 2`], 2],
  ["a return of an object over lines", [`return {\n  a: 1,\n};`], { a: 1 }],
  ["the return of a function", [`const f = () => { return [1] }; f()`], [1]],
  ["a line that starts with a bracket", [`const a = [1]\n;[a[0]] = [2]\na`, `a`], [2]],
  ["a declaration behind no semicolon", [
    `let a = 1\nlet [b] = [2]\nlet { c } = { c: 3 }\n;[a, b, c]`,
  ], [1, 2, 3]],
  ["a class behind no semicolon", [`let a = 1\nclass B { v = a }\n(new B).v`], 1],
  ["an expression in front of a declaration", [
    `let n = 0\nn++\nvar [m] = [n]\nconst { k } = { k: m }\nk`,
  ], 1],
  [
    "an object pattern behind an arrow function",
    [`const f = () => 1\nconst { a } = { a: f() }\na`],
    1,
  ],
  [
    "a function that is used before it stands there",
    [`const a = f(); function f() { return 1 } a`],
    1,
  ],
  ["functions that use each other", [
    `even(10); function even(n) { return n === 0 || odd(n - 1) }
    function odd(n) { return n !== 0 && even(n - 1) }`,
    `even(3)`,
  ], false],
  ["a function that counts itself", [`function f() { return f.n = (f.n ?? 0) + 1 } f(); f()`], 2],
  ["a function that is replaced in a call to itself", [
    `function f(n) { return n ? f(n - 1) : "old" }; const g = f`,
    `f = () => "new"`,
    `g(1)`,
  ], "new"],
  ["closures that see later values", [`let n = 1; const get = () => n`, `n = 2`, `get()`], 2],
  ["closures that see new declarations", [
    `let n = 1; const get = () => n`,
    `const n = "x"`,
    `get()`,
  ], "x"],
  ["a var that keeps its value", [`var n = 1`, `var n; n`], 1],
  ["a let that loses its value", [`let n = 1`, `let n; n`], undefined],
  ["the name of an arrow function", [`const f = () => 1, { g = () => 2 } = {}; [f.name, g.name]`], [
    "f",
    "g",
  ]],
  ["the names of a function and a class", [
    `let f = function () {}, C = class {}; [f.name, C.name]`,
  ], ["f", "C"]],
  ["names that are there already", [`let f = function g() {}, C = class D { }; [f.name, C.name]`], [
    "g",
    "D",
  ]],
  ["the static name of a class", [`const C = class { static name = "own" }; C.name`], "own"],
  ["the name of a declaration", [
    `function f() {} class C {} async function* g() {} [f.name, C.name, g.name]`,
  ], ["f", "C", "g"]],
  ["a default export", [`export default function f() { return 1 }\nf()`], 1],
  ["a default class", [`export default class C { v = 1 }\nnew C().v`], 1],
  ["a class that names itself", [
    `class A { static make() { return new A() } } const B = A; class A2 extends B {}
    A2.make() instanceof A`,
  ], true],
  ["an enum", [`enum E { A, B = 5, C }; [E.A, E[5], E.C]`], [0, "B", 6]],
  ["an enum that was another one", [`enum E { A }`, `enum E { B }; Object.keys(E)`], ["0", "B"]],
  ["a const enum and a namespace", [
    `const enum E { A = 1 << 3 }; namespace N { export const v = E.A } N.v`,
  ], 8],
  ["a namespace that is the last thing", [`1; namespace N { export const v = 1 }`], undefined],
  ["parameter properties", [
    `class P { constructor(public x: number, private readonly y = 2) {} sum() { return this.x + this.y } }
    new P(1).sum()`,
  ], 3],
  ["satisfies and overloads", [`function f(a: string): string; function f(a: number): number;
    function f(a: any) { return a } f(1) satisfies number`], 1],
  ["a using declaration", [
    `let log = []; { using d = { [Symbol.dispose]() { log.push(1) } } } log`,
  ], [1]],
  ["names that the helper could have", [
    `const $cell = 1; let $cell1 = $cell + 1; $cell1`,
    `$cell + $cell1`,
  ], 3],
  ["a string that has the helper's name", ["`$cell.c.x`"], "$cell.c.x"],
  ["a delete and a typeof of what is not there", [`typeof nothing`], "undefined"],
];

for (const [what, cells, value] of VALUES) {
  Deno.test(`compileCell() keeps the value of ${what}`, async () => {
    assertEquals(await valueOfLast(...cells), value);
  });
}

Deno.test("compileCell() makes constants that cannot be assigned to", async () => {
  const namespace: Namespace = Object.create(null);
  await evaluate(`const a = 1; let b = 2`, namespace);
  let thrown: unknown;
  await evaluate(`b = 3; a = 2`, namespace).catch((error) => thrown = error);
  assert(thrown instanceof TypeError);
  assertEquals([namespace.a, namespace.b], [1, 3]);
});

const IMPORTS: [source: string, code: RegExp, names: string][] = [
  [`import "m"`, /import\("m"\)/, ""],
  [`import d from "m"`, /"default": \S+\.c\.d/, "d"],
  [
    `import { a, b as c, default as e, "odd name" as f } from "m"`,
    /"odd name": \S+\.c\.f/,
    "a c e f",
  ],
  [`import * as ns from "m"`, /\.c\.ns = await/, "ns"],
  [`import d, * as ns from "m"`, /"default": \S+\.c\.d/, "d ns"],
  [`import j from "m" with { type: "json" }`, /import\("m", \{with: \{type: "json"\}\}\)/, "j"],
  [`export * from "m"`, /import\("m"\)/, ""],
  [`export { a } from "m"`, /import\("m"\)/, ""],
  [`1;\nimport d from "m"`, /^.*import\("m"\).*\n?.*1/s, "d"],
];

for (const [source, code, names] of IMPORTS) {
  Deno.test(`compileCell() turns a static import into a dynamic one: ${source}`, () => {
    const cell = compileCell(source);
    assertMatch(cell.code, code);
    assertEquals(cell.declarations.map(({ name }) => name).join(" "), names);
    assert(cell.declarations.every(({ kind }) => kind === "import"));
  });
}

Deno.test("compileCell() takes a cell of the greatest length and refuses a longer one", () => {
  const line = `const someName = [1, 2, 3].map((x: number) => x * 2);\n`;
  const distinct = Array.from({ length: 2_000 }, (_, i) => line.replace("someName", `n${i}`)).join(
    "",
  );
  assertEquals(compileCell(distinct).declarations.length, 2_000);
  const longest = `"${"x".repeat(MAX_CELL_CHARS - 2)}"`;
  assertEquals(compileCell(longest).declarations, []);
  const error = assertThrows(() => compileCell(`${longest} `), CellSyntaxError);
  assertEquals(error.position, { line: 1, column: 1 });
});
