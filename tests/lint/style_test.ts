import { assertEquals } from "@std/assert";
import style from "./style.ts";

interface Case {
  rule: string;
  /** The file that the sample pretends to be in. */
  file?: string;
  /** Samples that break the rule, each once. */
  bad: string[];
  /** Samples that follow the rule. */
  good: string[];
}

const CASES: Case[] = [
  { rule: "file-name", file: "src/rpc/utils.ts", bad: ["// any"], good: [] },
  { rule: "file-name", file: "src/rpc/_helpers.ts", bad: ["// any"], good: [] },
  { rule: "file-name", file: "src/index.ts", bad: ["// any"], good: [] },
  { rule: "file-name", file: "tests/types.ts", bad: ["// any"], good: [] },
  { rule: "file-name", file: "src/rpc/valueCodec.ts", bad: ["// any"], good: [] },
  { rule: "file-name", file: "src/rpc/value-codec.ts", bad: ["// any"], good: [] },
  { rule: "file-name", file: "src/rpc/_value_codec.ts", bad: [], good: ["// any"] },
  { rule: "file-name", file: "tests/rpc/value_codec_test.ts", bad: [], good: ["// any"] },
  { rule: "file-name", file: "tests/globals.d.ts", bad: [], good: ["// any"] },
  {
    rule: "file-length",
    bad: ["let x = 1;\n".repeat(251)],
    good: ["let x = 1;\n".repeat(250), "// why\n\n".repeat(300)],
  },
  { rule: "file-length", file: "tests/x_test.ts", bad: [], good: ["let x = 1;\n".repeat(251)] },
  {
    rule: "no-enum",
    bad: ["enum Color { Red }", "export const enum Color { Red }"],
    good: [`type Color = "red" | "green";`],
  },
  {
    rule: "function-declaration",
    bad: [
      "const f = () => 1;",
      "export const f = async (x: number) => x;",
      "const f = function () {}",
    ],
    good: [
      "function f() {}",
      "const f: Handler = () => 1;",
      "function f() { const g = () => 1; return g; }",
      "const list = [1].map((x) => x);",
    ],
  },
  {
    rule: "parameters",
    bad: [
      "export function f(a: string, b: string, c: string) {}",
      "export function f(a: string, b: string, options: X, d = 1) {}",
      "function f(a: string, b: string, c: string) {}\nexport { f };",
      "export function f(recursive: boolean) {}",
      "export function f(a: string, recursive = false) {}",
      "export function f(recursive?: boolean | undefined) {}",
      "export class C { constructor(a: A, b: B, c: C) {} }",
      "export class C { m(a: A, b: B, c: C) {} }",
      "export class C { static m(deep: boolean) {} }",
      "export abstract class C { abstract m(deep: boolean): void; }",
      "export function f(a: string, deep: boolean): void;",
    ],
    good: [
      "export function f(a: string, b: string, options: FOptions = {}) {}",
      "export function f(a: string, b: string, { deep = true }: FOptions = {}) {}",
      "export function f(this: X, a: string, b: string, readOptions: X) {}",
      "export function f(a: string, b: string, ...rest: string[]) {}",
      "function f(a: string, b: string, c: string, d: boolean) {}",
      "export class C { #m(a: A, b: B, c: boolean) {} }",
      "export class C { set open(value: boolean) {} }",
      "export function f(): boolean { return true; }",
    ],
  },
  {
    rule: "parameters",
    file: "tests/x_test.ts",
    bad: [],
    good: ["export function f(a: string, b: string, c: boolean) {}"],
  },
  {
    rule: "no-private-keyword",
    bad: [
      "class C { private x = 1; }",
      "class C { private m() {} }",
      "class C { private static x = 1; }",
      "class C { constructor(private readonly x: number) {} }",
    ],
    good: ["class C { #x = 1; #m() {} privateKey = 1; constructor(readonly y: number) {} }"],
  },
  {
    rule: "exports-by-name",
    bad: [
      "export default function f() {}",
      "const a = 1; export { a as default };",
      `export * from "./a.ts";`,
    ],
    good: ["export const a = 1;", `export { a } from "./a.ts";`],
  },
  {
    rule: "no-open-ends",
    bad: ["// TODO: later", "/* FIXME */", "/** XXX what is this */"],
    good: ["// A list of things to do.", `const mark = "TODO";`],
  },
  {
    rule: "plain-comments",
    file: "src/rpc/sample.ts",
    bad: [
      "/** What came of a cell. */",
      "/** Who is told of output. */",
      "// Whoever only iterates gets the error.",
      "/** What is bound in a kernel. */",
      "/** Ends it, so that whoever waits goes on. */",
      "/**\n * Ends it. The reason is\n * told once.\n */",
      "// The model is told.",
      "/** Reads what became of a cell. */",
    ],
    good: [
      "/** The result of a cell. */",
      "/** Receives output and host calls. */",
      "/** Whether the cell was stopped. */",
      "/** Returns what the callback returns. */",
      "// Both kinds are told apart by their tag,\n// whatever the name.",
      `const text = "whoever is told";`,
    ],
  },
  {
    rule: "plain-comments",
    file: "examples/sample.ts",
    bad: ["/** What somebody has ordered. */"],
    good: ["/** An order. */"],
  },
  {
    rule: "pure-rooms",
    file: "src/cell/strip.ts",
    bad: ["Deno.cwd();", "globalThis.Deno;", "let x: Deno.Command;"],
    good: ["const removed = { Deno: true };"],
  },
  { rule: "pure-rooms", file: "src/rpc/wire/connection.ts", bad: ["Deno.cwd();"], good: [] },
  { rule: "pure-rooms", file: "src/host/process/spawn.ts", bad: [], good: ["Deno.cwd();"] },
  {
    rule: "arrows",
    file: "src/rpc/wire/connection.ts",
    bad: [
      `import { a } from "../../kernel/a.ts";`,
      `export { a } from "../../runtime/a.ts";`,
      `import { a } from "../values/a.ts";`,
    ],
    good: [
      `import { a } from "./a.ts";`,
      `import { a } from "../a.ts";`,
      `import { z } from "zod";`,
    ],
  },
  {
    rule: "arrows",
    file: "src/kernel/main.ts",
    bad: [
      `import { a } from "../cell/a.ts";`,
      `import type { A } from "../runtime/a.ts";`,
      `let a: import("../agent/a.ts").A;`,
      `import { a } from "./unknown/a.ts";`,
    ],
    good: [`import { a } from "../rpc/a.ts";`, `import { a } from "./guest/a.ts";`],
  },
  {
    rule: "arrows",
    file: "src/kernel/namespace/scope.ts",
    bad: [`import { a } from "../guest/a.ts";`, `import { a } from "../main.ts";`],
    good: [`import { a } from "../../rpc/a.ts";`, `import { a } from "./a.ts";`],
  },
  {
    rule: "arrows",
    file: "src/model/open_ai_model.ts",
    bad: ["cell", "kernel", "runtime", "agent"].map((room) => `import "../${room}/a.ts";`),
    good: [`import "./model.ts";`],
  },
  {
    rule: "arrows",
    file: "src/nowhere/a.ts",
    bad: [`import "../rpc/a.ts";`],
    good: [`import "./b.ts";`],
  },
  {
    rule: "arrows",
    file: "src/host/launch/kernel_program.ts",
    bad: [`import { a } from "../../kernel/evaluator.ts";`],
    good: [`void (() => import("../../kernel/kernel.js"));`],
  },
  {
    rule: "arrows",
    file: "src/host/link/subprocess_kernel.ts",
    bad: [
      `import "../../kernel/evaluator.ts";`,
      `await import("../../kernel/kernel.js");`,
      `import "../../agent/a.ts";`,
      `import "../../../mod.ts";`,
      `import "../../../tests/a.ts";`,
      `import "../launch/a.ts";`,
    ],
    good: [
      `import "../../cell/a.ts";`,
      `import "../../rpc/wire/a.ts";`,
      `import "../process/a.ts";`,
    ],
  },
  {
    rule: "arrows",
    file: "src/host/in_process/in_process_kernel.ts",
    bad: [`import "../../kernel/main.ts";`],
    good: [`import "../../kernel/evaluator.ts";`, `import "../../kernel/guest/console.ts";`],
  },
  { rule: "arrows", file: "src/cell/a.ts", bad: [`import "../rpc/a.ts";`], good: [] },
  { rule: "arrows", file: "src/security/a.ts", bad: [`import "../cell/a.ts";`], good: [] },
  {
    rule: "arrows",
    file: "src/cli/main.ts",
    bad: [`import "../kernel/main.ts";`],
    good: [`import "../terminal/a.ts";`, `import "../agent/a.ts";`],
  },
  {
    rule: "arrows",
    file: "mod.ts",
    bad: [`export { a } from "./src/kernel/a.ts";`],
    good: [`export { a } from "./src/agent/a.ts";`],
  },
  { rule: "arrows", file: "tests/a_test.ts", bad: [], good: [`import "../src/kernel/a.ts";`] },
];

for (const { rule, file = "src/agent/sample.ts", bad, good } of CASES) {
  for (const sample of bad) {
    Deno.test(`style/${rule} reports ${describe(sample)} in ${file}`, () => {
      assertEquals(violations(rule, file, sample), [`style/${rule}`]);
    });
  }
  for (const sample of good) {
    Deno.test(`style/${rule} accepts ${describe(sample)} in ${file}`, () => {
      assertEquals(violations(rule, file, sample), []);
    });
  }
}

Deno.test("style has a sample for and against every rule", () => {
  const tested = (kind: "bad" | "good") =>
    new Set(CASES.filter((item) => item[kind].length > 0).map((item) => item.rule));
  const rules = new Set(Object.keys(style.rules));
  assertEquals(tested("bad"), rules);
  assertEquals(tested("good"), rules);
});

function violations(rule: string, file: string, sample: string): string[] {
  const found = Deno.lint.runPlugin(style, file, sample);
  return found.map((diagnostic) => diagnostic.id).filter((id) => id === `style/${rule}`);
}

function describe(sample: string): string {
  const line = sample.split("\n")[0]!;
  return sample.length > 90 ? `${sample.length} characters of "${line}"` : JSON.stringify(sample);
}
