/**
 * Types that a host hands to a kernel: classes, schemas, and records of constants.
 *
 * @module
 */

import { type ClassText, readClass } from "../cell/class_text.ts";
import { GUEST_GLOBALS } from "../rpc/guest_globals.ts";
import { checkOptions, type OptionNames } from "../limits/options.ts";
import { Definition, DEFINITION_OPTIONS, type DefinitionOptions } from "./definition.ts";
import { type AnyClass, hasHooks, type SharedType, STATE } from "../rpc/values/shared_types.ts";

/** Options of {@linkcode defineType}. */
export interface TypeOptions extends DefinitionOptions {
  /**
   * Whether instances of the class are copied across the boundary, and have their class on either side. Otherwise they
   * stay where they were made: cells get references to instances of the host, and the host gets the data of instances of
   * cells. @default false
   */
  readonly copy?: boolean | undefined;
}

const TYPE_OPTIONS: OptionNames<TypeOptions> = { ...DEFINITION_OPTIONS, copy: true };

/** The kind of a type: a class, a schema, or an object with constants. */
export type TypeKind = "class" | "schema" | "constants";

/** A type with a description: the result of {@linkcode defineType}. */
export class HostType<T = unknown> extends Definition {
  /** The class, the schema, or the object with the constants. */
  readonly value: T;
  /** The kind of `value`. */
  readonly kind: TypeKind;
  /** Whether instances are copied. */
  readonly copy: boolean;

  /**
   * Makes a type, as `defineType` does.
   *
   * @param value The class, the schema, or the object with the constants.
   * @param options Its description, and whether instances are copied.
   */
  constructor(value: T, options: TypeOptions = {}) {
    checkOptions(options, { names: TYPE_OPTIONS, task: "define a type" });
    super(options);
    this.value = value;
    this.kind = kindOf(value);
    this.copy = options.copy ?? false;
    if (this.copy) checkCopied(this);
  }
}

/**
 * Makes a type known to cells and describes it to the model.
 *
 * - Cells can use a class with `new` and `instanceof`; it is made from its source, so what it refers to must be injected too.
 *   With `copy`, instances cross by value: their own enumerable fields are given to an object of the class on the other
 *   side, whose constructor is not called. A class with private members defines what crosses by two methods:
 *   `[Symbol.for("cave.state")]()` returns the state of an instance, `static [Symbol.for("cave.revive")](state)` an instance.
 *   On the host the state comes from code that nobody has read: check it.
 * - A schema (zod's, or any other's of the Standard Schema) is a TypeScript type to the model. One with a `parse` method,
 *   as zod's, can be called from cells: `await Task.parse(value)`.
 * - An object with constants, such as an enum, exists in cells as it is.
 *
 * @param value The class, the schema, or the object with the constants.
 * @param options Its description, and whether instances are copied.
 * @returns An entry for the `types` of a runtime.
 * @throws {TypeError} If it is none of these, a class whose instances cannot be copied, or an option has an unknown name.
 *
 * @example A class that crosses with its instances
 * ```ts
 * import { DenoRuntime, defineType } from "@cave/agent";
 * import { assert, assertEquals } from "@std/assert";
 *
 * class Point {
 *   constructor(readonly x: number, readonly y: number) {}
 *   plus(other: Point) {
 *     return new Point(this.x + other.x, this.y + other.y);
 *   }
 * }
 * await using runtime = new DenoRuntime({
 *   types: { Point: defineType(Point, { copy: true }) },
 *   variables: { start: new Point(1, 2) },
 * });
 * await runtime.execute(`const end = start.plus(new Point(10, 10))`);
 * const end = await runtime.retrieve("end");
 * assert(end instanceof Point);
 * assertEquals([end.x, end.y], [11, 12]);
 * ```
 *
 * @example Private state, by hooks
 * ```ts
 * import { DenoRuntime, defineType } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * class Counter {
 *   #count = 0;
 *   add() {
 *     this.#count++;
 *     return this;
 *   }
 *   get count() {
 *     return this.#count;
 *   }
 *   [Symbol.for("cave.state")]() {
 *     return this.#count;
 *   }
 *   static [Symbol.for("cave.revive")](count: unknown) {
 *     const counter = new Counter();
 *     counter.#count = Number(count);
 *     return counter;
 *   }
 * }
 * await using runtime = new DenoRuntime({
 *   types: { Counter: defineType(Counter, { copy: true }) },
 *   variables: { counter: new Counter().add() },
 * });
 * await runtime.execute(`counter.add()`);
 * assertEquals((await runtime.retrieve("counter")).count, 2);
 * ```
 */
export function defineType<T>(value: T, options: TypeOptions = {}): HostType<T> {
  return new HostType(value, options);
}

/**
 * Returns the classes among types.
 *
 * @param types Types by name.
 */
export function classesOf(types: ReadonlyMap<string, HostType>): SharedType[] {
  return [...types].filter(([, { kind }]) => kind === "class")
    .map(([name, { value, copy }]) => ({ name, Class: value as AnyClass, copied: copy }));
}

/**
 * Checks that cells have the names to which the classes refer.
 *
 * @param types The types that are about to be injected.
 * @param isInjected Whether a name is injected.
 * @throws {TypeError} If a class refers to a name that cells do not have.
 */
export function checkFreeNames(
  types: ReadonlyMap<string, HostType>,
  isInjected: (name: string) => boolean,
): void {
  for (const { name, Class } of classesOf(types)) {
    const missing = missingNames(Class, isInjected);
    if (missing.length === 0) continue;
    throw new TypeError(
      `Cannot inject the type ${name}: it refers to ${
        missing.join(", ")
      }, which cells do not have. ` +
        "Inject that as well, or keep the class on the host and inject objects of it as variables",
    );
  }
}

/**
 * Returns the names that a class refers to and that cells do not have.
 *
 * @param Class The class.
 * @param isInjected Whether a name is injected.
 * @throws {TypeError} If its source is not available.
 */
export function missingNames(Class: AnyClass, isInjected: (name: string) => boolean): string[] {
  return sourceOf(Class).freeNames.filter((free) =>
    !GUEST_GLOBALS.has(free) && !BESIDE.has(free) && !isInjected(free)
  );
}

function sourceOf(Class: AnyClass): ClassText {
  const text = readClass(`${Class}`);
  if (text !== undefined) return text;
  throw new TypeError(
    `Cannot define the type ${nameOf(Class)}: its source is not available, so cells cannot have it`,
  );
}

/** Globals that the kernel adds to those of the language and the web. */
const BESIDE: ReadonlySet<string> = new Set(["Deno", "display"]);

/** Returns whether a value is a class. */
export function isClass(value: unknown): value is AnyClass {
  return typeof value === "function" &&
    /^class\b/.test(Function.prototype.toString.call(value));
}

function kindOf(value: unknown): TypeKind {
  if (isClass(value)) return "class";
  if (typeof value === "object" && value !== null) {
    if ("~standard" in value) return "schema";
    const constants = Object.values(value);
    const isConstant = (item: unknown) => typeof item === "string" || typeof item === "number";
    if (constants.length > 0 && constants.every(isConstant)) return "constants";
  }
  throw new TypeError(
    `Cannot define the type ${nameOf(value)}: it is not a class, a schema, or an object of ` +
      "strings and numbers. Put functions into functions, and any other value into variables",
  );
}

/** Refuses classes whose instances have more than their fields: private members, or the state of a built-in. */
function checkCopied(type: HostType): void {
  const { kind, value } = type;
  if (kind !== "class") {
    throw new TypeError(`Cannot define the type ${nameOf(value)} with copy: it is not a class`);
  }
  const Class = value as AnyClass;
  const hasState = typeof (Class.prototype as Record<symbol, unknown>)[STATE] === "function";
  if (hasHooks(Class) !== hasState) {
    throw new TypeError(
      `Cannot define the type ${nameOf(Class)} with copy: it has only one of the two hooks, ` +
        `${hasState ? "cave.state" : "cave.revive"}`,
    );
  }
  if (hasState) return;
  let parent: object | null = Class;
  for (; parent !== null && parent !== Function.prototype; parent = Object.getPrototypeOf(parent)) {
    const text = readClass(`${parent}`);
    const who = parent === Class ? "it" : nameOf(parent);
    const reason = text === undefined
      ? `it extends ${who}, whose state cannot be copied`
      : text.hidesMembers
      ? `${who} has private members`
      : undefined;
    if (reason === undefined) continue;
    throw new TypeError(
      `Cannot define the type ${nameOf(Class)} with copy: ${reason}. Give it the methods ` +
        `[Symbol.for("cave.state")]() and static [Symbol.for("cave.revive")](state)`,
    );
  }
}

function nameOf(value: unknown): string {
  if (typeof value === "function") return value.name || "without a name";
  return typeof value === "object" ? "of an object" : JSON.stringify(value);
}
