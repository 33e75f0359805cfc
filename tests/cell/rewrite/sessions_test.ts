import { type Session, testSessions } from "../../runtime/_sessions.ts";

/** Each begins with a declaration that has no semicolon, and must not go on in the next line. */
const UNTERMINATED: Session[] = [
  { cells: "let out\n[1, 2, 3].forEach((n) => { out = (out ?? 0) + n })\nout", gives: "ok 6" },
  { cells: "let a\n(() => { a = 5 })()\na", gives: "ok 5" },
  {
    cells: "let best: number | undefined\n[4, 9].forEach((n) => { best = n })\nbest",
    gives: "ok 9",
  },
  { cells: "var a\n`x`.length", gives: "ok 1" },
  { cells: "let a\n/b/.exec('abc')?.[0]", gives: 'ok "b"' },
  { cells: "var a, b\n+1\na", gives: "ok nothing" },
  { cells: "let a\n-1", gives: "ok -1" },
  { cells: "export let a\n[1].forEach((n) => { a = n })\na", gives: "ok 1" },
  { cells: "{ var q\n[7].forEach((x) => { q = x }) }\nq", gives: "ok 7" },
  { cells: "if (true) {\n  var w\n  [4].map((n) => { w = n })\n}\nw", gives: "ok 4" },
  { cells: "if (true) var w\n[4].map((n) => { w = n })\nw", gives: "ok 4" },
  { cells: "if (true) var x = 1\nelse var y\nx", gives: "ok 1" },
  { cells: "if (true) while (!z) var z = 1\nelse var y\nz", gives: "ok 1" },
  { cells: "switch (1) { case 1: var s\n[8].map((n) => { s = n }) }\ns", gives: "ok 8" },
  { cells: "do var d = 1\nwhile (false)\nd", gives: "ok 1" },
  { cells: "label: var l = 2\n;[3]", gives: "ok [ 3 ]" },
  { cells: "for (var i = 0, j; i < 2; i++) j = i\n;[i, j]", gives: "ok [ 2, 1 ]" },
  { cells: "let { a } = { a: 1 }, b\n[2].map((n) => { b = n })\n;[a, b]", gives: "ok [ 1, 2 ]" },
  { cells: "export default function () {}\n(1)", gives: "ok 1" },
  { cells: "type T = number\n(1)", gives: "ok 1" },
];

testSessions("ends declarations without a semicolon with their line", UNTERMINATED, [
  "LocalRuntime",
]);

/** Cells for which erasing types does not suffice. */
const TRANSFORMED: Session[] = [
  { cells: ["var hits = 5", "enum Kind { A }\nvar hits\nhits"], gives: "ok 5" },
  {
    cells: ["var keep = [1]", "enum E { A }\nif (false) { var keep = [2] }\nkeep"],
    gives: "ok [ 1 ]",
  },
  {
    cells: ["var n = 3", "class P { constructor(public a: number) {} }\nvar n;\nn"],
    gives: "ok 3",
  },
  { cells: ["var n = 3", "const m = <number>4\nvar n;\nn + m"], gives: "ok 7" },
  { cells: ["const enum Dir { Up = 'U' }", "Dir.Up"], gives: 'ok "U"' },
  { cells: ["export const enum Dir { Up }", "Dir[0]"], gives: 'ok "Up"' },
  {
    cells: "const enum A { X }\nconst text = `const enum B`\ntext // const enum C",
    gives: 'ok "const enum B"',
  },
  { cells: ["enum E { A }", "enum E { B }\n'A' in E"], gives: "ok false" },
  { cells: "enum E { A }\nenum E { B = 1 }\n[E.A, E.B]", gives: "ok [ 0, 1 ]" },
  {
    cells: ["namespace N { export const a = 1 }", "namespace N { export const b = 2 }\nN"],
    gives: "ok { b: 2 }",
  },
  {
    cells: "function f() { return 1 }\nnamespace f { export const x = 2 }\nf() + f.x",
    gives: "ok 3",
  },
  { cells: "export namespace N { export const a = 1 }\nN.a", gives: "ok 1" },
  { cells: "namespace A.B { export const q = 1 }\nA.B.q\nvar z", gives: "ok nothing\n" },
  { cells: "const one = async<T>\n(v: T) => v;\nawait one(8)", gives: "ok 8" },
  { cells: "function pair() { return <T>\n(x: T) => x, 1 }\npair()", gives: "ok 1" },
  { cells: "function* g() { yield <T>\n(x: T) => x }\ntypeof [...g()][0]", gives: 'ok "function"' },
  {
    cells: "let i = 0\nenum E { A }\nlet j\n[1].map((x) => { j = x })\nnull.x",
    gives: "cell-1.ts:5:6",
  },
];

testSessions("runs cells that are transformed", TRANSFORMED, ["LocalRuntime"]);

/** Blocks of one namespace, which see what earlier ones export. */
const MERGED: Session[] = [
  {
    cells:
      "namespace Geo { export const pi = 3 }\nnamespace Geo { export const tau = 2 * pi }\n[Geo.pi, Geo.tau]",
    gives: "ok [ 3, 6 ]",
  },
  {
    cells: "namespace N { export let n = 1; export function up() { n++ } }\n" +
      "namespace N { up(); export const all = { n }; export const two = (n: number) => n * 2 }\n[N.all.n, N.two(4)]",
    gives: "ok [ 2, 8 ]",
  },
  {
    cells:
      "const pi = 0\nnamespace N { export const pi = 3 }\nnamespace N { export const one = pi }\nN.one",
    gives: "ok 3",
  },
  {
    cells: "namespace N { export namespace M { export const a = 1 } }\n" +
      "namespace N { export namespace M { export const b = a + 1 } export const c = M.b + M.a }\n[N.M.b, N.c]",
    gives: "ok [ 2, 3 ]",
  },
  {
    cells: "namespace N { export class Box { v = 1 } export const { x, y } = { x: 1, y: 2 } }\n" +
      "namespace N { export const sum = new Box().v + x + y }\nN.sum",
    gives: "ok 4",
  },
  {
    cells: "namespace N { export let a = 1 }\nnamespace N { a = 5; ({ a } = { a: a + 1 }) }\nN.a",
    gives: "ok 6",
  },
];

testSessions("lets blocks of a namespace see what earlier ones export", MERGED, ["LocalRuntime"]);

/** The ends of cells, and their values. */
const VALUES: Session[] = [
  { cells: "{ x: 1, y: 'why' }", gives: 'ok { x: 1, y: "why" }' },
  { cells: "{ total: 42 }", gives: "ok { total: 42 }" },
  { cells: "const a = 1, b = 2\n{ a, b }", gives: "ok { a: 1, b: 2 }" },
  { cells: "const a = 1\n{ a }", gives: "ok { a: 1 }" },
  { cells: "const a: number = 3;\n{ a, doubled: a * 2 };", gives: "ok { a: 3, doubled: 6 }" },
  {
    cells: "const a = 1\n{\n  a, // one\n  f: (n: number) => n,\n}\n// the end",
    gives: "ok { a: 1, f: [Function: f] }",
  },
  { cells: "[1].length\n{ ...{ a: 1 }, b: await 2 }", gives: "ok { a: 1, b: 2 }" },
  { cells: "enum E { A }\n{ kind: E.A, name: E[0] }", gives: 'ok { kind: 0, name: "A" }' },
  { cells: "const a = 1\n{ a, b: null.x }", gives: "cell-1.ts:2:14" },
  { cells: "{}", gives: "ok {}" },
  { cells: "{ outer: for (const x of [1]) break outer }", gives: "ok nothing" },
  { cells: "{ let q = 1; q }", gives: "ok nothing" },
  { cells: "{ console.log(1) }", gives: "ok nothing" },
  { cells: "let a\n{ a = 1 }\na", gives: "ok 1" },
  { cells: "if (true) { 1 }", gives: "ok nothing" },
  { cells: "function f() { a: 1, b: 2 }", gives: "error SyntaxError" },
  { cells: "if (true)\n{ a: 1, b: 2 }", gives: "error SyntaxError" },
  { cells: "const f = () =>\n{ a: 1, b: 2 }", gives: "error SyntaxError" },
  { cells: "export default 42", gives: "ok 42" },
  { cells: "export default { a: 1 }", gives: "ok { a: 1 }" },
  { cells: "export default 42;\n7", gives: "ok 7" },
  { cells: "export default class {}", gives: "ok [class" },
  { cells: ["const a = 1; function f() { return 2 }", "export { a, f }"], gives: "ok nothing" },
  { cells: ["const a = 1", "export { a as b };\na"], gives: "ok 1" },
  { cells: "export { later }\nconst later = 1\nlater", gives: "ok 1" },
  { cells: "export {\n  missing }", gives: "missing is not defined\n    at cell-1.ts:2:3" },
  { cells: "#!/usr/bin/env -S deno run\nconst v = 1;\nv + 1", gives: "ok 2" },
  { cells: "#!/usr/bin/env -S deno run\nenum Q { A = 5 }\nQ.A", gives: "ok 5" },
  { cells: "#!/usr/bin/env deno", gives: "ok nothing" },
  { cells: "#!/usr/bin/env deno\nnull.x", gives: "cell-1.ts:2:6" },
];

testSessions("gives a cell the value of its last statement", VALUES, ["LocalRuntime"]);

/** Cells whose declarations are reached late, or never. */
const DEAD_ZONES: Session[] = [
  {
    cells: ["const later = 'old'", "console.log(later);\nconst later = 'new'"],
    gives: "Cannot access 'later' before init",
  },
  { cells: "let x = x + 1", gives: /ReferenceError.*\n {4}at cell-1.ts:1:9/ },
  {
    cells: ["const base = 100", "function f() { return base }\nlet t = f();\nconst base = 1"],
    gives: "ReferenceError",
  },
  { cells: ["let n = 1", "n = 2; let n = 3"], gives: "ReferenceError" },
  { cells: "console.log(typeof Kk);\nclass Kk { m() {} }", gives: "ReferenceError" },
  { cells: "class A extends B {}\nclass B {}", gives: "ReferenceError" },
  { cells: "const a = [1].map(() => b), b = 2", gives: "ReferenceError" },
  {
    cells: "const { a, b = a } = { a: 1 }; class C { static self = C.name }\n[a, b, C.self]",
    gives: 'ok [ 1, 1, "C" ]',
  },
  {
    cells: "const even = (n) => n === 0 || odd(n - 1), odd = (n) => n > 0 && even(n - 1)\neven(4)",
    gives: "ok true",
  },
  {
    cells: [
      "const a = 1",
      "const b = a; const { structuredClone } = globalThis\ntypeof structuredClone",
    ],
    gives: 'ok "function"',
  },
  { cells: ["const a = 1", "a; const a = 2", "a"], gives: "ok 1" },
  { cells: ["a(); let b = 1; function a() { b }", "b"], gives: "b is not defined" },
  { cells: ["a; const a = 1", "const a = 2; a"], gives: "ok 2" },
  { cells: ["const a = 1", "a; const a = 2"], gives: /changed $/ },
  { cells: ["f; let a; var f = () => a", "a = 1; f()"], gives: "ok 1" },
];

testSessions("refuses a name before the declaration of its own cell", DEAD_ZONES);

/** Assignments to names that nothing declares. */
const UNDECLARED: Session[] = [
  { cells: "total = 4", gives: /^ok 4\n.*\nchanged total$/ },
  { cells: ["total = 4", "total++; total"], gives: "ok 5" },
  { cells: "'use strict'; total = 4", gives: "changed total" },
  { cells: "for (i = 0; i < 3; i++);\ni", gives: /^ok 3\n.*\nchanged i$/ },
  { cells: "for (item of [1, 2]);\nfor (key in { a: 1 });\n[item, key]", gives: 'ok [ 2, "a" ]' },
  {
    cells: "[a, b = 5, ...c] = [1, undefined, 3]\n;({ d, e: { f } } = { d: 4, e: { f: 6 } })",
    gives: "changed a, b, c, d, f",
  },
  { cells: "if (true) { { x = y = 1 } }\nx + y", gives: "ok 2" },
  { cells: "try { x = 1 } finally { z = 2 }", gives: "changed x, z" },
  { cells: "if (typeof seen === 'undefined') seen = 1\nseen", gives: "ok 1" },
  { cells: "x = x + 1", gives: "x is not defined" },
  { cells: "x += 1", gives: "x is not defined" },
  { cells: "x ??= 1", gives: "x is not defined" },
  { cells: "x++", gives: "x is not defined" },
  { cells: "function f() { x = 1 }\nf()", gives: "x is not defined" },
  { cells: "[1].forEach(() => { x = 1 })", gives: "x is not defined" },
  { cells: "class A { static { x = 1 } }", gives: "x is not defined" },
  { cells: ["if (false) x = 1", "x"], gives: "x is not defined" },
  { cells: "if (false) x = 1\nx", gives: "x is not defined" },
  { cells: "let x = 1\nfor (const a of [1]) { let x; x = 2 }\nx", gives: "ok 1" },
  { cells: "x = 1; throw new Error('late')", gives: /error Error: late[^]*changed x$/ },
  { cells: ["Map = 5", "Map + 1"], gives: "ok 6" },
];

testSessions("declares a name by assigning to it outside of functions", UNDECLARED);

/** Assignments to constants. */
const CONSTANTS: Session[] = [
  "a = 2",
  "a += 2",
  "a++",
  "--a",
  "[a] = [2]",
  "({ a } = { a: 2 })",
  "({ x: [a = 1] } = { x: [] })",
  "for (a of [1]);",
  "for (a in { b: 1 });",
  "function f() { a = 2 }\nf()",
  "a ||= 0; a &&= 3",
].map((cell) => ({
  cells: ["const a = 1", cell],
  gives: "a is a constant: declare it again, with let",
}));

testSessions("says that a name is a constant", CONSTANTS);

/** Functions, and the texts that they show. */
const TEXTS: Session[] = [
  "function foo(a, b = 1) { for (const x of a) if (x) return b; while (a) a-- }",
  "async function* foo() { 'use strict'; for await (const x of await y) yield x }",
  "function foo() { return async () => await z }",
  "function foo() { return (a) => a ? 1 : (b) => a + b }",
].flatMap((text) => [
  { cells: `${text}\nfoo.toString() === ${JSON.stringify(text)}`, gives: "ok true" },
  { cells: `export ${text}\nfoo.toString() === ${JSON.stringify(text)}`, gives: "ok true" },
  { cells: `${text}\nfoo.name`, gives: 'ok "foo"' },
]);

testSessions("shows functions as they were written", TEXTS, ["DenoRuntime"]);

/** Characters that end a line for some. */
const LINES: Session[] = [
  { cells: "const s = 'a\u2028b';\nnull.x", gives: "cell-1.ts:2:6" },
  { cells: "// note \u2028 const q = 1;\nnull.x", gives: "cell-1.ts:2:6" },
  { cells: "const t = `x\u2029y`; null.x", gives: /cell-1\.ts:1:23[^]*\n1 \| const t/ },
  { cells: "enum E { A }\nconst t = 'x\u2028y'; null.x", gives: "cell-1.ts:2:23" },
  { cells: "const s = 1;\rnull.x", gives: /cell-1\.ts:2:6\n\n2 \| null\.x\n {2}\| {5} \^/ },
  { cells: "const s = 1;\r\nnull.x", gives: "cell-1.ts:2:6" },
  {
    cells: "function f() {\u2028  return null.x }\r\rf()",
    gives: /at f \(cell-1\.ts:1:30\)\n {4}at cell-1\.ts:3:1/,
  },
  { cells: "let a = 1;\r\u2028let b = ;", gives: "cell-1.ts:2:10" },
  { cells: "let n = 3;\nconst r = 5 <!--n;\n[r, n]", gives: "ok [ false, 2 ]" },
  { cells: "let n = 3;\nconst f = () => { return 5 <!--n }\n;[f(), n]", gives: "ok [ false, 2 ]" },
  { cells: "let n = 3, k = 0;\nwhile (n --> 0) k++\nk", gives: "ok 3" },
];

testSessions("counts lines as editors do", LINES);
