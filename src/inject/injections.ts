/**
 * What a host hands to a kernel, checked.
 *
 * @module
 */

import { isIdentifier } from "./identifier.ts";
import type { FinderNames } from "../declare/function_groups.ts";
import { HostFunction } from "./host_function.ts";
import { SharedTypes } from "../rpc/values/shared_types.ts";
import { checkFreeNames, classesOf, HostType } from "./host_type.ts";
import { isReference, Variable } from "./variable.ts";

/** What is injected, by name. */
export interface Injections {
  /** Variables. */
  readonly variables: ReadonlyMap<string, Variable<unknown>>;
  /** Functions. */
  readonly functions: ReadonlyMap<string, HostFunction>;
  /** How functions are found that are too many to be declared; nothing if they are not. */
  readonly finders?: FinderNames | undefined;
  /** Types. */
  readonly types: ReadonlyMap<string, HostType>;
}

/** What a host hands over, by name: definitions or bare values. */
export interface InjectOptions {
  /** Variables by name: values, or what `defineVariable` returns. @default none */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  /** Functions by name: functions, or what `defineFunction` returns. @default none */
  readonly functions?: Readonly<Record<string, unknown>> | undefined;
  /** Types by name: classes, schemas, objects with constants, or what `defineType` returns. @default none */
  readonly types?: Readonly<Record<string, unknown>> | undefined;
}

/** Nothing is injected yet. */
const NOTHING: Injections = {
  variables: new Map(),
  functions: new Map(),
  types: new Map(),
};

/** Whether something is injected by a name. */
export function hasName({ variables, functions, types }: Injections, name: string): boolean {
  return variables.has(name) || functions.has(name) || types.has(name);
}

/** Options of {@linkcode toInjections}. */
export interface InjectionOptions {
  /** What is injected already. @default nothing */
  readonly taken?: Injections;
  /** Whether classes are made anew, from their source. @default true */
  readonly isolated?: boolean;
}

/**
 * Checks the records that a host hands over and turns bare values into definitions.
 *
 * @param given The records.
 * @param options What is injected already, and where cells are.
 * @throws {TypeError} If a name is taken or no identifier, a function is none, or a class refers to what is not there.
 */
export function toInjections(
  given: InjectOptions,
  { taken = NOTHING, isolated = true }: InjectionOptions = {},
): { [K in "variables" | "functions" | "types"]: Map<string, ValueOf<Injections[K]>> } {
  const variables = new Map<string, Variable<unknown>>();
  const functions = new Map<string, HostFunction>();
  const types = new Map<string, HostType>();
  const used = [taken.variables, taken.functions, taken.types, variables, functions, types];
  const isInjected = (name: string) => used.some((names) => names.has(name));
  const check = (name: string) => {
    if (!isIdentifier(name)) {
      throw new TypeError(`Cannot inject ${JSON.stringify(name)}: it is not an identifier`);
    }
    if (isInjected(name)) {
      throw new TypeError(`Cannot inject ${JSON.stringify(name)}: the name is injected already`);
    }
  };
  for (const [name, value] of Object.entries(given.types ?? {})) {
    check(name);
    types.set(name, value instanceof HostType ? value : new HostType(value));
  }
  for (const [name, value] of Object.entries(given.variables ?? {})) {
    check(name);
    variables.set(name, value instanceof Variable ? value : new Variable(value));
  }
  for (const [name, value] of Object.entries(given.functions ?? {})) {
    check(name);
    if (value instanceof HostFunction) functions.set(name, value);
    else if (typeof value === "function") {
      functions.set(name, new HostFunction(value as HostFunction["call"]));
    } else {
      throw new TypeError(
        `Cannot inject ${JSON.stringify(name)}: it is a ${typeof value} and not a function`,
      );
    }
  }
  if (isolated) checkFreeNames(types, isInjected);
  checkNarrowed(variables, new Map([...taken.types, ...types]));
  return { variables, functions, types };
}

type ValueOf<M> = M extends ReadonlyMap<string, infer T> ? T : never;

/**
 * Whether the value of a variable stays on the host, and cells get a reference to it.
 *
 * @param value The value.
 * @param types Types by name: instances of some classes are copied.
 */
export function isLent(value: unknown, types: ReadonlyMap<string, HostType>): boolean {
  return isReference(value) && !new SharedTypes(classesOf(types)).copies(value as object);
}

/** Cells can reach all of a copy. */
function checkNarrowed(
  variables: ReadonlyMap<string, Variable<unknown>>,
  types: ReadonlyMap<string, HostType>,
): void {
  for (const [name, { value, members }] of variables) {
    if (members === undefined || isLent(value, types)) continue;
    throw new TypeError(
      `Cannot inject ${JSON.stringify(name)} with members: instances of its class are copied`,
    );
  }
}
