/**
 * Variables that a host hands to a kernel, with what the model should know about them.
 *
 * @module
 */

/** Options of {@linkcode defineVariable}. */
export interface VariableOptions {
  /** What the model is told about it. @default none */
  readonly description?: string;
}

/** A variable with a description. */
export class Variable<T> {
  /** The value that cells find. */
  readonly value: T;
  /** What the model is told about it. */
  readonly description: string | undefined;

  /**
   * As `defineVariable`.
   *
   * @param value The value.
   * @param options Its description.
   */
  constructor(value: T, options: VariableOptions = {}) {
    this.value = value;
    this.description = options.description;
  }
}

/**
 * Describes a variable to the model.
 *
 * @param value The value that cells find; plain data is copied.
 * @param options Its description.
 * @returns What goes into the `variables` of a runtime.
 *
 * @example A described variable
 * ```ts
 * import { defineVariable } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = defineVariable([{ city: "Oslo", celsius: 4 }], { description: "Measurements" });
 * assertEquals(rows.description, "Measurements");
 * ```
 */
export function defineVariable<T>(value: T, options: VariableOptions = {}): Variable<T> {
  return new Variable(value, options);
}

/** The types of the values of a record of variables. */
export type Values<V extends object> = {
  [N in keyof V]: V[N] extends Variable<infer T> ? T : V[N];
};
