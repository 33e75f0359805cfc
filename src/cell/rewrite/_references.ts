/** Scopes, the references to names in them, and the references that a function or class loses outside of its place. */

import type { Class, Function, Node } from "acorn";

/** A function or class: a range of text from which a value can be made. A constructor is part of its class. */
export interface Unit {
  readonly node: Function | Class;
  /** The unit that contains it. */
  readonly outer: Unit | undefined;
  /** The scope that contains it; absent where all names are names of the session. */
  readonly scope: Scope | undefined;
}

/** A scope and the names declared in it. */
export interface Scope {
  readonly outer: Scope | undefined;
  /** The unit that contains the scope. */
  readonly unit: Unit | undefined;
  readonly names: Set<string>;
  /** Whether the scope gives `this` and the like a meaning of their own. */
  readonly receiver: boolean;
}

interface Reference {
  readonly name: string;
  readonly scope: Scope | undefined;
  readonly unit: Unit | undefined;
}

/** Names that a function other than an arrow function defines. */
const IMPLICIT: ReadonlySet<string> = new Set(["this", "arguments", "super", "new.target"]);

/** References, collected until all names are known: a name may be declared after the code that refers to it. */
export class References {
  readonly #list: Reference[] = [];
  readonly #keepsAll: boolean;

  /** @param options Whether to keep references to names of the session too, which cannot be captures. */
  constructor({ keepsAll }: { keepsAll: boolean }) {
    this.#keepsAll = keepsAll;
  }

  /**
   * Records a reference.
   *
   * @param name A name, `#name`, `this`, `arguments`, `super` or `new.target`.
   * @param reference The scope of the reference, and the unit whose text contains it.
   */
  add(name: string, { scope, unit }: { scope: Scope | undefined; unit: Unit | undefined }): void {
    // A unit that stands among names of the session finds all of them, except `super`, which depends on the enclosing
    // object.
    const isFree = unit === undefined || unit.scope === undefined && name !== "super";
    if (isFree && !this.#keepsAll) return;
    this.#list.push({ name, scope, unit });
  }

  /** Returns the names that nothing declares. */
  free(): Set<string> {
    const isFree = ({ name, scope }: Reference) =>
      !IMPLICIT.has(name) && !name.startsWith("#") && find(name, scope) === undefined;
    return new Set(this.#list.filter(isFree).map(({ name }) => name));
  }

  /** Returns, for each unit that refers to a binding outside of it, the first such reference. */
  captures(): Map<Node, string> {
    const captures = new Map<Node, string>();
    // Many references to one name from one scope are looked up once: scopes may be nested hundreds deep.
    const seen = new Map<Scope | Unit | undefined, Set<string>>();
    for (const { name, scope, unit: innermost } of this.#list) {
      // A place is a scope and a unit; where they differ, the unit is inside of the scope.
      const place = innermost?.scope === scope ? innermost : scope;
      const names = seen.get(place) ?? new Set();
      if (names.has(name)) continue;
      seen.set(place, names.add(name));
      const found = find(name, scope);
      if (found === undefined) continue;
      // The target of `super` depends on the object in which a method was created, not on the method.
      const isMethod = name === "super" && found.unit?.node.type === "FunctionExpression";
      const end = isMethod ? found.unit.outer : found.unit;
      for (let unit: Unit | undefined = innermost; unit !== end; unit = unit?.outer) {
        if (unit !== undefined && !captures.has(unit.node)) captures.set(unit.node, name);
      }
    }
    return captures;
  }
}

function find(name: string, from: Scope | undefined): Scope | undefined {
  const implicit = IMPLICIT.has(name);
  let scope = from;
  while (scope !== undefined && !(implicit ? scope.receiver : scope.names.has(name))) {
    scope = scope.outer;
  }
  return scope;
}
