import { assertEquals } from "@std/assert";
import { z } from "zod";
import { declareInjections } from "../../src/declare/declarations.ts";
import { defineModule } from "../../src/declare/module/define_module.ts";
import { type AnyFunction, defineFunction } from "../../src/inject/host_function.ts";
import { defineType } from "../../src/inject/host_type.ts";
import { type InjectOptions, toInjections } from "../../src/inject/injections.ts";
import { defineVariable } from "../../src/inject/host_variable.ts";

const TOOLS = import.meta.resolve("./modules/tools.ts");

/** A recursive schema. */
const tree = z.object({
  name: z.string(),
  get children() {
    return z.array(tree);
  },
});

/** Creates functions that no module could contain: their parameters are reserved words of modules. */
function sloppy(parameters: string): AnyFunction {
  return new Function(parameters, "return 1") as AnyFunction;
}

class Accessors {
  static shared = 1;
  "two words" = 1;
  new = 2;
  größe = 3;
  0 = 4;
  get both() {
    return 1;
  }
  set both(value) {
    this.new = value;
  }
  set only(value: number) {
    this.new = value;
  }
  *[Symbol.iterator]() {
    yield 1;
  }
  async later(...[first]: number[]) {
    return await first;
  }
  get = (x = 1) => x;
  static() {}
  async() {}
}
class Node {
  next?: Node;
  children = [new Accessors()];
}
const circular: Record<string, unknown> = { name: "a" };
circular.self = circular;

const FUNCTIONS: Record<string, unknown> = {
  // Names
  größe: () => 1,
  $: () => 1,
  _: () => 1,
  of: (of: unknown) => of,
  type: (type: unknown, get: unknown) => [type, get],
  any: (any: unknown) => any,
  string: (string: unknown) => string,
  Map: () => 1,
  // Parameters
  reserved: sloppy("let, static, yield, await"),
  implemented: sloppy("implements, interface, package"),
  patterns: ({ a, "b-c": b = 1, ...rest }: Record<string, unknown>, [x]: number[], arg2 = 2) => [
    a,
    b,
    rest,
    x,
    arg2,
  ],
  defaults: (
    a = -1,
    b = "*/",
    c = null,
    d = {},
    e = [1],
    f = /x/,
    g = () => 1,
    h = `t`,
    i: unknown,
  ) => [a, b, c, d, e, f, g, h, i],
  // deno-lint-ignore require-yield -- what matters is how it is declared
  generated: function* (n: number) {
    return n;
  },
  native: Math.max,
  bound: ((a: number) => a).bind(null),
  // Comments
  commented: defineFunction(() => 1, { description: "ends */ here /* and\r\n\u2028there */" }),
  // Schemas
  schemas: defineFunction((...args: unknown[]) => args, {
    input: z.tuple([
      z.union([z.string(), z.number()]).nullable(),
      z.record(z.enum(["a", "b"]), z.number()),
      z.record(z.string(), z.record(z.string(), z.date())),
      z.array(z.union([z.literal('quote " \n'), z.literal(1), z.null()])),
      z.object({ "two words": z.string().optional(), new: z.bigint(), nested: tree }),
      z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("a"), at: z.date() }),
        z.object({ kind: z.literal("b"), when: z.map(z.string(), z.set(z.number())) }),
      ]),
      z.tuple([z.string(), z.union([z.string(), z.number()]).optional()]).rest(z.boolean()),
      z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })),
      z.never().optional(),
      z.any().optional(),
    ]).rest(z.union([z.string(), z.function()])),
    output: z.union([z.void(), tree, z.array(tree)]),
  }),
  namesake: defineFunction((arg2: unknown, b: unknown) => [arg2, b], {
    input: z.tuple([z.string(), z.string(), z.string()]).rest(z.string()),
  }),
  // Declarations
  declared: defineFunction((city: string) => city, {
    declaration: "(city: string): Promise<Forecast>\n(cities: string[]): Promise<Forecast[]>;",
    typeDeclarations: ["interface Forecast { celsius: number }"],
  }),
  declaredAgain: defineFunction((city: string) => city, {
    declaration: "(city: string): Promise<Forecast>",
    typeDeclarations: [
      "/** Another one */\ninterface Forecast { kelvin: number; Forecast: Forecast }",
    ],
  }),
};

const VARIABLES: Record<string, unknown> = {
  name: "shadows a global",
  Date: new Date(0),
  declared: defineVariable([], {
    declaration: "Forecast[]",
    typeDeclarations: ["interface Forecast { celsius: number }"],
    summary: true,
  }),
  circular,
  keys: { "a-b": 1, "": 2, new: 3, constructor: 4, "*/": 5, 1: 6, größe: 7 },
  call: () => 1,
  data: { call: () => 1 },
  accessors: new Accessors(),
  narrow: defineVariable(new Accessors(), { members: ["later"] }),
  lights: new Map([[1, new Node()], [2, new Node()]]),
  nested: [{ deep: [new Set([new Accessors()])] }],
  namesakes: [new (class Map {})(), new (class schemas {})()],
  nameless: new (class {})(),
  own: Object.create(null),
  builtins: [new Error("x"), new URL("http://localhost"), new Uint8Array(1), /x/],
  buffers: [new ArrayBuffer(1), new DataView(new ArrayBuffer(1)), new BigInt64Array(1)],
  failure: new (class Failure extends RangeError {})(),
  mixed: [[], {}, null, undefined, 1n, Symbol.iterator],
};

class Shape {
  static count = 0;
  constructor(readonly sides = 3, { closed = true } = {}) {
    Shape.count += closed ? 1 : 0;
  }
  get area() {
    return this.sides;
  }
  set area(value) {
    Shape.count = value;
  }
}

const TYPES: Record<string, unknown> = {
  Shape: defineType(Shape, { description: "With */ sides" }),
  Reference: class {},
  Level: { Low: 1, "very high": 2 },
  Tree: tree,
};

/** Returns the cases: all declarations that can stand beside one another at once, and the rest one by one. */
async function cases(): Promise<[name: string, given: InjectOptions][]> {
  const { functions, variables, types } = await defineModule(TOOLS);
  const own: Record<string, unknown> = { ...VARIABLES, shape: new Shape() };
  return [
    ["odd", { functions: FUNCTIONS, variables: { ...own, declared2: own.declared, declared: 1 } }],
    ["module", { functions, variables, types }],
    ["types", { types: TYPES, variables: { shape: own.shape, shapes: [own.shape] } }],
    ["both", {
      // The class that extends `Map` needs this name for its base class.
      functions: { ...functions, ...without(FUNCTIONS, "Map"), Place: () => 1, Lamp: () => 2 },
      variables: { ...variables, node: new Node() },
      types: { ...types, ...TYPES },
    }],
  ].map(([name, given]) => [name as string, withoutNamesakes(given as InjectOptions)]);
}

function without(record: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

/** Keeps each name once. */
function withoutNamesakes({ functions = {}, variables = {}, types = {} }: InjectOptions) {
  const free = Object.entries(variables).filter(([name]) => !(name in functions));
  return { functions, variables: Object.fromEntries(free), types };
}

Deno.test("declareInjections() writes what deno check accepts", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const isolated of [true, false]) {
      for (const [name, given] of await cases()) {
        const declared = declareInjections(toInjections(given, { isolated }), { isolated });
        const lines = [...declared.types, ...declared.functions, ...declared.variables];
        // A module has names of its own, like a session.
        const text = ["export {};", ...lines, ""].join("\n");
        await Deno.writeTextFile(`${folder}/${name}_${isolated}.ts`, text);
      }
    }
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--no-config", "--no-lock", "."],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(success, true, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
