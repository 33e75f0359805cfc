/**
 * Guards, through which a running cell can be stopped. Each loop and function reads a flag at the start of a round, and
 * code after an `await` asks whether its cell was stopped meanwhile.
 *
 * Also marks: the text of a function that captures something, and that of every class, ends with a comment that names
 * the captured thing, if any. The bracket behind the comment is the function's own; behind the mark of an inner
 * function comes at least one more.
 *
 * The kernel shows functions without all that, as they were written. So each bracket that is put in has a comment before
 * it, whose text ends in `)`, or a space behind it.
 */

import type { AnyNode, Node, Program } from "acorn";
import type { Edits } from "./edits.ts";
import { visit } from "../../syntax/walk.ts";

/** Options for guards and marks. */
export interface GuardOptions {
  /** The name of the evaluator's helper. With the suffix `_f` it is the name of the flag's array. */
  readonly helper: string;
  /** The first thing that each function or class captures. */
  readonly captures: ReadonlyMap<Node, string>;
}

/**
 * Inserts guards and marks into a program.
 *
 * @param program The tree.
 * @param edits The edits to its text.
 * @param options The helper's name, and the captures.
 */
export function insertGuards(
  program: Program,
  edits: Edits,
  { helper, captures }: GuardOptions,
): void {
  // Reading an element of a typed array takes less than half a nanosecond. The call happens only when a cell is
  // stopped.
  const guard = `${helper}_f[0]&&${helper}.g()`;
  /** Returns the end of a wrapping: its bracket, with the mark of the function that ends with it, if there is one. */
  const closing = (bracket: string, name = "") => `/*${helper}:${name})*/${bracket}`;
  const guardStatement = (body: AnyNode) => {
    if (body.type === "BlockStatement") guardBlock(body, edits, guard);
    else edits.wrap(body, [`{ ${guard};`, closing("}")]);
  };
  const markedEnds = new Set<number>();
  for (const { end } of captures.keys()) markedEnds.add(end);
  visit(program, (node) => {
    // Every class has a mark; otherwise the text of a class without methods would not show that it belongs to a cell.
    const isClass = node.type === "ClassDeclaration" || node.type === "ClassExpression";
    const name = captures.get(node) ?? (isClass ? "" : undefined);
    const mark = name === undefined ? "" : `/*${helper}:${name}*/`;
    switch (node.type) {
      case "WhileStatement":
      case "DoWhileStatement":
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        guardStatement(node.body);
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
        guardBlock(node.body, edits, guard);
        break;
      case "ArrowFunctionExpression":
        if (node.body.type === "BlockStatement") guardBlock(node.body, edits, guard);
        else if (node.body.end < node.end || !markedEnds.has(node.end)) {
          // The flag is 0 when the guard lets the function continue, so that the value is that of the expression.
          edits.wrap(
            node.body,
            isLoose(node.body) ? [`${guard}|| (`, closing(")")] : [`${guard}||`, ""],
          );
        } else {
          // A mark needs a bracket of the function's own behind it, or that of a function with which the body ends.
          edits.wrap(node.body, [`${guard}|| (`, closing(")", name)]);
          return true;
        }
        break;
      case "AwaitExpression":
        edits.wrap(node, [`${helper}.a(`, closing(")")]);
        break;
    }
    if (mark !== "") edits.insert(node.end - 1, mark);
    return true;
  });
}

/** Returns whether an expression needs parentheses behind `||`. */
function isLoose(expression: AnyNode): boolean {
  switch (expression.type) {
    case "ArrowFunctionExpression":
    case "AssignmentExpression":
    case "ConditionalExpression":
    case "SequenceExpression":
    case "YieldExpression":
      return true;
    case "LogicalExpression":
      return expression.operator === "??";
    default:
      return false;
  }
}

function guardBlock(block: AnyNode, edits: Edits, guard: string): void {
  // After the directives of a function, which are directives only at the beginning.
  const first = "body" in block && Array.isArray(block.body)
    ? (block.body as AnyNode[]).findLast((node) => "directive" in node && node.directive != null)
    : undefined;
  edits.insert(first?.end ?? block.start + 1, `${first === undefined ? "" : "; "}${guard};`);
}
