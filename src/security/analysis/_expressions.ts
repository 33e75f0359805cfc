/** The structure of expressions. */

import type { AnyNode } from "acorn";
import { keyOf, type Origin } from "./_origins.ts";

/** Types of nodes that may stand for a global or a member. */
export const PATH_TYPES: ReadonlySet<AnyNode["type"]> = new Set([
  "AssignmentExpression",
  "AwaitExpression",
  "CallExpression",
  "ChainExpression",
  "ConditionalExpression",
  "Identifier",
  "LogicalExpression",
  "MemberExpression",
  "Property",
  "SequenceExpression",
]);

/**
 * Returns the first part of a link in a chain (its object, callee or left operand), or `undefined` for other
 * expressions.
 */
export function beginningOf(origin: Exclude<Origin, undefined>): Origin {
  switch (origin.type) {
    case "MemberExpression":
      return origin.object;
    case "CallExpression":
      return origin.callee;
    case "BinaryExpression":
    case "LogicalExpression":
      return origin.left;
    default:
      return undefined;
  }
}

/** Returns a member of an object or array literal, if the literal spells it out. */
export function memberOfLiteral(node: AnyNode, key: string): AnyNode | undefined {
  if (node.type === "ArrayExpression") return node.elements[Number(key)] ?? undefined;
  if (node.type !== "ObjectExpression") return undefined;
  for (const property of node.properties.toReversed()) {
    if (property.type === "Property" && property.kind === "init" && keyOf(property) === key) {
      return property.value;
    }
  }
  return undefined;
}
