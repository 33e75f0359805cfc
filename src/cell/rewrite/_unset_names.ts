/** The names of a cell that have no value when it begins, and that its code may come across before they have one. */

import type { Declarations } from "./declarations.ts";
import type { FreeReference } from "./_references.ts";
import type { ReferenceWalk } from "./_reference_walk.ts";

/** Names that have no value at the beginning of a cell. Each is a name of the session. */
export interface UnsetNames {
  /** The names that the cell declares further down, behind code that refers to them. */
  readonly later: readonly string[];
  /** The names to which the cell assigns outside of functions, without declaring them: that declares them. */
  readonly assigned: readonly string[];
  /** Those of the assigned names that the cell tests with `typeof`. */
  readonly tested: readonly string[];
}

/**
 * Finds the names that have no value yet.
 *
 * @param walk The walk over the cell.
 * @param declarations The names that the cell declares.
 */
export function unsetNames(walk: ReferenceWalk, declarations: Declarations): UnsetNames {
  const later = new Set<string>();
  const assigned = new Set<string>();
  for (const reference of walk.references.freeIdentifiers()) {
    const { node, within } = reference;
    const end = declarations.endOf(node.name);
    if (end === undefined) {
      const isAssigned = within === undefined && walk.targets.has(node);
      if (isAssigned && declarations.isOpen(node.name)) assigned.add(node.name);
    } else if (isBefore(end, reference)) later.add(node.name);
  }
  const tested = [...assigned].filter((name) => walk.tested.has(name));
  return { later: [...later], assigned: [...assigned], tested };
}

/** Returns whether a reference may be reached before an offset. Declared functions can be called from the start. */
function isBefore(offset: number, { node, within }: FreeReference): boolean {
  if (within === undefined) return node.start < offset;
  // A class has a binding of its own inside.
  if (within.type === "ClassDeclaration" && within.end === offset) return false;
  return offset > 0 && (within.type === "FunctionDeclaration" || within.start < offset);
}
