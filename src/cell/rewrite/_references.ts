/** Scopes, the references to names in them, and the references that a function or class loses outside of its place. */

import type { Class, Function, Identifier, Node } from "acorn";

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

/** The place of a reference. */
export interface ReferencePlace {
  /** The innermost scope; absent where all names are names of the session. */
  readonly scope: Scope | undefined;
  /** The unit whose text contains the reference. */
  readonly unit: Unit | undefined;
  /** The identifier, if it is one. */
  readonly node?: Identifier;
}

interface Reference extends ReferencePlace {
  readonly name: string;
}

/** A reference to a name that the cell does not declare in a scope of its own. */
export interface FreeReference {
  readonly node: Identifier;
  /** The outermost function or class that contains it. */
  readonly within: Node | undefined;
}

/** Names that a function other than an arrow function defines. */
const IMPLICIT: ReadonlySet<string> = new Set(["this", "arguments", "super", "new.target"]);

/** References, collected until all names are known: a name may be declared after the code that refers to it. */
export class References {
  readonly #list: Reference[] = [];

  /**
   * Records a reference.
   *
   * @param name A name, `#name`, `this`, `arguments`, `super` or `new.target`.
   * @param place The place of the reference.
   */
  add(name: string, { scope, unit, node }: ReferencePlace): void {
    this.#list.push(node === undefined ? { name, scope, unit } : { name, scope, unit, node });
  }

  /** Returns the identifiers that nothing declares. */
  freeIdentifiers(): FreeReference[] {
    const found: FreeReference[] = [];
    const isFree = freedom();
    for (const { name, scope, unit, node } of this.#list) {
      if (node !== undefined && isFree(name, scope)) found.push({ node, within: outermost(unit) });
    }
    return found;
  }

  /** Returns the names that nothing declares. */
  free(): Set<string> {
    const isFree = freedom();
    const free = this.#list.filter(({ name, scope }) =>
      !IMPLICIT.has(name) && !name.startsWith("#") && isFree(name, scope)
    );
    return new Set(free.map(({ name }) => name));
  }

  /** Returns, for each unit that refers to a binding outside of it, the first such reference. */
  captures(): Map<Node, string> {
    const captures = new Map<Node, string>();
    // Many references to one name from one scope are looked up once: scopes may be nested hundreds deep.
    const seen = new Map<Scope | Unit | undefined, Set<string>>();
    for (const { name, scope, unit: innermost } of this.#list) {
      // A unit that stands among names of the session finds all of them, except `super`, which depends on the enclosing
      // object.
      if (innermost === undefined || innermost.scope === undefined && name !== "super") continue;
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

/** Returns a test for names that nothing declares. It looks each up once per scope: scopes may be nested hundreds deep. */
function freedom(): (name: string, scope: Scope | undefined) => boolean {
  const known = new Map<Scope, Map<string, boolean>>();
  return (name, scope) => {
    if (scope === undefined) return true;
    let names = known.get(scope);
    if (names === undefined) known.set(scope, names = new Map());
    let isFree = names.get(name);
    if (isFree === undefined) names.set(name, isFree = find(name, scope) === undefined);
    return isFree;
  };
}

function outermost(unit: Unit | undefined): Node | undefined {
  let outer = unit;
  while (outer?.outer !== undefined) outer = outer.outer;
  return outer?.node;
}

function find(name: string, from: Scope | undefined): Scope | undefined {
  const implicit = IMPLICIT.has(name);
  let scope = from;
  while (scope !== undefined && !(implicit ? scope.receiver : scope.names.has(name))) {
    scope = scope.outer;
  }
  return scope;
}
