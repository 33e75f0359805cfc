/** How rules about names read a tree. */

import type { AnyNode, CallExpression } from "acorn";
import type { RuleContext } from "./rule.ts";

/** Functions that take the name of a member as their second argument. */
const REFLECTIVE: ReadonlySet<string> = new Set(
  ["get", "set", "has", "defineProperty", "deleteProperty", "getOwnPropertyDescriptor"]
    .flatMap((name) => [`Reflect.${name}`, `Object.${name}`])
    .concat("Object.hasOwn"),
);

/** The expression that names the member, in a call of a function that takes such a name. */
export function reflectiveKey(
  node: AnyNode,
  { globals }: RuleContext,
): CallExpression["arguments"][number] | undefined {
  if (node.type !== "CallExpression") return undefined;
  return globals(node.callee).some((path) => REFLECTIVE.has(path)) ? node.arguments[1] : undefined;
}

/** Where the name stands by which a node refers to a global; nothing if it does not, or only by an alias. */
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

/** The name of a path as it is shown: `.exec` as `exec`. */
export function shown(path: string): string {
  return `\`${path.replace(/^\./, "")}\``;
}
