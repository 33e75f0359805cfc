import { assertEquals } from "@std/assert";
import { stripTypeScriptTypes } from "node:module";
import { z } from "zod";
import { declareInjections } from "../../src/declare/declarations.ts";
import type { Schema } from "../../src/inject/schema.ts";
import { type AnyFunction, defineFunction } from "../../src/inject/host_function.ts";
import { toInjections } from "../../src/inject/injections.ts";
import { defineVariable } from "../../src/inject/host_variable.ts";

function declareFunction(definition: unknown): string {
  const { functions } = declareInjections(toInjections({ functions: { f: definition } }));
  assertEquals(functions.length, 1);
  stripTypeScriptTypes(functions[0]!);
  return functions[0]!;
}

function declareVariable(value: unknown): string {
  const { variables } = declareInjections(toInjections({ variables: { v: value } }));
  assertEquals(variables.length, 1);
  stripTypeScriptTypes(variables[0]!);
  return variables[0]!;
}

/** Returns the declared parameters of a function without schemas. */
function parameters(call: AnyFunction): string {
  return /^declare function f\((.*)\): Promise<unknown>;$/s.exec(declareFunction(call))![1]!;
}

function withSchemas(input: Schema | undefined, output?: Schema): string {
  const call = (a: unknown, b: unknown) => [a, b];
  return declareFunction(
    defineFunction(call, { ...(input && { input }), ...(output && { output }) }),
  ).replace("declare function f", "");
}

class Light {
  static readonly kind = "lamp";
  brightness = 1;
  set(level: number, { fade = 0 } = {}) {
    return level + fade;
  }
  async wait(ms: number) {
    await ms;
  }
  static of(level: number) {
    return level;
  }
}

Deno.test("declareInjections() reads parameters from the source of the function", () => {
  const noop = () => {};
  const lights = new Light();
  const table: [AnyFunction, string][] = [
    [() => 1, ""],
    [(a, b) => [a, b], "a: unknown, b: unknown"],
    [async (a) => await a, "a: unknown"],
    [(x) => x, "x: unknown"],
    [
      function named(a, b) {
        return [a, b];
      },
      "a: unknown, b: unknown",
    ],
    [lights.set, "level: unknown, options?: { fade?: unknown }"],
    [lights.wait, "ms: unknown"],
    [Light.of, "level: unknown"],
    [{ "a-b": (x: unknown) => x }["a-b"], "x: unknown"],
    [
      {
        async ["c" + 1](x: unknown) {
          await x;
        },
      }.c1!,
      "x: unknown",
    ],
    [(a, ...rest) => [a, rest], "a: unknown, ...rest: unknown[]"],
    [(...[first]) => first, "...arg1: unknown[]"],
    [([a]) => a, "arg1: unknown[]"],
    [({ a, b = 1, "c-d": c }) => [a, b, c], 'options: { a: unknown; b?: unknown; "c-d": unknown }'],
    [({ ...all }) => all, "options: Record<string, unknown>"],
    [({ a } = { a: 1 }) => a, "options?: { a: unknown }"],
    [({ a }, { b }) => [a, b], "options: { a: unknown }, options2: { b: unknown }"],
    [Math.max, "...args: unknown[]"],
    [noop.bind(null), "...args: unknown[]"],
  ];
  for (const [call, expected] of table) assertEquals(parameters(call), expected, String(call));
});

Deno.test("declareInjections() takes types from defaults when they have one", () => {
  const table: [AnyFunction, string][] = [
    [(a = "x") => a, "a?: string"],
    [(a = `x`) => a, "a?: string"],
    [(a = 5) => a, "a?: number"],
    [(a = -5) => a, "a?: number"],
    [(a = 5n) => a, "a?: bigint"],
    [(a = false) => a, "a?: boolean"],
    [(a = null) => a, "a?: unknown"],
    [(a = /x/) => a, "a?: unknown"],
    [(a = []) => a, "a?: unknown"],
    [(a = 1, b) => [a, b], "a: number | undefined, b: unknown"],
    [(a = 1, b, c = 2) => [a, b, c], "a: number | undefined, b: unknown, c?: number"],
    [(a = 1, ...rest) => [a, rest], "a?: number, ...rest: unknown[]"],
  ];
  for (const [call, expected] of table) assertEquals(parameters(call), expected, String(call));
});

Deno.test("declareInjections() takes parameters from the input schema when there is one", () => {
  const table: [Schema, string][] = [
    [z.tuple([]), "()"],
    [z.tuple([z.string(), z.int()]), "(a: string, b: number)"],
    [z.tuple([z.string(), z.number().optional()]), "(a: string, b?: number)"],
    [z.tuple([z.string().default("x")]), "(a?: string)"],
    [
      z.tuple([z.boolean(), z.null(), z.string()]).rest(z.number()),
      "(a: boolean, b: null, arg3: string, ...rest: number[])",
    ],
    [z.tuple([z.date(), z.string()]), "(a: Date, b: string)"],
    [z.string(), "(a: string)"],
    [
      z.object({ name: z.string(), size: z.number().optional(), "in-stock": z.boolean() }),
      '(a: { name: string; size?: number; "in-stock": boolean })',
    ],
    [z.object({ when: z.date(), n: z.number() }), "(a: { when: Date; n: number })"],
    [z.object({}), "(a: Record<string, unknown>)"],
    [z.record(z.string(), z.number()), "(a: Record<string, number>)"],
    [z.enum(["low", "high"]), '(a: "low" | "high")'],
    [z.literal(7), "(a: 7)"],
    [z.array(z.string()), "(a: string[])"],
    [z.array(z.union([z.string(), z.number()])), "(a: Array<string | number>)"],
    [z.array(z.object({ id: z.number() })), "(a: Array<{ id: number }>)"],
    [z.string().nullable(), "(a: string | null)"],
    [
      z.tuple([z.tuple([z.string(), z.enum(["x", "y"]).optional()]).rest(z.boolean())]),
      '(a: [string, ("x" | "y")?, ...boolean[]])',
    ],
    [
      z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("dot") }),
        z.object({ kind: z.literal("line"), length: z.number() }),
      ]),
      '(a: { kind: "dot" } | { kind: "line"; length: number })',
    ],
    [z.object({ at: z.object({ x: z.number() }) }), "(a: { at: { x: number } })"],
    [z.string().transform((text) => text.length), "(a: string)"],
    [z.any(), "(a: unknown)"],
  ];
  for (const [input, expected] of table) {
    assertEquals(withSchemas(input), `${expected}: Promise<unknown>;`);
  }
});

Deno.test("declareInjections() names tuple items after the function's parameters when it has them", () => {
  const f = defineFunction((city = "Oslo", { days = 1 } = {}) => [city, days], {
    input: z.tuple([z.string(), z.object({ days: z.number() })]),
  });
  assertEquals(
    declareFunction(f),
    "declare function f(city: string, options: { days: number }): Promise<unknown>;",
  );
});

Deno.test("declareInjections() puts the output schema into a promise", () => {
  const table: [Schema, string][] = [
    [z.number(), "number"],
    [z.object({ n: z.number().default(1) }), "{ n: number }"],
    [z.array(z.object({ id: z.string() })), "Array<{ id: string }>"],
    [z.string().transform((text) => text.length), "unknown"],
    [z.void(), "void"],
    [z.date().nullable(), "Date | null"],
    [z.map(z.string(), z.bigint()), "Map<unknown, unknown>"],
  ];
  for (const [output, expected] of table) {
    assertEquals(withSchemas(z.tuple([]), output), `(): Promise<${expected}>;`);
  }
});

Deno.test("declareInjections() shows declarations of the host, and each type once", () => {
  const forecast = "interface Forecast { celsius: number }";
  const other = "interface Forecast { kelvin: number; next?: Forecast }";
  const one = (city: string) => city;
  const { functions, variables } = declareInjections(toInjections({
    functions: {
      today: defineFunction(one, {
        declaration: "(city: string): Promise<Forecast>",
        typeDeclarations: [forecast],
      }),
      tomorrow: defineFunction(one, {
        declaration: "(city: string): Promise<Forecast>;\n<T>(\n  cities: T[],\n): Promise<T>;\n",
        typeDeclarations: [forecast],
      }),
      elsewhere: defineFunction(one, {
        declaration: "(Forecast: string): Promise<Forecast>",
        typeDeclarations: [other],
      }),
      again: defineFunction(one, {
        declaration: "(): Promise<Forecast>",
        typeDeclarations: [other],
      }),
    },
    variables: {
      last: defineVariable(null, { declaration: "Forecast | null", typeDeclarations: [forecast] }),
    },
  }));
  assertEquals(functions, [
    forecast,
    "declare function today(city: string): Promise<Forecast>;",
    "declare function tomorrow(city: string): Promise<Forecast>;\n" +
    "declare function tomorrow<T>(\n  cities: T[],\n): Promise<T>;",
    "interface Forecast2 { kelvin: number; next?: Forecast2 }",
    "declare function elsewhere(Forecast: string): Promise<Forecast2>;",
    "declare function again(): Promise<Forecast2>;",
  ]);
  assertEquals(variables, ["declare let last: Forecast | null;"]);
});

Deno.test("declareInjections() expands references of schemas, but for those that lead to themselves", () => {
  const tree = z.object({
    name: z.string(),
    get children() {
      return z.array(tree);
    },
  });
  const table: [Schema, string][] = [
    [tree, "(a: { name: string; children: unknown[] })"],
    [z.record(z.enum(["x", "y"]), z.number()), '(a: Record<"x" | "y", number>)'],
    [z.partialRecord(z.enum(["x"]), z.number()), '(a: Partial<Record<"x", number>>)'],
    [z.never(), "(a: never)"],
  ];
  for (const [input, expected] of table) {
    assertEquals(withSchemas(input), `${expected}: Promise<unknown>;`);
  }
});

Deno.test("declareInjections() leaves types open when a schema has no JSON Schema", () => {
  const standard: Schema = { "~standard": { validate: (value) => ({ value }) } };
  assertEquals(withSchemas(standard, standard), "(a: unknown): Promise<unknown>;");
});

Deno.test("declareInjections() writes descriptions as comments that stay closed", () => {
  const table: [string, string][] = [
    ["Adds", "/** Adds */\n"],
    ["  Adds\n", "/** Adds */\n"],
    ["Ends */ declare let evil", "/** Ends *\\/ declare let evil */\n"],
    ["One\n\ntwo */", "/**\n * One\n *\n * two *\\/\n */\n"],
    [" ", ""],
  ];
  for (const [description, comment] of table) {
    assertEquals(
      declareFunction(defineFunction(() => 1, { description })),
      `${comment}declare function f(): Promise<unknown>;`,
    );
    assertEquals(
      declareVariable(defineVariable(1, { description })),
      `${comment}declare let v: number;`,
    );
  }
});
