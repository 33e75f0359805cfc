/** The search for calls whose promise a cell drops, or uses as if it were the value. */

import type { AnyNode, Program } from "acorn";
import { visit } from "../syntax/walk.ts";

/** A call that is not awaited. */
export interface UnawaitedNode {
  /** The called function, for example `light.setBrightness`. */
  readonly name: string;
  /** The start offset of the call. */
  readonly start: number;
}

/** Methods of a promise. Code that calls one knows that it has a promise. */
const PROMISE_METHODS: ReadonlySet<string> = new Set(["then", "catch", "finally"]);

/**
 * Finds calls of asynchronous functions whose promise is dropped, printed, or used as the value.
 *
 * @param program The tree.
 * @param isAsync Returns whether calls of a name, or of members of it, return promises.
 */
export function findUnawaited(
  program: Program,
  isAsync: (name: string) => boolean,
): UnawaitedNode[] {
  const found: UnawaitedNode[] = [];
  // The value of a cell is awaited.
  const last = program.body.findLast((node) => node.type !== "EmptyStatement");
  visit(program, (node, parent) => {
    // `light?.set(1)` is a call inside a chain expression.
    const call = node.type === "ChainExpression" ? node.expression : node;
    if (call.type !== "CallExpression" || parent === undefined) return true;
    if (parent.type === "ChainExpression") return true;
    const name = nameOf(call.callee);
    if (name === undefined || !isAsync(name.split(".")[0]!)) return true;
    if (PROMISE_METHODS.has(name.split(".").at(-1)!)) return true;
    const isValue = parent === last && parent.type === "ExpressionStatement";
    if (!isValue && isLost(node, parent)) found.push({ name, start: node.start });
    return true;
  });
  return found;
}

/** Returns whether the node around a call has no use for a promise. */
function isLost(call: AnyNode, parent: AnyNode): boolean {
  switch (parent.type) {
    case "ExpressionStatement":
    case "TemplateLiteral":
    case "BinaryExpression":
    case "IfStatement":
    case "WhileStatement":
    // `void call()` drops the promise on purpose, and its error with it.
    case "UnaryExpression":
      return true;
    case "LogicalExpression":
      return parent.left === call;
    case "ConditionalExpression":
      return parent.test === call;
    case "MemberExpression":
      return parent.object === call &&
        !(parent.property.type === "Identifier" && PROMISE_METHODS.has(parent.property.name));
    case "SpreadElement":
      return true;
    case "ForOfStatement":
      return parent.right === call && !parent.await;
    case "VariableDeclarator":
      return parent.init === call && parent.id.type !== "Identifier";
    case "CallExpression":
      return parent.callee !== call &&
        nameOf(parent.callee)?.startsWith("console.") === true;
    default:
      return false;
  }
}

/** Returns the name of a variable, or a path of members that begins with one. */
function nameOf(node: AnyNode): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type === "ChainExpression") return nameOf(node.expression);
  if (node.type !== "MemberExpression" || node.computed) return undefined;
  const object = nameOf(node.object);
  return object === undefined || node.property.type !== "Identifier"
    ? undefined
    : `${object}.${node.property.name}`;
}
