/**
 * Variables that a host hands to a kernel, with a description for the model.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../limits/options.ts";
import { isReachable } from "../rpc/references/members.ts";
import { Definition, DEFINITION_OPTIONS, type DefinitionOptions } from "./definition.ts";
import { MIN_SECRET_CHARS, secretTextsOf } from "./secrets.ts";
import { isLendable } from "./transfer.ts";

/** Options of {@linkcode defineVariable}. */
export interface VariableOptions extends DefinitionOptions {
  /** Whether the model is shown the size and the keys of the value; never its content. @default false */
  readonly summary?: boolean | undefined;
  /**
   * Whether the value is kept out of events, observations, records of sessions, snapshots and telemetry: its texts of at least 6
   * characters are replaced, as they are and as JSON has them. Cells have the value; a cell that takes a text apart, or encodes it,
   * can print the pieces. @default false
   */
  readonly secret?: boolean | undefined;
  /**
   * The members of an object that cells can reach, on any path to it. It cannot be iterated then. A `LocalRuntime`, whose
   * cells have the object itself, does not enforce this. @default the members of the object and its classes, except names
   * that begin with `_`
   */
  readonly members?: readonly string[] | undefined;
  /**
   * The members of an object to which cells can assign, as in `person.name = "Ada"`: `true` for all that they can reach, or a
   * list. A list covers what is behind its members, too. The object's setters run on the host; methods cannot be replaced.
   * A `LocalRuntime`, whose cells have the object itself, does not enforce this. @default none
   */
  readonly writable?: boolean | readonly string[] | undefined;
}

const VARIABLE_OPTIONS: OptionNames<VariableOptions> = {
  ...DEFINITION_OPTIONS,
  summary: true,
  secret: true,
  members: true,
  writable: true,
};

/** A variable with a description: the result of {@linkcode defineVariable}. */
export class HostVariable<T> extends Definition {
  /** The value that cells find. */
  readonly value: T;
  /** Whether the model is shown the size and the keys of the value. */
  readonly summary: boolean;
  /** Whether the value is kept out of everything that is shown or stored. */
  readonly secret: boolean;
  /** The members that cells can reach; `undefined` for all that its class declares. */
  readonly members: readonly string[] | undefined;
  /** The members to which cells can assign: `true` for all that they can reach; `undefined` for none. */
  readonly writable: true | readonly string[] | undefined;

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
    this.secret = options.secret ?? false;
    if (this.secret) checkSecret(value);
    const { members, writable = false } = options;
    this.members = members === undefined ? undefined : checkMembers(value, members, "members");
    this.writable = toWritable(value, writable);
  }

  /**
   * Returns the same variable with another value.
   *
   * @param value The value.
   * @throws {TypeError} If the value lacks one of the members.
   */
  with(value: unknown): HostVariable<unknown> {
    const { description, declaration, typeDeclarations, summary, secret, members, writable } = this;
    return new HostVariable(value, {
      description,
      declaration,
      typeDeclarations,
      summary,
      secret,
      members,
      writable,
    });
  }
}

/**
 * Describes a variable to the model, and restricts what cells can do with it.
 *
 * @param value The value: plain data is copied, an instance of a class stays on the host.
 * @param options Its description and its members.
 * @returns An entry for the `variables` of a runtime.
 * @throws {TypeError} If cells could not reach one of `members` or `writable`, or an option has an unknown name.
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
 *
 * @example An object that cells can change
 * ```ts
 * import { DenoRuntime, defineVariable } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * class Person {
 *   name = "Ada";
 * }
 * const person = new Person();
 * await using runtime = new DenoRuntime({
 *   variables: { person: defineVariable(person, { writable: ["name"] }) },
 * });
 * await runtime.execute(`person.name = "Grace"`);
 * assertEquals(person.name, "Grace");
 * ```
 */
export function defineVariable<T>(value: T, options: VariableOptions = {}): HostVariable<T> {
  return new HostVariable(value, options);
}

/** Refuses secrets that could not be recognized. */
function checkSecret(value: unknown): void {
  if (secretTextsOf(value).length > 0) return;
  throw new TypeError(
    `Cannot define a secret variable: its value has no text of at least ${MIN_SECRET_CHARS} characters, and nothing else can be recognized in output`,
  );
}

function toWritable(
  value: unknown,
  writable: boolean | readonly string[],
): true | readonly string[] | undefined {
  if (writable === false) return undefined;
  const names = checkMembers(value, writable === true ? [] : writable, "writable");
  return writable === true || names;
}

function checkMembers(
  value: unknown,
  members: readonly string[],
  option: "members" | "writable",
): readonly string[] {
  if (typeof value !== "object" || !isLendable(value)) {
    const kind = value === null ? "null" : typeof value === "object" ? "data" : `a ${typeof value}`;
    throw new TypeError(
      `Cannot define a variable with ${option}: it is ${kind} and not an instance of a class`,
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
