/** Who refers to whose names: scopes, what refers to names in them, and what is cut off from them without its place. */

import type { Class, Function, Node } from "acorn";

/** A function or class: a stretch of text that a value can be made from. Constructors are text of their class. */
export interface Unit {
  readonly node: Function | Class;
  /** The unit that it is a part of. */
  readonly outer: Unit | undefined;
  /** The scope that it stands in; absent where all names are names of the session. */
  readonly scope: Scope | undefined;
}

/** Names and where they hold. */
export interface Scope {
  readonly outer: Scope | undefined;
  /** The unit that it is a part of. */
  readonly unit: Unit | undefined;
  readonly names: Set<string>;
  /** Whether `this` and the like have a meaning of their own here. */
  readonly receiver: boolean;
}

interface Reference {
  readonly name: string;
  readonly scope: Scope | undefined;
  readonly unit: Unit | undefined;
}

/** What a function that is no arrow function gives a meaning to. */
const IMPLICIT: ReadonlySet<string> = new Set(["this", "arguments", "super", "new.target"]);

/** References, kept until all names are known: a name may be declared behind what refers to it. */
export class References {
  readonly #list: Reference[] = [];
  readonly #keepsAll: boolean;

  /** @param options Whether to keep what cannot be a capture as well: references to the names of the session. */
  constructor({ keepsAll }: { keepsAll: boolean }) {
    this.#keepsAll = keepsAll;
  }

  /**
   * Takes note of a reference.
   *
   * @param name A name, `#name`, `this`, `arguments`, `super` or `new.target`.
   * @param reference Where it holds, and what has it in its text.
   */
  add(name: string, { scope, unit }: { scope: Scope | undefined; unit: Unit | undefined }): void {
    // What stands where all names are the session's finds them all, but for `super`, which the object around it decides.
    const isFree = unit === undefined || unit.scope === undefined && name !== "super";
    if (isFree && !this.#keepsAll) return;
    this.#list.push({ name, scope, unit });
  }

  /** The names that nothing declares. */
  free(): Set<string> {
    const isFree = ({ name, scope }: Reference) =>
      !IMPLICIT.has(name) && !name.startsWith("#") && find(name, scope) === undefined;
    return new Set(this.#list.filter(isFree).map(({ name }) => name));
  }

  /** For each unit with references to what lies outside of it the first of them. */
  captures(): Map<Node, string> {
    const captures = new Map<Node, string>();
    for (const { name, scope, unit: innermost } of this.#list) {
      const found = find(name, scope);
      if (found === undefined) continue;
      // Where `super` leads is a matter of the object that a method was made in, not of the method.
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
