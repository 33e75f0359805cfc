/** The scopes of a cell, and the bindings in them. */

import type { Identifier } from "acorn";
import type { Origin } from "./_origins.ts";

/** A name that the cell declares. */
export interface Binding {
  /** The origins of all values that are assigned to it. */
  readonly origins: Origin[];
  /**
   * For a name of the session, the offset at which its declaration ends. References before it, outside of functions,
   * mean an earlier holder of the name.
   */
  readonly since: number;
}

/** A scope and its names. */
export class Scope {
  readonly names = new Map<string, Binding>();
  readonly outer: Scope | undefined;
  /** The scope in which a `var` is declared. */
  readonly variables: Scope;

  constructor(outer?: Scope, variables?: Scope) {
    this.outer = outer;
    this.variables = variables ?? this;
  }
}

/** A reference to a name. */
export interface Reference {
  readonly node: Identifier;
  readonly scope: Scope;
  readonly nested: boolean;
}

/** Returns the binding to which a reference leads, or `undefined` for a global. */
export function resolve({ node, scope, nested }: Reference): Binding | undefined {
  let from: Scope | undefined = scope;
  while (from !== undefined && !from.names.has(node.name)) from = from.outer;
  const binding = from?.names.get(node.name);
  return binding !== undefined && !nested && node.start < binding.since ? undefined : binding;
}
