import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { defineKernelModule } from "../../../src/declare/module/define_kernel_module.ts";

const DECLARED: [source: string, declarations: Record<string, string>][] = [
  ["export function f(a: number, b?: string): void {}", {
    f: "declare function f(a: number, b?: string): void;",
  }],
  ["export async function f<T extends object>(list: T[], n = 5, { x }: { x: 1 } = { x: 1 }) {}", {
    f: "declare function f<T extends object>(list: T[], n?: number, options?: { x: 1 }): Promise<unknown>;",
  }],
  ["export const f = (a: number): number => a;\nexport const g = async x => x", {
    f: "declare function f(a: number): number;",
    g: "declare function g(x: unknown): Promise<unknown>;",
  }],
  ["export const f = function* <T>(...a: T[]): Generator<T> { yield* a; }", {
    f: "declare function f<T>(...a: T[]): Generator<T>;",
  }],
  ["export function f(/* ) */ a /* , */: Map<string, () => void>, // )\n b: [1, 2]) { return a }", {
    f: "declare function f(a/* , */: Map<string, () => void>, b: [1, 2]): unknown;",
  }],
  ["export const N: number | string = 1, M = `x`, L = [1], O = {}, U = N;", {
    N: "declare let N: number | string;",
    M: "declare let M: string;",
    L: "declare let L: unknown[];",
    O: "declare let O: object;",
    U: "declare let U: unknown;",
  }],
  ["export const { a, b: [c] } = { a: 1, b: [2] };", {
    a: "declare let a: unknown;",
    c: "declare let c: unknown;",
  }],
  ["function f(a: 1): 2 { return 2 }\nclass C {}\nexport { f as g, C };", {
    g: "declare function g(a: 1): 2;",
    C: "declare class C {\n}",
  }],
  [
    "export class Box<T> extends Map<string, T> {\n  size2: number = 1; static made = 0; private hidden = 1; #secret = 2;\n  constructor(readonly?: T) { super() }\n  get first(): T { return this.values().next().value! }\n  static of(a: number): Box<number> { return new Box() }\n  protected inner() {}\n  async load() {}\n}",
    {
      Box:
        "declare class Box<T> extends Map<string, T> {\n  size2: number;\n  static made: number;\n  constructor(readonly?: T);\n  readonly first: T;\n  static of(a: number): Box<number>;\n  load(): Promise<unknown>;\n}",
    },
  ],
  ["export default function f() {}\nexport const x = 1;", { x: "declare let x: number;" }],
  ["export default 5;", {}],
  ['import { a } from "npm:b";\nimport type { T } from "./t.ts";\nexport { a };', {
    a: "declare let a: unknown;",
  }],
  ["#!/usr/bin/env deno\r\nexport const x = 1;\r\n", { x: "declare let x: number;" }],
  ["\ufeffexport let x = 1", { x: "declare let x: number;" }],
];

Deno.test("defineKernelModule() declares exports by their own TypeScript", () => {
  for (const [source, declarations] of DECLARED) {
    const { exports } = defineKernelModule(source);
    const found = [...exports].map(([name, { declaration }]) => [name, declaration]);
    assertEquals(Object.fromEntries(found), declarations, source);
  }
});

Deno.test("defineKernelModule() passes comments and the types that a declaration uses", () => {
  const { exports } = defineKernelModule(`
/** The module. @kernel */

/** A city. */
export interface City {
  name: string;
  area: Area;
}
/** Not used. */
type Other = 1;
type Area = { km: number };

/**
 * The largest one.
 *
 * @param cities The cities.
 */
export function largest(cities: City[]): City | undefined { return cities[0]; }
// A line
export const n = 1;
`);
  const { description, typeDeclarations } = exports.get("largest")!;
  assertEquals(description, "The largest one.");
  assertEquals(typeDeclarations, [
    "interface City {\n  name: string;\n  area: Area;\n}",
    "type Area = { km: number };",
  ]);
  assertEquals(exports.get("n")!.description, undefined);
});

const REFUSED: [source: string, reason: string][] = [
  ["export enum E { A }", "more than types"],
  ["export class A { constructor(private x: number) {} }", "more than types"],
  ["namespace N { export const a = 1 }", "more than types"],
  ["export * from 'npm:x'", "exports names of another module"],
  ["export { a } from 'npm:x'", "exports names of another module"],
  ["import './x.ts'", "imports the file"],
  ["import '/etc/x.ts'", "imports the file"],
  ["await 1", "`await` at the top level"],
  ["for await (const x of []) {}", "`await` at the top level"],
  ["if (1) { return 1 }", "`return` outside of functions"],
  ["export const x: number = ;", "module.ts:1"],
  ["}\nexport {", "module.ts"],
  ["export const undefined = 1", "module.ts:1:1"],
  ["const a = 1; export { a as await }", "reserved word"],
  ["x".repeat(300_000), "more than 262144"],
  [Array.from({ length: 201 }, (_, i) => `export const a${i} = 1;`).join("\n"), "more than 200"],
];

Deno.test("defineKernelModule() refuses what cannot stand alone in a kernel", () => {
  for (const [source, reason] of REFUSED) {
    assertThrows(() => defineKernelModule(source), SyntaxError, reason, source.slice(0, 80));
  }
  assertThrows(() => defineKernelModule("", { nam: 1 } as object), TypeError, "nam");
});

Deno.test("defineKernelModule() takes linear time for hostile text", () => {
  for (
    const source of [
      `export function f(a = ${"/*".repeat(50_000)}*/1) {}`,
      `export function f(${"a".repeat(100_000)}: ${"[".repeat(500)}1${"]".repeat(500)}) {}`,
      `/**${" * @".repeat(50_000)}*/export const a = 1`,
      `${"interface A {}\n".repeat(10_000)}export const a: A = {}`,
      `export class A { ${"x = 1;".repeat(20_000)} }`,
    ]
  ) {
    try {
      const { exports } = defineKernelModule(source);
      for (const { declaration, description = "" } of exports.values()) {
        assert(declaration.length + description.length < 10_000);
      }
    } catch (error) {
      assert(error instanceof SyntaxError, String(error));
    }
  }
  assertStringIncludes(defineKernelModule("export const a = 1").cell, 'return { ["a"]: a };');
});
