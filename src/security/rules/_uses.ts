/** Helpers of rules that match names. */

import type { AnyNode, CallExpression } from "acorn";
import type { RuleContext } from "../rule.ts";

/** Functions whose second argument is the name of a member. */
const REFLECTIVE: ReadonlySet<string> = new Set(
  ["get", "set", "has", "defineProperty", "deleteProperty", "getOwnPropertyDescriptor"]
    .flatMap((name) => [`Reflect.${name}`, `Object.${name}`])
    .concat("Object.hasOwn"),
);

/** Returns the expression that names the member, in a call of a reflective function. */
export function reflectiveKey(
  node: AnyNode,
  { globals }: RuleContext,
): CallExpression["arguments"][number] | undefined {
  if (node.type !== "CallExpression") return undefined;
  return globals(node.callee).some((path) => REFLECTIVE.has(path)) ? node.arguments[1] : undefined;
}

/**
 * Returns the node to report for a reference to a global, or `undefined` if the node is no reference or refers to it by
 * an alias only.
 */
export function placeOfName(node: AnyNode, context: RuleContext): AnyNode | undefined {
  switch (node.type) {
    case "Identifier":
      return context.isGlobal(node) ? node : undefined;
    case "MemberExpression":
      return node.property;
    case "Property":
      return context.key(node) === undefined ? undefined : node.key;
    case "CallExpression":
      return reflectiveKey(node, context);
    default:
      return undefined;
  }
}

/** Returns a path as it is shown in messages: `.exec` as `exec`. */
export function shown(path: string): string {
  return `\`${path.replace(/^\./, "")}\``;
}
