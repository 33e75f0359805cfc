/** Walking acorn's trees. */

import type { AnyNode } from "acorn";

/**
 * Walks a tree in source order.
 *
 * @param root Where to begin.
 * @param enter Called for each node; `false` leaves out what is below it.
 */
export function visit(
  root: AnyNode,
  enter: (node: AnyNode, parent: AnyNode | undefined) => boolean,
): void {
  visitBelow(root, undefined, enter);
}

function visitBelow(
  node: AnyNode,
  parent: AnyNode | undefined,
  enter: (node: AnyNode, parent: AnyNode | undefined) => boolean,
): void {
  if (!enter(node, parent)) return;
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) visitBelow(item, node, enter);
    } else if (isNode(value)) visitBelow(value, node, enter);
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value &&
    typeof value.type === "string" && "start" in value;
}
