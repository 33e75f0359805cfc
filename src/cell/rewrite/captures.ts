/**
 * Capture analysis: finds the functions and classes of a cell that cannot be recreated from their source text alone,
 * because they refer to a binding that is neither their own nor a name of the session.
 */

import type { Node, Program } from "acorn";
import { ReferenceWalk } from "./_reference_walk.ts";

/**
 * Finds the functions and classes that capture something, each with the first thing that it would lack elsewhere: a
 * name, `#name`, `this`, `arguments`, `super`, `new.target`, `#static` for a class with static private fields, which no
 * copy of it could have, or `#` for one whose instances have private members.
 *
 * @param walk The walk over a cell. Names declared at its top level belong to the session and are available everywhere.
 */
export function findCaptures(walk: ReferenceWalk): ReadonlyMap<Node, string> {
  const captures = walk.references.captures();
  for (const [node, mark] of walk.hiding) if (!captures.has(node)) captures.set(node, mark);
  return captures;
}

/**
 * Finds the names that a program refers to and does not declare.
 *
 * @param program The tree.
 */
export function findFreeNames(program: Program): ReadonlySet<string> {
  return new ReferenceWalk(program).references.free();
}
