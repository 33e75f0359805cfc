/**
 * What a host hands to a kernel, checked.
 *
 * @module
 */

import type { FinderNames } from "./function_groups.ts";
import { HostFunction } from "./host_function.ts";
import { Variable } from "./variable.ts";

/** What is injected, by name. */
export interface Injections {
  /** Variables. */
  readonly variables: ReadonlyMap<string, Variable<unknown>>;
  /** Functions. */
  readonly functions: ReadonlyMap<string, HostFunction>;
  /** How functions are found that are too many to be declared; nothing if they are not. */
  readonly finders?: FinderNames | undefined;
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** Words that the grammar keeps for itself; as names they could be injected and never be used. */
const RESERVED: ReadonlySet<string> = new Set(
  ("arguments await break case catch class const continue debugger default delete do else enum eval export extends false " +
    "finally for function if implements import in instanceof interface let new null package private protected public " +
    "return static super switch this throw true try typeof undefined var void while with yield")
    .split(" "),
);

/**
 * Whether something can be injected by a name.
 *
 * @param name The name.
 */
export function isIdentifier(name: string): boolean {
  return IDENTIFIER.test(name) && !RESERVED.has(name);
}

/**
 * Checks the records that a host hands over and turns bare values into definitions.
 *
 * @param given The records.
 * @param taken Names that are injected already.
 * @throws {TypeError} If a name is taken or no identifier, or a function is none.
 */
export function toInjections(
  given: {
    readonly variables?: Readonly<Record<string, unknown>> | undefined;
    readonly functions?: Readonly<Record<string, unknown>> | undefined;
  },
  taken: Injections = { variables: new Map(), functions: new Map() },
): { variables: Map<string, Variable<unknown>>; functions: Map<string, HostFunction> } {
  const variables = new Map<string, Variable<unknown>>();
  const functions = new Map<string, HostFunction>();
  const check = (name: string) => {
    if (!isIdentifier(name)) {
      throw new TypeError(`Cannot inject ${JSON.stringify(name)}: it is not an identifier`);
    }
    const used = [taken.variables, taken.functions, variables, functions];
    if (used.some((names) => names.has(name))) {
      throw new TypeError(`Cannot inject ${JSON.stringify(name)}: the name is injected already`);
    }
  };
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
  return { variables, functions };
}
