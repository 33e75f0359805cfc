import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { defineModule } from "../../../src/declare/module/define_module.ts";
import { DenoRuntime } from "../../../src/runtime/deno_runtime.ts";
import { declareInjections } from "../../../src/declare/declarations.ts";
import { toInjections } from "../../../src/inject/injections.ts";
import type * as tools from "../modules/tools.ts";

const TOOLS = import.meta.resolve("../modules/tools.ts");

async function declare(): Promise<{ types: string; functions: string; variables: string }> {
  const declared = declareInjections(toInjections(await defineModule(TOOLS)));
  return {
    types: declared.types.join("\n"),
    functions: declared.functions.join("\n"),
    variables: declared.variables.join("\n"),
  };
}

Deno.test("defineModule() takes the exports of a module that can be injected", async () => {
  const { functions, types, variables } = await defineModule(TOOLS);
  assertEquals(
    Object.keys(functions).sort(),
    ["add", "arrow", "celsius", "count", "find", "isPlace", "odd", "twice"],
  );
  assertEquals(Object.keys(types).sort(), ["Colour", "Point", "Register"]);
  assertEquals(Object.keys(variables).sort(), ["LIMIT", "lamp", "places", "start"]);
});

Deno.test("defineModule() declares functions as the module does, with promises as results", async () => {
  const { functions } = await declare();
  const expected = [
    "/**\n * Adds numbers.\n * @param first The first.\n * @returns Their sum.\n */\n" +
    "declare function add(first: number, second?: number, ...rest: number[]): Promise<number>;",
    "declare function arrow(options: Hidden, arg2: [number, number]): Promise<unknown>;",
    "/** Degrees Celsius. */\ndeclare function celsius(options: Reading): Promise<number>;",
    "declare function count(to: number): AsyncIterable<number>;",
    "declare function find<T extends Place>(place: T, options?: { deep?: boolean; near: T; }): " +
    "Promise<Array<Shape<T>>>;",
    "declare function isPlace(value: unknown): Promise<boolean>;",
    "declare function twice(value: string): Promise<string>;\n" +
    "declare function twice(value: number): Promise<number>;",
    "declare function odd(schema: unknown, unit: Unit, other: Reading, ",
  ];
  for (const text of expected) assertStringIncludes(functions, text);
});

Deno.test("defineModule() declares the types that signatures use, of other modules as well, each once", async () => {
  const { types, functions } = await declare();
  const expected = [
    "interface Place {\n  name: string;\n  readonly position?: [number, (number)?, ...number[]];\n" +
    '  "in-km"?: boolean;\n  distance(to: Place): number;\n}',
    "interface Place2 {\n  station: string;\n}",
    "interface Reading {\n  value: number;\n  unit: Unit;\n  by: Place2;\n}",
    "interface Hidden<T extends object = Place> extends Partial<Place> {",
    'type Unit = "C" | "F";',
    'type Shape<T = string> = { kind: "place"; place: Place; } | { kind: T; };',
  ];
  for (const text of expected) assertEquals(`${types}\n${functions}`.split(text).length, 2, text);
});

Deno.test("defineModule() declares classes and variables, and no values", async () => {
  const { types, functions, variables } = await declare();
  assertStringIncludes(
    types,
    "/** A point in the plane. */\ndeclare class Point {\n" +
      "  constructor(x: number, y?: number);\n  readonly x: number;\n  y: number;\n" +
      "  static origin(): Point;\n  plus(other: Point): Point;\n  readonly moved: number;\n}",
  );
  assertStringIncludes(
    types,
    "declare class Register extends Map<string, Place> {\n  added: number;\n}",
  );
  assertStringIncludes(types, 'declare const Colour: { readonly Red: 0; readonly Blue: "blue" };');
  assertStringIncludes(
    functions,
    "declare class Lamp<T = number> extends Device {\n  readonly brightness: Promise<number>;\n" +
      "  /** Sets the brightness, in percent. */\n" +
      "  dim(percent: number, options?: { fade?: number; }): Promise<T | number>;\n}\n" +
      "declare class Device {\n  readonly name: Promise<string>;\n}",
  );
  assertStringIncludes(variables, "declare const lamp: Lamp;");
  assertStringIncludes(variables, "declare const start: Reference<Point>;");
  assertStringIncludes(variables, "declare let places: Map<string, Place>;");
  for (const hidden of ["secret", "serial", "#moved"]) {
    assert(!`${types}${functions}${variables}`.includes(hidden), hidden);
  }
});

Deno.test("defineModule() returns working injections, with types for the host", async () => {
  await using runtime = new DenoRuntime({ ...await defineModule<typeof tools>(TOOLS) });
  const result = await runtime.execute(`
    await lamp.dim(await add(20, 2, 3));
    const numbers = [];
    for await (const n of count(3)) numbers.push(n);
    const moved = new Point(1).plus(new Point(2, 3));
    [numbers, moved.x, Colour.Blue, await twice("a"), await start.x, LIMIT];
  `);
  assertEquals(result.status, "ok", result.status === "error" ? result.error.text : "");
  if (result.status === "ok") {
    assertEquals(result.value?.text, '[ [ 1, 2, 3 ], 3, "blue", "aa", 1, 5 ]');
  }
  const lamp: tools.Lamp = await runtime.retrieve("lamp");
  assertEquals(lamp.brightness, 25);
  const sum: number = await runtime.call("add", [1, 2]);
  assertEquals(sum, 3);
});

Deno.test("defineModule() throws when it cannot load or describe the module", async () => {
  const missing = new URL("missing.ts", TOOLS).href;
  await assertRejects(() => defineModule(missing), Error, `Cannot load the module ${missing}: `);
  const noDeno = { denoPath: new URL("deno", TOOLS).pathname };
  await assertRejects(
    () => defineModule(TOOLS, noDeno),
    Error,
    `Cannot describe the module ${TOOLS}: `,
  );
});

Deno.test("defineModule() describes functions by their source when deno doc has no type of them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/made.ts`,
      `const make = () => (city: string, days = 1) => city.repeat(days);
       export const forecast = make();
       export const nothing = undefined;
       export const symbol = Symbol("x");`,
    );
    const { functions, variables } = await defineModule(`file://${folder}/made.ts`);
    const declared = declareInjections(toInjections({ functions, variables }));
    assertEquals(
      declared.functions,
      ["declare function forecast(city: unknown, days?: number): Promise<unknown>;"],
    );
    assertEquals(Object.keys(variables), ["nothing"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
