/**
 * The object through which the code of cells declares names, and is stopped; see the rewrite in `src/cell`.
 *
 * @module
 */

import {
  JSON,
  Object,
  type Promise,
  Proxy,
  realm,
  ReferenceError,
  Reflect,
  String,
  SyntaxError,
} from "../../rpc/builtins.ts";
import { filterList } from "../../rpc/lists.ts";
import type { Namespace } from "./namespace.ts";
import type { CellHelper } from "./scope.ts";

const { getOwnPropertyDescriptor, hasOwn } = Object;
const { apply } = Reflect;

/** The part of a stopper that the code of cells asks. */
export interface Guards {
  /** Called by a guard when the flag is set. */
  guard(): void;
  /** Called with the value of each `await`. */
  resume<T>(value: T): T;
}

/**
 * Creates the helper of an evaluator.
 *
 * @param namespace The place of the names.
 * @param guards Stop the code.
 */
export function createHelper(namespace: Namespace, guards: Guards): CellHelper {
  const declare = (writable: boolean) =>
    new Proxy(Object.create(null) as Record<string, unknown>, {
      set: (_, name, value) => {
        namespace.define(String(name), value, { writable });
        return true;
      },
    });
  return Object.freeze(
    {
      c: declare(false),
      l: declare(true),
      p: (variables, later, assigned, tested) => {
        for (let i = 0; i < variables.length; i++) {
          if (!namespace.has(variables[i]!)) namespace.define(variables[i]!, undefined);
        }
        for (let i = 0; i < later.length; i++) expectDeclaration(namespace, later[i]!);
        for (let i = 0; i < assigned.length; i++) {
          const name = assigned[i]!;
          const isTested = tested.includes(name);
          if (!namespace.has(name)) expectAssignment(namespace, { name, isTested });
        }
      },
      i: checkImport,
      g: () => guards.guard(),
      a: (value) => guards.resume(value),
    } satisfies CellHelper,
  );
}

/** Makes the use of a name fail until its declaration is reached. Before that, a global is what it is. */
function expectDeclaration(namespace: Namespace, name: string): void {
  if (!namespace.has(name) && hasOwn(realm, name)) return;
  const refuse = (): never => {
    throw new ReferenceError(`Cannot access '${name}' before initialization`);
  };
  namespace.expect(name, { get: refuse, set: refuse });
}

/** Makes an assignment declare a name. Until then it is what it is without: a global, or not defined. */
function expectAssignment(
  namespace: Namespace,
  { name, isTested }: { readonly name: string; readonly isTested: boolean },
): void {
  const before = getOwnPropertyDescriptor(realm, name);
  namespace.expect(name, {
    get: () => {
      if (before === undefined && !isTested) throw new ReferenceError(`${name} is not defined`);
      return before?.get === undefined ? before?.value : apply(before.get, realm, []);
    },
    set: (value) => namespace.define(name, value),
  });
}

/** A name that a module does not export is an error, as it is for a static import, and not `undefined`. */
async function checkImport(
  pending: Promise<object>,
  specifier = "",
  names: readonly string[] = [],
): Promise<object> {
  const module = await pending;
  const missing = filterList(names, (name) => !(name in module));
  if (missing.length > 0) {
    throw new SyntaxError(
      `The module ${JSON.stringify(specifier)} has no export named ${JSON.stringify(missing[0])}`,
    );
  }
  return module;
}
