/**
 * Variables that a host hands to a kernel, with what the model should know about them.
 *
 * @module
 */

import { isReachable } from "../rpc/references/members.ts";
import { isInstance } from "../rpc/values/kinds.ts";

/** Options of {@linkcode defineVariable}. */
export interface VariableOptions {
  /** What the model is told about it. @default none */
  readonly description?: string | undefined;
  /** The type that the model is shown, `Map<string, Forecast>`. @default made from the value */
  readonly declaration?: string | undefined;
  /** Declarations of types that `declaration` uses: `interface Forecast { celsius: number }`. @default none */
  readonly typeDeclarations?: readonly string[] | undefined;
  /** Whether the model is told how large the value is and which keys it has; never what is in it. @default false */
  readonly summary?: boolean | undefined;
  /**
   * The members of an object that cells can reach, by whatever way they come to it. It cannot be iterated then. A
   * `LocalRuntime`, whose cells have the object itself, does not hold to it. @default what the object and its classes have, but for
   * names that begin with `_`
   */
  readonly members?: readonly string[] | undefined;
}

/** A variable with a description. */
export class Variable<T> {
  /** The value that cells find. */
  readonly value: T;
  /** What the model is told about it. */
  readonly description: string | undefined;
  /** The type that the model is shown, if it is not made from the value. */
  readonly declaration: string | undefined;
  /** Declarations of types that `declaration` uses. */
  readonly typeDeclarations: readonly string[];
  /** Whether the model is told how large the value is and which keys it has. */
  readonly summary: boolean;
  /** The members that cells can reach; absent if they are all that its class declares. */
  readonly members: readonly string[] | undefined;

  /**
   * As `defineVariable`.
   *
   * @param value The value.
   * @param options Its description and its members.
   */
  constructor(value: T, options: VariableOptions = {}) {
    this.value = value;
    this.description = options.description;
    this.declaration = options.declaration;
    this.typeDeclarations = [...options.typeDeclarations ?? []];
    this.summary = options.summary ?? false;
    this.members = options.members === undefined ? undefined : checkMembers(value, options.members);
  }

  /**
   * The variable with another value.
   *
   * @param value The value.
   * @throws {TypeError} If that lacks one of the members.
   */
  with(value: unknown): Variable<unknown> {
    return new Variable(value, { ...this });
  }
}

/**
 * Describes a variable to the model, and says what cells can do with it.
 *
 * @param value The value that cells find; plain data is copied, an instance of a class stays on the host.
 * @param options Its description and its members.
 * @returns What goes into the `variables` of a runtime.
 * @throws {TypeError} If one of `members` is no member that cells could reach.
 *
 * @example A described variable
 * ```ts
 * import { defineVariable } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = defineVariable([{ city: "Oslo", celsius: 4 }], { description: "Measurements" });
 * assertEquals(rows.description, "Measurements");
 * ```
 *
 * @example An object of which cells can reach two members
 * ```ts
 * import { DenoRuntime, defineVariable } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * class Light {
 *   brightness = 100;
 *   setBrightness(percent: number) {
 *     this.brightness = percent;
 *   }
 *   destroy() {}
 * }
 * const light = new Light();
 * await using runtime = new DenoRuntime({
 *   variables: { light: defineVariable(light, { members: ["brightness", "setBrightness"] }) },
 * });
 * await runtime.execute(`await light.setBrightness(20)`);
 * assertEquals(light.brightness, 20);
 * const result = await runtime.execute(`await light.destroy()`);
 * assertEquals(result.status, "error");
 * ```
 */
export function defineVariable<T>(value: T, options: VariableOptions = {}): Variable<T> {
  return new Variable(value, options);
}

/**
 * Whether a value stays on the host, and cells get a reference to it.
 *
 * @param value The value.
 */
export function isReference(value: unknown): boolean {
  return typeof value === "function" ||
    typeof value === "object" && value !== null && !Array.isArray(value) && isInstance(value);
}

function checkMembers(value: unknown, members: readonly string[]): readonly string[] {
  if (typeof value !== "object" || !isReference(value)) {
    const kind = value === null ? "null" : typeof value === "object" ? "data" : `a ${typeof value}`;
    throw new TypeError(
      `Cannot define a variable with members: it is ${kind} and no instance of a class`,
    );
  }
  for (const name of members) {
    if (!isReachable(value as object, name)) {
      throw new TypeError(
        `Cannot define a variable with the member ${
          JSON.stringify(name)
        }: it has none that can be reached`,
      );
    }
  }
  return [...members];
}

/** The types of the values of a record of variables. */
export type Values<V extends object> = {
  [N in keyof V]: V[N] extends Variable<infer T> ? T : V[N];
};
