import { assert, assertEquals } from "@std/assert";
import { captureOf, rawSource, withoutGuards } from "../../../src/kernel/namespace/source_text.ts";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";
import { evaluate, type Namespace, valueOfLast } from "../_evaluate.ts";

/** Cells, and expressions for the functions that they define, each with what it captures, or `-` for nothing. */
const CAPTURES: [what: string, source: string, marks: string][] = [
  [
    "a function of the top level",
    `let n = 1; function f(a, b = n) { return a + b + Math.PI }`,
    `f -`,
  ],
  [
    "names of the top level",
    `const a = 1; let b; var c; class D {}; const f = () => [a, b, c, D]`,
    `f -`,
  ],
  ["names that nobody declares", `const f = () => missing + globalThis.more`, `f -`],
  [
    "a function of the top level that calls itself",
    `function f(n) { return n ? f(n - 1) : 0 }`,
    `f -`,
  ],
  [
    "a class of the top level that names itself",
    `class C { static make() { return new C() } }`,
    `C -; C.make -`,
  ],
  [
    "exports",
    `export const f = () => g; export function g() { return f }
    export default class C { m() { return [C, f, g] } }`,
    `f -; g -; C -; C.prototype.m -`,
  ],
  [
    "an anonymous default export",
    `export const fs = []; export default fs.push((x) => () => x)`,
    `fs[0] -; fs[0]() x`,
  ],
  ["an arrow function in an arrow function", `const add = (x) => (y) => x + y`, `add -; add(1) x`],
  ["three arrow functions", `const f = (x) => (y) => (z) => x + y + z`, `f -; f(1) x; f(1)(2) x`],
  ["a name that passes through", `const f = (x) => () => () => x`, `f(1) x; f(1)() x`],
  [
    "arrow functions in parentheses",
    `const f = (x) => ((y) => ((x + y) /* sum */))`,
    `f -; f(1) x`,
  ],
  [
    "an object in parentheses",
    `const f = (x) => ({ g: (y) => ({ x, y }), h: () => ({}) })`,
    `f -; f(1).g x; f(1).h -`,
  ],
  [
    "an arrow function that ends with a function",
    `const f = (x) => function () { return x }`,
    `f -; f(1) x`,
  ],
  ["an arrow function that ends with a class", `const f = (x) => class { m = x }`, `f -; f(1) x`],
  [
    "arrow functions that end with operators and functions",
    `const yes = true;
    const f = (x) => yes && function () { return x }, g = (x) => yes ? function () { return x } : 0,
      h = (x) => (yes, class { m = x }), i = (x) => (y) => function () { return x },
      j = (x) => new class { m = () => x }, k = (x) => ({ m() { return x } })`,
    `f -; f(1) x; g -; g(1) x; h -; h(1) x; i -; i(1) x; i(1)(2) x; j -; j(1).m x; k -; k(1).m x`,
  ],
  [
    "a function whose last statement is a function",
    `function f(x) { return () => x }
    const g = (x) => { return { m() { return x }}}`,
    `f -; f(1) x; g -; g(1).m x`,
  ],
  [
    "loose bodies",
    `const fs = (a) => [() => a ? 1 : 2, (b) => a = b, () => (a, 1), () => a ?? 1]`,
    `fs -; fs(1)[0] a; fs(1)[1] a; fs(1)[2] a; fs(1)[3] a`,
  ],
  [
    "empty bodies",
    `const f = (x) => [function (a = x) {}, (a = x) => {}, class extends x {}]`,
    `f(Object)[0] x; f(Object)[1] x; f(Object)[2] x`,
  ],
  ["directives", `const f = (x) => function () { "use strict" ; "and more"; return x }`, `f(1) x`],
  ["comments at the end", `const f = (x) => function () { return x // the end\n}`, `f(1) x`],
  [
    "the first of several names",
    `const f = (a, b) => [() => b + a, () => [a, b]]`,
    `f(1, 2)[0] b; f(1, 2)[1] a`,
  ],
  [
    "odd names",
    `const f = ($, ünï, _$1, \\u0061bc) => [() => $, () => ünï, () => _$1, () => abc]`,
    `f()[0] $; f()[1] ünï; f()[2] _$1; f()[3] abc`,
  ],
  [
    "a cell that has the helper's name",
    `const $cell = 1, $cell1 = (x) => () => x + $cell`,
    `$cell1 -; $cell1(1) x`,
  ],
  [
    "a mark in a string",
    `const f = () => "/*$cell:x*/", g = (x) => () => x + "/*$cell:y*/"`,
    `f -; g(1) x`,
  ],
  [
    "shadowing at several levels",
    `const x = 0;
    const f = (x) => [() => { const x = 1; return () => x }, (x) => x, () => x, () => { { let x } }]`,
    `f(1)[0] -; f(1)[0]() x; f(1)[1] -; f(1)[2] x; f(1)[3] -`,
  ],
  [
    "a block that shadows in a part",
    `const f = (x) => () => { { let x = 1; x++ } return x }`,
    `f(1) x`,
  ],
  [
    "a var below that shadows",
    `const f = (x) => () => { x; if (x) { var x = 1 } return x }`,
    `f(1) -`,
  ],
  [
    "a function below that shadows",
    `const f = (x) => () => { return x(); function x() {} }`,
    `f(1) -`,
  ],
  [
    "a function in a block that does not shadow",
    `const f = (x) => () => { { function x() {} } return x }`,
    `f(1) x`,
  ],
  [
    "hoisted functions in blocks",
    `let f, g; { f = a; g = b; function a() { return b } function b() {} }`,
    `f b; g -`,
  ],
  [
    "a block of the top level",
    `let f, g, h; { let a; const b = 1; class C {};
    f = () => a; g = () => b; h = () => C }`,
    `f a; g b; h C`,
  ],
  ["a var in a block of the top level", `let f; { var v = 1; f = () => v }`, `f -`],
  [
    "a var in a function",
    `const f = () => { for (var i = 0; i < 2; i++); return () => i }`,
    `f -; f() i`,
  ],
  [
    "a loop over a list",
    `const fs = []; for (const x of [1, 2]) fs.push(() => x, () => fs)`,
    `fs[0] x; fs[1] -; fs[2] x`,
  ],
  ["a loop over keys", `const fs = []; for (const [k] in { a: 1 }) fs.push(() => k)`, `fs[0] k`],
  [
    "a loop with a let",
    `const fs = []; for (let i = 0, f = () => i; i < 1; i++) fs.push(f, () => i)`,
    `fs[0] i; fs[1] i`,
  ],
  ["a loop with a var", `const fs = []; for (var i = 0; i < 1; i++) fs.push(() => i)`, `fs[0] -`],
  [
    "a loop with a block",
    `const fs = []; while (fs.length < 1) { let n = 1; fs.push(() => n) }`,
    `fs[0] n`,
  ],
  [
    "a switch",
    `const fs = []; switch (fs.length) { case 0: let a = 1; default: fs.push(() => a) }`,
    `fs[0] a`,
  ],
  [
    "what a switch decides on",
    `const f = (a) => { switch ((() => a)()) { default: let a } }
    let g; switch (g = () => missing, 1) { case 1: let missing = 1 }`,
    `f -; g -`,
  ],
  ["a catch", `let f, g; try { throw 1 } catch (e) { f = () => e; g = (e) => e }`, `f e; g -`],
  [
    "a catch with a pattern",
    `let f; try { throw {} } catch ({ message: m = () => 1 }) { f = () => m }`,
    `f m`,
  ],
  ["a catch without a parameter", `let f; try { throw 1 } catch { var v = 1; f = () => v }`, `f -`],
  [
    "labels",
    `const f = (a) => () => { a: for (;;) { for (;;) { if (1) break a; continue a } } }`,
    `f(1) -`,
  ],
  [
    "keys and members",
    `const f = (a) => () => ({ a: 1, b: { a() {}, get a() { return 1 } } }).a.b?.a`,
    `f(1) -`,
  ],
  ["shorthand properties", `const f = (a) => () => ({ a })`, `f(1) a`],
  [
    "computed keys and members",
    `const f = (a) => [() => ({ [a]: 1 }), (o) => o[a], (o) => o?.[a]]`,
    `f(1)[0] a; f(1)[1] a; f(1)[2] a`,
  ],
  [
    "assignments to what is outside",
    `const f = (a, b) => [() => { [a] = [1] }, () => { ({ x: b } = {}) },
    () => a++, () => { for (a of []); }]`,
    `f()[0] a; f()[1] b; f()[2] a; f()[3] a`,
  ],
  [
    "templates",
    "const f = (a) => [() => `a${a}`, () => `a`, () => a`x`]",
    `f()[0] a; f()[1] -; f()[2] a`,
  ],
  [
    "patterns of parameters",
    `const f = ({ a, b: [c], ...d }, [e = 1] = []) =>
    [() => a, () => b, () => c, () => d, () => e]`,
    `f({ b: [] })[0] a; f({ b: [] })[1] -; f({ b: [] })[2] c; f({ b: [] })[3] d; f({ b: [] })[4] e`,
  ],
  ["rest parameters", `function f(...rest) { return () => rest }`, `f -; f() rest`],
  [
    "defaults",
    `const f = (a, b = () => a, { c = () => b } = {}) => [b, c]`,
    `f -; f()[0] a; f()[1] b`,
  ],
  [
    "defaults that do not see the body",
    `const f = (x) => (get = () => x) => { var x = 1; return get }`,
    `f(1) x; f(1)() x`,
  ],
  [
    "defaults that refer to the outside",
    `const f = (x) => (y = x, { [x]: z } = {}) => y + z`,
    `f(1) x`,
  ],
  [
    "generators and async functions",
    `function* g(x) { yield () => x; yield* [] }
    const a = async (x) => await (async () => await x), h = async function* (x) { yield () => x }`,
    `g -; g(1).next().value x; a -; await a(1) x; h -; (await h(1).next()).value x`,
  ],
  [
    "a function expression that calls itself",
    `const f = function self(n) { return [self, () => self] }`,
    `f -; f()[0] -; f()[1] self`,
  ],
  [
    "a function expression whose name is shadowed",
    `const f = function self(self) { return () => self },
    g = function self() { var self = 1; return () => self }`,
    `f -; f() self; g() self`,
  ],
  [
    "an inner function that calls itself",
    `const f = () => { function inner() { return inner } return inner }`,
    `f -; f() inner`,
  ],
  [
    "a class expression that names itself",
    `const C = class Own { m() { return Own } static s = () => Own }`,
    `C -; C.prototype.m Own; C.s Own`,
  ],
  [
    "an inner class that names itself",
    `const f = () => { class Own { m() { return Own } } return Own }`,
    `f -; f() -; f().prototype.m Own`,
  ],
  [
    "classes in functions",
    `const f = (x, B) => [class { m() { return x } }, class extends B {},
    class { [x] = 1 }, class { static [x]() {} }, class { p = x }, class { static { x } },
    class { constructor() { x } }, class { x; m() { return this.x } }]`,
    `f('a', Object)[0] x; f('a', Object)[0].prototype.m x; f('a', Object)[1] B; f('a', Object)[2] x; f('a', Object)[3] x; f('a', Object)[3].a x; f('a', Object)[4] x; f('a', Object)[5] x; f('a', Object)[6] x; f('a', Object)[7] -`,
  ],
  [
    "constructors",
    `class C { constructor(x) { this.get = () => x; this.me = () => this } }
    class D extends C { constructor(x) { super(x) } }`,
    `C -; new C(1).get x; new C(1).me this; D -`,
  ],
  [
    "fields",
    `class C { a = () => this; b = () => 1; c = function () { return this }; static d = () => this }`,
    `C -; new C().a this; new C().b -; new C().c -; C.d this`,
  ],
  [
    "static blocks",
    `const fs = []; class C { static { let a = 1; var b = 2; fs.push(() => a, () => b, () => this) } }`,
    `C -; fs[0] a; fs[1] b; fs[2] this`,
  ],
  [
    "this in arrow functions",
    `function f() { return [() => this, () => () => this, function () { return this }] }
    const g = () => this, h = () => () => this`,
    `f -; f()[0] this; f()[1] this; f()[1]() this; f()[2] -; g -; h() -`,
  ],
  [
    "this in defaults and keys",
    `function f(a = () => this) { return [a, { [this.k]() {} }, class { [this.k]() {} }] }
    const [a, o, C] = f.call({ k: "k" })`,
    `a this; o.k this; C this; C.prototype.k this`,
  ],
  [
    "arguments",
    `function f() { return [() => arguments, function () { return arguments }] }`,
    `f -; f()[0] arguments; f()[1] -`,
  ],
  [
    "new.target",
    `function F() { return [() => new.target, function () { return new.target }] }`,
    `F -; F()[0] new.target; F()[1] -`,
  ],
  [
    "super",
    `class A { m() {} static s() {} } class B extends A { m() { return () => super.m }
    static s() { return super.s } f = () => super.m }
    const o = { m() { return super.toString }, n() { return this.m } }`,
    `B -; B.prototype.m super; new B().m() super; new B().f super; B.s super; o.m super; o.n -`,
  ],
  [
    "methods, getters and setters",
    `const f = (x) => ({ m() { return x }, get g() { return x }, set g(v) { x = v },
    *i() { yield x }, async a() { return x }, free() { return this.m() } })
    const { get, set } = Object.getOwnPropertyDescriptor(f(1), "g")`,
    `f -; f(1).m x; get x; set x; f(1).i x; f(1).a x; f(1).free -`,
  ],
  [
    "computed keys of methods",
    `const f = (k) => ({ [k]() {}, ["a" + k]: () => 1, get: () => ({ [k]() {} }) })`,
    `f('b').b k; f('b').ab -; f('b').get k`,
  ],
  [
    "private fields",
    `class C { #x = 1; get() { return this.#x } has(o) { return #x in o } free() {} }`,
    `C #; C.prototype.get #x; C.prototype.has #x; C.prototype.free -`,
  ],
  [
    "private methods and accessors",
    `class C { #m() {} get() { return this.#m } } class D { get #a() { return 1 } }`,
    `C #; C.prototype.get #m; new C().get() #m; D #`,
  ],
  [
    "private static members",
    `class C { static #n = 0; static next() { return C.#n++ } static #m() {} }`,
    `C #static; C.next #n`,
  ],
  ["private members and names", `const f = (x) => class { #x = x }`, `f -; f(1) x`],
  [
    "private members of a class around",
    `class C { static #x = 1
    static make() { return class { #y; m(o) { return o.#x } } } static own() { return class { #x; m(o) { return o.#x } } } }`,
    `C.make() #x; C.own() #`,
  ],
  [
    "private members in front of a class",
    `class C { static #x = 1;
    static D = class extends (C.f = (o) => o.#x, Object) { static #x = 2 } }`,
    `C #static; C.D #x; C.f #x`,
  ],
  [
    "a using declaration",
    `using d = { [Symbol.dispose]() {} }; const f = () => d, g = () => f
    function h() { return d } const fs = [1].map((x) => () => x)`,
    `f d; g -; h d; fs[0] x`,
  ],
  [
    "an await using declaration",
    `await using d = null; class C { d = d } class D { m() { return D } }`,
    `C d; D -; D.prototype.m -`,
  ],
  [
    "using in blocks and loops",
    `const fs = []; { using a = null; fs.push(() => a) }
    for (using b of [null]) fs.push(() => b)`,
    `fs[0] a; fs[1] b`,
  ],
  [
    "types",
    `const f = <T,>(x: T) => <U extends T>(y: U): T => (x as T) satisfies T;
    function g(this: void, x?: number): () => number { return () => x! }`,
    `f -; f(1) x; g -; g(1) x`,
  ],
  ["names that are types elsewhere", `const f = (T) => (x: T): T => x`, `f(1) -`],
  ["an enum", `enum E { A = 1, B } const f = () => E.A, g = (e = E.B) => () => e`, `f -; g() e`],
  [
    "a namespace",
    `export namespace N { const n = 1; export const v = 2;
    export function a() { return n } export const b = () => v, c = () => 1 }`,
    `N.a n; N.b N; N.c -`,
  ],
  [
    "parameter properties",
    `class P { constructor(public x: number) {} m() { return this.x } }
    const f = (x) => class { constructor(public y = x) {} }`,
    `P -; P.prototype.m -; f(1) x`,
  ],
  [
    "what functions of earlier cells are given",
    `const apply = (f) => f; const make = () => apply((x) => () => x)`,
    `apply -; make -; make() -; make()(1) x`,
  ],
];

for (const [what, source, marks] of CAPTURES) {
  Deno.test(`compileCell() marks functions and classes that capture something: ${what}`, async () => {
    const namespace: Namespace = Object.create(null);
    await evaluate(source, namespace);
    const found: string[] = [];
    for (const mark of marks.split("; ")) {
      const expression = mark.slice(0, mark.lastIndexOf(" "));
      const [value] = await evaluate(expression, namespace) as [object];
      const text = rawSource(value);
      found.push(`${expression} ${captureOf(text) ?? "-"}`);
      assertEquals(captureOf(withoutGuards(text)), undefined);
    }
    assertEquals(found.join("; "), marks);
  });
}

/** Bodies of async functions whose value must be the same with marks. */
const BEHAVIOUR: [what: string, body: string][] = [
  ["closures", `const add = (x) => (y) => x + y; return [add(1)(2), add("a")("b")]`],
  [
    "counters",
    `const make = (n = 0) => ({ up: () => ++n, get now() { return n } });
    const a = make(), b = make(5); a.up(); a.up(); b.up(); return [a.now, b.now]`,
  ],
  [
    "sequences and choices",
    `const f = (a, b) => [() => (a, b), () => a ? b : a, () => a = b, () => a ?? b];
    return f(0, 2).map((g) => g())`,
  ],
  [
    "functions and classes behind operators",
    `const f = (x) => x && function () { return x }, g = (x) => x || class { m = x };
    return [f(3)(), f(0), new (g(0))().m, g(1), ((x) => !function () { return x })(1)]`,
  ],
  ["objects", `return ((x) => ({ x, y: () => ({ x }) }))(1).y()`],
  [
    "awaits",
    `const f = async (x) => await (async () => await x)(); return await f(Promise.resolve(4))`,
  ],
  [
    "loops",
    `const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i); return fs.map((f) => f())`,
  ],
  [
    "line ends",
    `const f = (a) =>
      a
        .map((x) =>
          x + a.length // the sum
        )
    const g = (x) => function () { return x }
    ;[1].at(0)
    return [f([1, 2]), g(3)()]`,
  ],
  [
    "names and lengths",
    `const f = (x) => (y, z) => x; const g = f(1); return [f.name, g.name, g.length]`,
  ],
  ["directives", `const f = (x) => function () { "use strict"; return [x, this] }; return f(1)()`],
  [
    "classes",
    `const make = (base) => class extends base { #n = 1; m() { return this.#n + super.m() } };
    class A { m() { return 2 } } return new (make(make(A)))().m()`,
  ],
  [
    "generators",
    `function* g(x) { yield* [1, 2].map((y) => x * y); return () => x } return [...g(3)]`,
  ],
];

for (const [what, body] of BEHAVIOUR) {
  Deno.test(`compileCell() leaves what marked functions do as it is: ${what}`, async () => {
    const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
    const expected: unknown = await new AsyncFunction(`"use strict"; ${body}`)();
    // Inside a function, where names are captured.
    assertEquals(await valueOfLast(`return await (async () => { ${body} })()`), expected);
  });
}

Deno.test("DenoRuntime.execute() shows guests functions without guards and marks", async () => {
  await using runtime = new DenoRuntime();
  await runtime.execute(`const add = (x) => (y) => x + y, count = (n) => ({ up() { return ++n } });
    class Safe { #code = 1; open() { return this.#code } }`);
  const shown: [expression: string, text: string][] = [
    ["String(add(1))", "(y) => x + y"],
    ["`${add}`", "(x) => (y) => x + y"],
    ["count(1).up.toString()", "up() { return ++n }"],
    ["Safe + ''", "class Safe { #code = 1; open() { return this.#code } }"],
    ["Function.prototype.toString.call(Safe.prototype.open)", "open() { return this.#code }"],
  ];
  for (const [expression, text] of shown) {
    const result = await runtime.execute(`console.log(${expression}); ${expression}`);
    assert(result.status === "ok");
    assertEquals([result.output.text, result.value?.text], [`${text}\n`, JSON.stringify(text)]);
  }
  const failed = await runtime.execute("class Child extends add(1) {}");
  assert(failed.status === "error");
  assertEquals(
    failed.error.message,
    "Class extends value (y) => x + y is not a constructor or null",
  );
});
