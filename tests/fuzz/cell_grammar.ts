/** Cells from a small grammar. Most are valid programs, some are damaged ones. */

import type { Random } from "./random.ts";

const NAMES = ["a", "b", "c", "d", "rows", "constructor", "eval", "process", "$cell", "undefined_"];

/** Templates in which `E` is an expression, `S` are statements, `N` is a name and `P` a pattern. */
const STATEMENTS = [
  "const P = E;",
  "let N = E;",
  "var N: number = E;",
  "N = E;",
  "E;",
  "if (E) { S } else { S }",
  "for (let N = 0; N < 3; N++) { S }",
  "for (const N of [E, E]) { S }",
  "for (const N in E) { S }",
  "for await (const N of [E]) { S }",
  "while (E) { S; break; }",
  "N: for (;;) { S; break N; }",
  "do { S } while (false);",
  "for (;;) { S }",
  "switch (E) { case E: S; default: S }",
  "try { S } catch (N) { S } finally { S }",
  "try { throw E } catch { S }",
  "function N(N?: unknown, ...rest: any[]): any { S; return E }",
  "async function N() { S; return E }",
  "function* N() { S; yield E }",
  "async function* N() { yield* [E] }",
  "class N { #p = E; static s = E; get g() { return this.#p } set g(v) { S } N() { S } static { S } }",
  "class N extends Map { constructor() { super(); S } }",
  "interface N { n: number }",
  "type N<T> = T extends string ? N : never;",
  "enum N { One = 1, Two }",
  "namespace N { export const x = 1 }",
  "using N = E;",
  "await echo(E);",
  "echo(E);",
  "Promise.reject(E);",
  "setTimeout(() => { S });",
  "console.log(E, E);",
  "display(E);",
  "import N from 'node:fs';",
  "await import(E);",
  "return E;",
  "throw E;",
  "debugger;",
  "with (E) { S }",
  "export const N = E;",
  "@N class N {}",
  "Object.prototype.N = E;",
  "globalThis.N = E;",
  "delete globalThis.N;",
  "",
];

const EXPRESSIONS = [
  "1",
  "-0",
  "10n ** 20n",
  "'text'",
  "`t${E}t`",
  "String.raw`${E}\\u{`",
  "/(a+)+$/u.exec('aaaaaaaaaaaaaaaaaaaaaaaaa!')",
  "N",
  "N?.N",
  "E + E",
  "E ?? E",
  "(E, E)",
  "E ? E : E",
  "[E, ...[E]]",
  "[,,1]",
  "({ N: E, get g() { throw E }, [E]: E, ...E })",
  "({ __proto__: E })",
  "((N) => E)(E)",
  "(async () => { S })()",
  "await E",
  "new Map([[E, E]])",
  "new Proxy({}, { get(t, k) { return E }, ownKeys() { throw E } })",
  "new Proxy(function () {}, {})",
  "new Error(E, { cause: E })",
  "Object.create(null)",
  "Symbol('s')",
  "new Uint8Array(3)",
  "new Date(NaN)",
  "Array(5).fill(E)",
  "E as unknown as string",
  "<any> E",
  "E!",
  "E satisfies any",
  "typeof E",
  "void E",
  "function N() { return N() }",
  "class { static N = E }",
  "(function* () { yield E })()",
  "structuredClone(E)",
  "JSON.stringify(E)",
  "Reflect.ownKeys(E)",
  "eval('1')",
  "new Function('return 1')",
  "E.constructor.constructor('1')",
  "import.meta",
  "new.target",
  "arguments",
  "this",
  "super.x",
  "await echo(E)",
  "lend()",
  "(await lend()).name",
];

const PATTERNS = ["N", "{ N, ...rest }", "[N = E, ...rest]", "{ N: { N } = E }", "[, N]"];

/** Maximum depth, below which every expression is a number. */
const MAX_DEPTH = 5;

/**
 * Returns a random cell.
 *
 * @param random The source of choices.
 */
export function randomCell(random: Random): string {
  const count = 1 + random.below(5);
  const lines = Array.from({ length: count }, () => grow(random, random.of(STATEMENTS)));
  if (random.oneIn(2)) lines.push(grow(random, "E"));
  const cell = lines.join(random.of(["\n", " ", ";\n"]));
  return random.oneIn(8) ? damaged(random, cell) : cell;
}

function grow(random: Random, template: string, depth = 0): string {
  return template.replace(/\b[ESNP]\b/g, (symbol) => {
    if (symbol === "N") return random.of(NAMES);
    if (symbol === "S" && depth > MAX_DEPTH) return "";
    if (symbol === "E" && depth > MAX_DEPTH) return "1";
    const templates = symbol === "E" ? EXPRESSIONS : symbol === "S" ? STATEMENTS : PATTERNS;
    return grow(random, random.of(templates), depth + 1);
  });
}

/** Removes or doubles a part of a cell, or inserts text that is not code. */
function damaged(random: Random, cell: string): string {
  const at = random.below(cell.length + 1);
  const to = at + random.below(10);
  const odd = random.of([
    "",
    "\u0000",
    "}",
    "`",
    "/*",
    "\u2028",
    "\\u{",
    "<!--",
    "({".repeat(3_000),
    cell,
  ]);
  return cell.slice(0, at) + odd + cell.slice(to);
}
