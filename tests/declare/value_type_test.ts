import { assert, assertEquals } from "@std/assert";
import { stripTypeScriptTypes } from "node:module";
import { declareInjections } from "../../src/declare/declarations.ts";
import { toInjections } from "../../src/inject/injections.ts";
import { defineVariable, type HostVariable } from "../../src/inject/host_variable.ts";

function declareVariable(value: unknown): string {
  const { variables } = declareInjections(toInjections({ variables: { v: value } }));
  assertEquals(variables.length, 1);
  stripTypeScriptTypes(variables[0]!);
  return variables[0]!;
}

class Light {}

Deno.test("declareInjections() types variables by their values, and does not show those", () => {
  const table: [unknown, string][] = [
    [1, "number"],
    [NaN, "number"],
    [1n, "bigint"],
    ["secret", "string"],
    [false, "boolean"],
    [null, "null"],
    [undefined, "undefined"],
    [[], "unknown[]"],
    [["secret", "x"], "string[]"],
    [[1, "a", null], "Array<number | string | null>"],
    [[1, "a", null, false, 1n], "unknown[]"],
    [[{ id: 1 }, { id: 2 }], "Array<{ id: number }>"],
    [[{ id: 1 }, { id: null }], "Array<{ id: number } | { id: null }>"],
    [[[1], [2]], "Array<number[]>"],
    [{ a: 1, "b-c": "x", 1: true }, '{ "1": boolean; a: number; "b-c": string }'],
    [{}, "Record<string, unknown>"],
    [Object.create(null), "Record<string, unknown>"],
    [{ constructor: "own" }, "{ constructor: string }"],
    [new Map([["a", 1]]), "Map<string, number>"],
    [new Map(), "Map<unknown, unknown>"],
    [new Set([1, "a"]), "Set<number | string>"],
    [new Date(0), "Date"],
    [/x/, "RegExp"],
    [new Uint8Array(2), "Uint8Array"],
    [new URL("http://example.com"), "URL"],
    [new (class Failure extends Error {})(), "Error"],
    [[() => 1, 2], "Array<((...args: unknown[]) => unknown) | number>"],
  ];
  for (const [value, type] of table) {
    assertEquals(declareVariable(defineVariable(value)), `declare let v: ${type};`);
  }
});

Deno.test("declareInjections() declares classes that are met inside of data, each once", () => {
  const lights = new Map([["a", new Light()]]);
  const { variables } = declareInjections(
    toInjections({
      variables: { lights, rooms: [{ light: new Light() }], odd: [new (class {})()] },
    }),
  );
  assertEquals(variables, [
    "declare class Light {\n}",
    "declare let lights: Map<string, Light>;",
    "declare let rooms: Array<{ light: Light }>;",
    "declare class HostObject {\n}",
    "declare let odd: HostObject[];",
  ]);
});

Deno.test("declareInjections() tells how large a variable is when it is asked to", () => {
  const rows = Array.from({ length: 100 }, () => ({ city: "Oslo", celsius: 4 }));
  const table: [HostVariable<unknown>, string][] = [
    [defineVariable(rows, { summary: true }), "(Array(100), elements: { city, celsius })"],
    [
      defineVariable("secret", { summary: true, description: "A key" }),
      "\n * A key\n * (string, 6 characters)\n",
    ],
  ];
  for (const [variable, comment] of table) {
    const text = declareVariable(variable);
    assert(text.startsWith(`/**${comment.startsWith("\n") ? "" : " "}${comment}`), text);
  }
});

Deno.test("declareInjections() declares the classes of objects that stay on the host", () => {
  class Lamp {
    #on = false;
    brightness = 10;
    _serial = "x";
    constructor(readonly name: string) {}
    setBrightness(level: number, { smooth = true } = {}) {
      return smooth ? level : 0;
    }
    get on() {
      return this.#on;
    }
  }
  class Spot extends Lamp {
    turn() {}
  }
  const { variables } = declareInjections(
    toInjections({ variables: { lamp: new Lamp("a"), other: new Lamp("b"), spot: new Spot("c") } }),
  );
  const members = `  readonly name: Promise<string>;
  readonly brightness: Promise<number>;
`;
  const inherited =
    `  setBrightness(level: unknown, options?: { smooth?: unknown }): Promise<unknown>;
  readonly on: Promise<unknown>;
`;
  assertEquals(variables, [
    `declare class Lamp {\n${members}${inherited}}`,
    "declare const lamp: Lamp;",
    "declare const other: Lamp;",
    `declare class Spot {\n${members}  turn(): Promise<unknown>;\n${inherited}}`,
    "declare const spot: Spot;",
  ]);
  for (const text of variables) stripTypeScriptTypes(text);
});

Deno.test("declareInjections() tells classes of one name apart, and those without one", () => {
  const [A, B] = [class Same {}, class Same {}];
  const { variables } = declareInjections(
    toInjections({ variables: { a: new A(), b: new B(), c: new (class {})(), f: (n = 1) => n } }),
    { isolated: false },
  );
  assertEquals(variables, [
    "declare class Same {\n}",
    "declare const a: Same;",
    "declare class Same2 {\n}",
    "declare const b: Same2;",
    "declare class HostObject {\n}",
    "declare const c: HostObject;",
    "declare const f: (n?: number) => Promise<unknown>;",
  ]);
});

Deno.test("declareInjections() declares the members in the list of a variable, and no others", () => {
  class Lamp {
    name = "a";
    on = true;
    turn(on: boolean) {
      this.on = on;
    }
  }
  const narrow = defineVariable(new Lamp(), { members: ["turn", "on"] });
  const { variables } = declareInjections(
    toInjections({ variables: { narrow, lamp: new Lamp(), other: new Lamp() } }),
  );
  assertEquals(variables, [
    "declare class Lamp {\n  turn(on: unknown): Promise<unknown>;\n  readonly on: Promise<boolean>;\n}",
    "declare const narrow: Lamp;",
    "declare class Lamp2 {\n  readonly name: Promise<string>;\n  readonly on: Promise<boolean>;\n" +
    "  turn(on: unknown): Promise<unknown>;\n}",
    "declare const lamp: Lamp2;",
    "declare const other: Lamp2;",
  ]);
});

Deno.test("declareInjections() bounds the types of deep, large and circular values", () => {
  const circular: Record<string, unknown> = { name: "a" };
  circular.self = circular;
  const wide = (width: number, depth: number): unknown =>
    depth === 0 ? 1 : Object.fromEntries(
      Array.from({ length: width }, (_, i) => [`key${i}`, wide(width, depth - 1)]),
    );
  const deep = { a: { b: { c: { d: 1 } } } };
  const long = { ["x".repeat(100_000)]: 1 };
  const entries = Array.from({ length: 100_000 }, (_, i): [string, number] => [`k${i}`, i]);
  const table: [string, unknown, string][] = [
    ["deep", deep, "{ a: { b: { c: Record<string, unknown> } } }"],
    ["nested arrays", [[[[[1]]]]], "Array<Array<Array<unknown[]>>>"],
    ["a dictionary", Object.fromEntries(entries), "Record<string, number>"],
    ["a large map", new Map(entries), "Map<string, number>"],
    ["a large array", entries, "Array<Array<string | number>>"],
    ["a long key", long, "Record<string, unknown>"],
  ];
  for (const [name, value, type] of table) {
    assertEquals(declareVariable(value), `declare let v: ${type};`, name);
  }
  for (const value of [circular, wide(24, 3), Array(50).fill(wide(20, 3)), wide(2, 12)]) {
    assert(declareVariable(value).length < 2_100);
  }
});
