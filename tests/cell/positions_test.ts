import { assertEquals } from "@std/assert";
import { LocalRuntime } from "../../src/runtime/local_runtime.ts";

/** Cells that throw, with `^` before each place that the stack names, innermost first. */
const THROWING: [what: string, source: string][] = [
  ["a call", `^null.f()`],
  ["a declaration", `const a = 1;\nconst b = ^missing;`],
  ["a pattern", `const { a } = ^null;`],
  ["a later declarator", `const a = 1, b = 2, c = ^missing;`],
  ["an exported declaration", `export const a = 1, b = ^missing;`],
  ["a shorthand pattern", `const { a, b = ^missing } = {};`],
  ["a trailing expression", `const f = 1;\n  f + ^missing // end`],
  ["a returned expression", `if (true) {\n  return ^missing;\n}`],
  ["a template", "`one\ntwo ${^missing}`"],
  [
    "types in front of it",
    `const a: Map<string, number[]> = new Map<string, number[]>(), b = a!.get("x") as number[] + ^missing;`,
  ],
  ["an interface above it", `interface A {\n  b: number;\n}\n\n  ^missing;`],
  ["an enum above it", `enum E {\n  A,\n  B,\n}\nconst x: number = E.A;\n    ^missing(x);`],
  ["an enum beside it", `enum E { A } ; ^missing;`],
  ["a namespace below it", `let a = 1;\n  ^missing(a);\nnamespace N { export const v = 1 }`],
  [
    "a parameter property above it",
    `class P {\n  constructor(public x: number) {}\n}\nnew P(1).x;\n^missing;`,
  ],
  ["an import that is moved", `1;\n  ^missing;`],
  ["Windows line ends", `const a = 1;\r\n  ^missing;\r\n`],
  ["tabs and wide characters", `\tconst a = "😀ä";\t^missing;`],
  ["a very long line", `const a = ${"1 + ".repeat(1_000)}^missing;`],
  ["a loop", `for (const x of [1]) {\n  for (var y of ^missing) {}\n}`],
  ["a var in a for-head", `for (var i = 0, n = ^missing; i < n; i++) {}`],
  ["an arrow function in another one", `const f = (x) => (y) => x + ^missing; f(1)(2);`],
  [
    "functions with captured names in front of it",
    `const f = (x) => (y) => { return x }; f(^missing);`,
  ],
  [
    "a captured name in front of it",
    `const f = (x) =>\n  (y = () => x) => [x, y(), ^missing]; f(1)();`,
  ],
  ["an await", `const a = await Promise.resolve(1);\nawait ^missing;`],
];

for (const [what, marked] of THROWING) {
  Deno.test(`compileCell() keeps the place of an error: ${what}`, async () => {
    const source = marked.replace("^", "");
    const before = marked.slice(0, marked.indexOf("^")).split("\n");
    await using runtime = new LocalRuntime();
    const result = await runtime.execute(source);
    const frame = result.status === "error" ? result.error.frames[0] : undefined;
    const column = before.at(-1)!.length + 1;
    // V8 points at the property of a call on null, and not at the value.
    const shift = marked === "^null.f()" ? 5 : 0;
    assertEquals(frame, { cell: 1, line: before.length, column: column + shift });
  });
}

Deno.test("compileCell() keeps the places on a stack through functions, classes and callbacks", async () => {
  await using runtime = new LocalRuntime();
  const source = `enum Mode { Strict }
function check(x: number): void {
  if (x > 1) throw new RangeError("too large");
}
export class Checker {
  constructor(private mode: Mode) {}
  all(xs: number[]) {
    return xs.map((x) => {
      return check(x);
    });
  }
}
const checker = new Checker(Mode.Strict);
checker
  .all([1, 2]);`;
  const result = await runtime.execute(source);
  const frames = result.status === "error" ? result.error.frames : [];
  const places = frames.map(({ line, column }) => `${line}:${column}`);
  assertEquals(places, ["3:20", "9:14", "8:15", "15:4"]);
});
