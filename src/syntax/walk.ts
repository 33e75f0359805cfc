/** A walk over acorn's trees. */

import type { AnyNode } from "acorn";

/**
 * Walks a tree in source order.
 *
 * @param root The root of the walk.
 * @param enter Called for each node; returning `false` skips its descendants.
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
  for (const key in node) {
    const value: unknown = node[key as keyof AnyNode];
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) visitBelow(item, node, enter);
    } else if (isNode(value)) visitBelow(value, node, enter);
  }
}

/**
 * Returns whether a property of a node is a node. Others are numbers, strings, a `RegExp`, or objects without a start.
 * Lists may have holes.
 */
function isNode(value: object | null): value is AnyNode {
  return value !== null && "start" in value;
}
