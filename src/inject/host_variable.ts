/**
 * Variables that a host hands to a kernel, with a description for the model.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../limits/options.ts";
import { isReachable } from "../rpc/references/members.ts";
import { Definition, DEFINITION_OPTIONS, type DefinitionOptions } from "./definition.ts";
import { isLendable } from "./transfer.ts";

/** Options of {@linkcode defineVariable}. */
export interface VariableOptions extends DefinitionOptions {
  /** Whether the model is shown the size and the keys of the value; never its content. @default false */
  readonly summary?: boolean | undefined;
  /**
   * The members of an object that cells can reach, on any path to it. It cannot be iterated then. A `LocalRuntime`, whose
   * cells have the object itself, does not enforce this. @default the members of the object and its classes, except names
   * that begin with `_`
   */
  readonly members?: readonly string[] | undefined;
}

const VARIABLE_OPTIONS: OptionNames<VariableOptions> = {
  ...DEFINITION_OPTIONS,
  summary: true,
  members: true,
};

/** A variable with a description: the result of {@linkcode defineVariable}. */
export class HostVariable<T> extends Definition {
  /** The value that cells find. */
  readonly value: T;
  /** Whether the model is shown the size and the keys of the value. */
  readonly summary: boolean;
  /** The members that cells can reach; `undefined` for all that its class declares. */
  readonly members: readonly string[] | undefined;

  /**
   * Makes a variable, as `defineVariable` does.
   *
   * @param value The value.
   * @param options Its description and its members.
   */
  constructor(value: T, options: VariableOptions = {}) {
    checkOptions(options, { names: VARIABLE_OPTIONS, task: "define a variable" });
    super(options);
    this.value = value;
    this.summary = options.summary ?? false;
    this.members = options.members === undefined ? undefined : checkMembers(value, options.members);
  }

  /**
   * Returns the same variable with another value.
   *
   * @param value The value.
   * @throws {TypeError} If the value lacks one of the members.
   */
  with(value: unknown): HostVariable<unknown> {
    const { description, declaration, typeDeclarations, summary, members } = this;
    return new HostVariable(value, {
      description,
      declaration,
      typeDeclarations,
      summary,
      members,
    });
  }
}

/**
 * Describes a variable to the model, and restricts what cells can do with it.
 *
 * @param value The value: plain data is copied, an instance of a class stays on the host.
 * @param options Its description and its members.
 * @returns An entry for the `variables` of a runtime.
 * @throws {TypeError} If cells could not reach one of `members`, or an option has an unknown name.
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
export function defineVariable<T>(value: T, options: VariableOptions = {}): HostVariable<T> {
  return new HostVariable(value, options);
}

function checkMembers(value: unknown, members: readonly string[]): readonly string[] {
  if (typeof value !== "object" || !isLendable(value)) {
    const kind = value === null ? "null" : typeof value === "object" ? "data" : `a ${typeof value}`;
    throw new TypeError(
      `Cannot define a variable with members: it is ${kind} and not an instance of a class`,
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
export type ValuesOf<V extends object> = {
  [N in keyof V]: V[N] extends HostVariable<infer T> ? T : V[N];
};
