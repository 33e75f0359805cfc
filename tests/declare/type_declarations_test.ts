import { assertEquals } from "@std/assert";
import { stripTypeScriptTypes } from "node:module";
import { z } from "zod";
import { declareInjections } from "../../src/declare/declarations.ts";
import { defineType } from "../../src/inject/host_type.ts";
import { type InjectOptions, toInjections } from "../../src/inject/injections.ts";
import { defineVariable } from "../../src/inject/host_variable.ts";
import { DeskLamp, Lamp, Point } from "../runtime/_points.ts";

function declare(given: InjectOptions, isolated = true) {
  const { types, variables } = declareInjections(toInjections(given), { isolated });
  for (const declaration of [...types, ...variables]) stripTypeScriptTypes(declaration);
  return { types, variables };
}

// deno-lint-ignore style/no-enum -- what hosts have
enum Side {
  Left,
  Right = 5,
}

Deno.test("declareInjections() declares classes by their public members, inherited ones as well", () => {
  const { types } = declare({
    types: { DeskLamp: defineType(DeskLamp, { description: "Lit" }), Lamp },
  });
  assertEquals(
    types[0],
    [
      "/** Lit */",
      "declare class DeskLamp {",
      "  // new DeskLamp() makes one of the cell's own: the user gets its data",
      "  arm: string;",
      "  room: unknown;",
      "  brightness: number;",
      "  on: boolean;",
      "  constructor(room: unknown, brightness?: number);",
      "  dim(percent: unknown): unknown;",
      "  isBright: unknown;",
      "  static inRoom(room: unknown): unknown;",
      "}",
    ].join("\n"),
  );
  class Odd {
    #hidden = 1;
    name: string;
    size;
    constructor(name = "odd", ...sizes: number[]) {
      this.name = name;
      this.size = sizes.length;
      this._custom = 3;
      Object.assign(this, { more: `${name}` });
    }
    _custom = 2;
    static then = 3;
    get hidden() {
      return this.#hidden;
    }
    set hidden(value) {
      this.#hidden = value;
    }
    async later({ fade = 1 }, ...rest: unknown[]) {
      await rest;
      return fade;
    }
    [Symbol.iterator]() {}
  }
  assertEquals(
    declare({ types: { Odd } }).types[0],
    [
      "declare class Odd {",
      "  // new Odd() makes one of the cell's own: the user gets its data",
      "  name: string;",
      "  size: unknown;",
      "  constructor(name?: string, ...sizes: unknown[]);",
      "  hidden: unknown;",
      "  later(options: { fade?: unknown }, ...rest: unknown[]): Promise<unknown>;",
      "}",
    ].join("\n"),
  );
});

Deno.test("declareInjections() declares constants and schemas as types and as values", () => {
  const { types } = declare({
    types: {
      Side,
      Colour: { RED: "red", "light blue": "blue" },
      Task: z.object({ id: z.number(), tags: z.array(z.string()).optional() }),
      Bare: { "~standard": { validate: () => ({ value: 1 }) } },
    },
  });
  assertEquals(types, [
    `declare const Side: { readonly Left: 0; readonly Right: 5 };\ndeclare type Side = (typeof Side)[keyof typeof Side];`,
    `declare const Colour: { readonly RED: "red"; readonly "light blue": "blue" };\ndeclare type Colour = (typeof Colour)[keyof typeof Colour];`,
    `declare type Task = { id: number; tags?: string[] };\ndeclare const Task: { parse(value: unknown): Promise<Task> };`,
    `declare type Bare = unknown;`,
  ]);
});

Deno.test("declareInjections() gives variables the types that both sides have", () => {
  const types = { Lamp, Point: defineType(Point, { copy: true }) };
  const variables = {
    lamp: defineVariable(new DeskLamp("study"), { description: "On the desk" }),
    narrow: defineVariable(new Lamp("hall"), { members: ["brightness"] }),
    point: new Point(1, 2),
  };
  const remote = declare({ types, variables });
  assertEquals(remote.types[0]?.split("\n")[1], "declare type Reference<T> = {");
  assertEquals(remote.variables, [
    "/** On the desk */\ndeclare const lamp: Reference<Lamp>;",
    "declare class Lamp2 {\n  readonly brightness: Promise<number>;\n}",
    "declare const narrow: Lamp2;",
    "declare let point: Point;",
  ]);
  const near = declare({ types, variables }, false);
  assertEquals(near.types.length, 2);
  assertEquals(near.variables[0], "/** On the desk */\ndeclare const lamp: Lamp;");
  const taken = declare({ types: { ...types, Reference: class {} }, variables });
  assertEquals(taken.variables[0]?.split("\n")[1], "declare const lamp: Reference2<Lamp>;");
});
