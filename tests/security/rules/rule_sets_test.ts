import { assertEquals } from "@std/assert";
import { checkCell } from "../../../src/cell/check_cell.ts";
import { defaultRules, strictRules } from "../../../src/security/rules/rule_sets.ts";

type Refused = [source: string, ...found: string[]];

/** Cells that both sets refuse, by technique, with the rule, line and column that the default set reports. */
const REFUSED: [technique: string, cells: Refused[]][] = [
  ["imports", [
    [`import fs from "node:fs"`, "imports@1:16"],
    [`import "https://deno.land/x/mod.ts"`, "imports@1:8"],
    [`export * from "npm:x"`, "imports@1:15"],
    [`export { a } from "jsr:@a/b"`, "imports@1:19"],
    [`await import("node:os")`, "imports@1:14"],
    [`const n = 1;\nconst f = () => import("data:text/javascript,1")`, "imports@2:24"],
  ]],
  ["imports with a computed specifier", [
    [`await import("no" + "de:" + "fs")`, "imports@1:14"],
    ["const s = 'fs'; await import(`node:${s}`)", "imports@1:30"],
    [`await import(["node", "fs"].join(":"))`, "imports@1:14"],
    [`await import(rows[0].name)`, "imports@1:14"],
    [`const load = (s) => import(s);`, "imports@1:28"],
  ]],
  ["eval by its name", [
    [`eval("1")`, "code-from-strings@1:1"],
    [`const x = 1;\n  (0, eval)("1")`, "code-from-strings@2:7"],
    [`eval?.("1")`, "code-from-strings@1:1"],
    ["eval`1`", "code-from-strings@1:1"],
    [`["1"].map(eval)`, "code-from-strings@1:11"],
    [`\\u0065val("1")`, "code-from-strings@1:1"],
    [`eval\u2028/* ( */\t("1")`, "code-from-strings@1:1"],
    [`Reflect.apply(eval, null, ["1"])`, "code-from-strings@1:15"],
    [`const o = { get run() { return eval } }`, "code-from-strings@1:32"],
    [`class A { static [eval("'m'")] = 1 }`, "code-from-strings@1:19"],
    [`function f(run = eval) { return run("1") }`, "code-from-strings@1:18"],
    [`enum E { A = eval("1") }`, "code-from-strings@1:14"],
  ]],
  ["members of the global object", [
    [`globalThis.eval("1")`, "code-from-strings@1:12"],
    [`globalThis["eval"]("1")`, "code-from-strings@1:12"],
    [`globalThis["ev" + "al"]("1")`, "code-from-strings@1:12"],
    [`self["\\u{65}v\\x61l"]("1")`, "code-from-strings@1:6"],
    ["globalThis[`${'ev'}al`]('1')", "code-from-strings@1:12"],
    [`globalThis?.["eval"]?.("1")`, "code-from-strings@1:14"],
    [`globalThis.self.globalThis.eval`, "code-from-strings@1:28"],
    [`(x, globalThis).eval("1")`, "code-from-strings@1:17"],
    [`(x ? {} : globalThis).eval("1")`, "code-from-strings@1:23"],
    [`(globalThis.nothing ?? globalThis).eval("1")`, "code-from-strings@1:36"],
  ]],
  ["keys that are folded", [
    [`const k = "ev"; const l = "al";\nglobalThis[k + l]("1")`, "code-from-strings@2:12"],
    [`globalThis["lave".split("").reverse().join("")]`, "code-from-strings@1:12"],
    [`globalThis["e".concat("val")]`, "code-from-strings@1:12"],
    [`globalThis[atob("ZXZhbA==")]`, "code-from-strings@1:12"],
    [`globalThis[String.fromCharCode(101, 118, 97, 108)]`, "code-from-strings@1:12"],
    [`globalThis["EVAL".toLowerCase()]`, "code-from-strings@1:12"],
  ]],
  ["aliases", [
    [`const g = globalThis; g.eval("1")`, "code-from-strings@1:25"],
    [`let g; g = globalThis; g.eval("1")`, "code-from-strings@1:26"],
    [`const F = Function; F("1")`, "code-from-strings@1:21"],
    [`const F = Function; const G = F; new G("1")`, "code-from-strings@1:38"],
    [`const run = { g: globalThis }; run.g.eval`, "code-from-strings@1:38"],
    [`const [g] = [globalThis]; g.eval`, "code-from-strings@1:29"],
    [`((g) => g.eval("1"))(globalThis)`, "code-from-strings@1:11"],
    [`((g = globalThis) => g.eval("1"))()`, "code-from-strings@1:24"],
    [`(() => globalThis)().eval("1")`, "code-from-strings@1:22"],
    [`const Function = globalThis.Function; Function("1")`, "code-from-strings@1:39"],
    [
      `let F = Function;\n{ const call = F.bind(null); call("1") }`,
      "code-from-strings@2:16",
      "code-from-strings@2:30",
    ],
  ]],
  ["destructuring", [
    [`const { eval: run } = globalThis`, "code-from-strings@1:9"],
    [`const { ["ev" + "al"]: run } = globalThis`, "code-from-strings@1:10"],
    [`let run;\n({ eval: run } = globalThis)`, "code-from-strings@2:4"],
    [`const { self: { eval: run } } = globalThis`, "code-from-strings@1:17"],
    [`const { ...all } = globalThis; all.eval`, "code-from-strings@1:36"],
    [`function f({ eval: run } = globalThis) {}`, "code-from-strings@1:14"],
    [`const { constructor: C } = () => {}; C("1")`, "code-from-strings@1:38"],
    [`const k = "eva" + "l", { [k]: z } = globalThis`, "code-from-strings@1:27"],
  ]],
  ["reflection", [
    [`Reflect.get(globalThis, "eval")("1")`, "code-from-strings@1:25"],
    [`Reflect.get(globalThis, atob("ZXZhbA=="))`, "code-from-strings@1:25"],
    [`Reflect.construct(Function, ["1"])`, "code-from-strings@1:19"],
    [`const { get } = Reflect; get(globalThis, "eval")`, "code-from-strings@1:42"],
    [
      `Reflect.construct(Object.getOwnPropertyDescriptor(() => {}, "constructor").value, ["1"])`,
      "code-from-strings@1:76",
    ],
  ]],
  ["Function by its name", [
    [`new Function("return 1")`, "code-from-strings@1:5"],
    ["Function`return 1`", "code-from-strings@1:1"],
    [`Function.call(null, "1")`, "code-from-strings@1:1"],
    [`Function.bind(null, "1")`, "code-from-strings@1:1"],
    [`["1"].map(Function)`, "code-from-strings@1:11"],
    [`Function?.("1")`, "code-from-strings@1:1"],
    [`window.Function("1")`, "code-from-strings@1:8", "absent@1:1"],
  ]],
  ["constructors that are functions", [
    [`(() => {}).constructor("1")`, "code-from-strings@1:12"],
    [`(() => {})["const" + "ructor"]("1")`, "code-from-strings@1:12"],
    [`new (async () => {}).constructor("1")`, "code-from-strings@1:22"],
    [`[].at.constructor("1")`, "code-from-strings@1:7"],
    [`[].at?.constructor?.("1")`, "code-from-strings@1:8"],
    [`rows.constructor.constructor("1")`, "code-from-strings@1:18"],
    [`"".constructor.constructor("1")`, "code-from-strings@1:16"],
    [`Math.max.constructor("1")`, "code-from-strings@1:10"],
    [`Object.getPrototypeOf(async () => {}).constructor("1")`, "code-from-strings@1:39"],
    [`function f() {}\nnew f.constructor("1")`, "code-from-strings@2:7"],
    ["(class {}).constructor`1`", "code-from-strings@1:12"],
  ]],
  ["what is not there", [
    [`process.exit(1)`, "absent@1:1"],
    [`const fs = require("fs")`, "absent@1:12"],
    [`Buffer.from("x")`, "absent@1:1"],
    [`new Worker("x.js")`, "absent@1:5"],
    [`new globalThis["Work" + "er"]("x.js")`, "absent@1:16"],
    [`globalThis.process.env.HOME`, "absent@1:12"],
    [`const { process: p } = globalThis;\np.exit()`, "absent@2:1"],
    [`localStorage.setItem("a", "b")`, "absent@1:1"],
    [`{ const process = 1 }\nprocess.exit()`, "absent@2:1"],
    [`function f() { var process = 1 }\nprocess.exit()`, "absent@2:1"],
    ["alert`x`", "absent@1:1"],
  ]],
  ["what Deno does not have here", [
    [`Deno.exit()`, "deno@1:6"],
    [`new Deno.Command("ls")`, "deno@1:10"],
    [`await Deno.readTextFile("a")`, "deno@1:12"],
    [`Deno["env"].get("HOME")`, "deno@1:6"],
    [`const { writeTextFile } = Deno`, "deno@1:9"],
    [`const { Deno: d } = globalThis; d.kill(1)`, "deno@1:35"],
    [`Reflect.get(Deno, "exit")`, "deno@1:19"],
  ]],
];

/** Cells that both sets accept. */
const HONEST: [what: string, cells: string[]][] = [
  ["words in strings, comments, keys and names of members", [
    `return "eval(import(constructor))".length`,
    `return 42 // eval("x")`,
    `const config = { process: 1, eval: 2, require: 3, constructor: 4 }; config.process + config.eval`,
    `row.eval("1"); page.require("x"); tool.exit()`,
    `const { process, require } = config; process(require)`,
    "const text = `node:fs ${rows.length} process.exit()`",
    `/eval\\(/.test(code)`,
    `eval: for (;;) break eval`,
    `class Engine { eval(text: string) { return text } process() {} }; new Engine().eval("1")`,
    `type Function = () => void; const f: Function = () => {}`,
    `interface Worker { process(): void }`,
  ]],
  ["names of its own", [
    `const process = rows.map((row) => row.n)`,
    `const process = (n: number): number => n > 0 ? process(n - 1) : 0; process(3)`,
    `function require(name: string) { return name } require("fs")`,
    `let module = 1; module += 1`,
    `for (const process of rows) process.run()`,
    `rows.map((process) => process.id)`,
    `rows.map(({ process, id: Buffer }) => process + Buffer)`,
    `try { work() } catch (process) { process.message }`,
    `class Worker { run() {} } new Worker().run()`,
    `enum Worker { A, B } Worker.A`,
    `use(Worker); import Worker from "allowed:worker"`,
    `var process = process || {}; process.env`,
    `function f(require) { return () => require("fs") }`,
    `const navigator = { go() {} }; { navigator.go() }`,
  ]],
  ["questions", [
    `typeof eval`,
    `x?.constructors?.[0]`,
  ]],
  ["imports that are allowed", [
    `import a from "allowed:a"`,
    `const b = await import("allowed:" + "b")`,
    `export * from "allowed:c"`,
  ]],
  ["ordinary work", [
    `return "a1b22".match(/\\d+/g).length`,
    `return (await Promise.all([1, 2, 3].map(async (x) => x * 2))).join()`,
    `const key = "n" + "ame"; row[key]; const { [key]: value } = row`,
    `Object.entries(row).map(([k, v]) => [k.toUpperCase(), String(v)])`,
    `[1, 2].map(String); rows.filter(Boolean); new Map(Object.entries(row)); names.map(Symbol.for)`,
    `class A { constructor(public name: string) {} static of() { return new A("x") } }`,
    `const { log } = console; log.bind(console)("x"); log.call(console, 1); log.apply(console, [1])`,
    `throw new TypeError("process failed")`,
    `await fetch("https://example.com/")`,
  ]],
];

/** Cells that only the strict set refuses. */
const STRICT_ONLY: [source: string, ...found: string[]][] = [
  [`x instanceof Function`, "code-from-strings@1:14"],
  [`fn.constructor.name`, "reflection@1:4"],
  [`class A { copy() { return new this.constructor() } }`, "reflection@1:36"],
  [`globalThis.count = 1`, "globals@1:1"],
  [`Object.getPrototypeOf(row)`, "reflection@1:8"],
  [`row["__pro" + "to__"]`, "reflection@1:5"],
  [`Reflect.ownKeys(row)`, "globals@1:1"],
  [`const { constructor } = row`, "reflection@1:9"],
  [`Object.getOwnPropertyDescriptor(row, "constructor")`, "reflection@1:8", "reflection@1:38"],
  [`typeof Deno.exit`, "globals@1:8"],
  [`globalThis.process?.pid`, "globals@1:1", "globals@1:12"],
  [`if (typeof process !== "undefined") process.exit()`, "globals@1:37"],
  [`const has = globalThis.Buffer !== undefined`, "globals@1:13", "globals@1:24"],
  [`await import(specifier)`, "imports@1:14"],
  [`Deno.inspect(row)`, "globals@1:1"],
];

const PLACE = { imports: ["allowed:*"] };

/** Returns the findings of a set, as `rule@line:column`. */
function find(source: string, rules = defaultRules(), place: object = PLACE): string[] {
  const { violations } = checkCell(source, { rules, place });
  return violations.map(({ rule, line, column }) => `${rule}@${line}:${column}`);
}

for (const [technique, cells] of REFUSED) {
  Deno.test(`defaultRules() and strictRules() refuse ${technique}`, () => {
    for (const [source, ...found] of cells) {
      // If some imports are allowed, unknown specifiers are left to the gate.
      assertEquals(find(source, defaultRules(), { imports: [] }), found.toSorted(byPlace), source);
      assertEquals(find(source, strictRules()).length > 0, true, source);
    }
  });
}

for (const [what, cells] of HONEST) {
  Deno.test(`defaultRules() and strictRules() let pass ${what}`, () => {
    for (const source of cells) {
      assertEquals(find(source), [], source);
      assertEquals(find(source, strictRules()), [], source);
    }
  });
}

Deno.test("strictRules() refuse what defaultRules() leave to the other walls", () => {
  for (const [source, ...found] of STRICT_ONLY) {
    assertEquals(find(source), [], source);
    assertEquals(find(source, strictRules()), found, source);
  }
});

Deno.test("defaultRules() accept names that the host or an earlier cell has defined", () => {
  const place = { isDefined: (name: string) => name === "process" || name === "Function" };
  for (const source of [`process.exit()`, `Function("1")`, `globalThis.process.exit()`]) {
    assertEquals(find(source, defaultRules(), place), [], source);
  }
  assertEquals(find(`eval("1")`, defaultRules(), place), ["code-from-strings@1:1"]);
});

Deno.test("defaultRules() follow the granted permissions", () => {
  const cases: [permissions: string[], source: string, found: string[]][] = [
    [["read"], `await Deno.readTextFile("a")`, []],
    [["read"], `await Deno.writeTextFile("a", "")`, ["deno@1:12"]],
    [["env"], `Deno.env.get("A")`, []],
    [["net", "write"], `Deno.exit()`, ["deno@1:6"]],
    [[], `Deno.inspect({}); Deno.errors.NotFound`, []],
    [[], `typeof Deno.readTextFile; Deno.run?.("ls")`, []],
  ];
  for (const [permissions, source, found] of cases) {
    assertEquals(find(source, defaultRules(), { permissions }), found, source);
  }
  const { violations } = checkCell(`Deno.mkdirSync("a")`);
  assertEquals(violations[0]!.message.includes("it needs the permission write"), true);
});

Deno.test("defaultRules() are short for a runtime in the host's own process", () => {
  const place = { isolated: false };
  for (
    const source of [`process.env`, `Deno.cwd()`, `await import("node:fs")`, `Buffer.from("")`]
  ) {
    assertEquals(find(source, defaultRules(), place), [], source);
  }
  for (const source of [`Deno.exit()`, `const { exit } = process; exit()`, `eval("1")`]) {
    assertEquals(find(source, defaultRules(), place).length, 1, source);
  }
});

function byPlace(a: string, b: string): number {
  const [, lineA, columnA] = a.split(/[@:]/).map(Number);
  const [, lineB, columnB] = b.split(/[@:]/).map(Number);
  return lineA! - lineB! || columnA! - columnB!;
}
