/**
 * Guards: what lets a running cell be stopped. Each loop and each function looks at a flag when it begins a round, and what
 * goes on after an `await` asks whether its cell was stopped meanwhile.
 *
 * And marks: the text of a function that has captured something, and that of every class, ends with a comment that says what,
 * if anything. The bracket
 * behind it is its own; behind that of a function inside of it comes at least one more.
 */

import type { AnyNode, Node, Program } from "acorn";
import type { Edits } from "./_edits.ts";
import { visit } from "../syntax/walk.ts";

/** How guards and marks are written. */
export interface GuardOptions {
  /** The name of the evaluator's helper. With `_f` behind it, it is the name of the flag's array. */
  readonly helper: string;
  /** What functions and classes have captured. */
  readonly captures: ReadonlyMap<Node, string>;
}

/**
 * Puts guards and marks into a program.
 *
 * @param program The tree.
 * @param edits The edits on its text.
 * @param options How they are written.
 */
export function insertGuards(
  program: Program,
  edits: Edits,
  { helper, captures }: GuardOptions,
): void {
  // Reading an element of a typed array costs less than half a nanosecond; the call happens once in a lifetime.
  const guard = `${helper}_f[0]&&${helper}.g()`;
  const markedEnds = new Set<number>();
  for (const { end } of captures.keys()) markedEnds.add(end);
  visit(program, (node) => {
    // Every class has one, or nothing in the text of a class without methods would tell that it is a cell's.
    const isClass = node.type === "ClassDeclaration" || node.type === "ClassExpression";
    const name = captures.get(node) ?? (isClass ? "" : undefined);
    const mark = name === undefined ? "" : `/*${helper}:${name}*/`;
    switch (node.type) {
      case "WhileStatement":
      case "DoWhileStatement":
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        guardStatement(node.body, edits, guard);
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
        guardBlock(node.body, edits, guard);
        break;
      case "ArrowFunctionExpression":
        if (node.body.type === "BlockStatement") guardBlock(node.body, edits, guard);
        else if (node.body.end < node.end || !markedEnds.has(node.end)) {
          // The flag is 0 where the guard lets it pass, so the value is that of the expression.
          edits.wrap(node.body, isLoose(node.body) ? [`${guard}||(`, ")"] : [`${guard}||`, ""]);
        } else {
          // A mark needs a bracket of the function's own behind it, be it this function's or that of one that it ends with.
          edits.wrap(node.body, [`${guard}||(`, `${mark})`]);
          return true;
        }
        break;
      case "AwaitExpression":
        edits.wrap(node, [`${helper}.a(`, ")"]);
        break;
    }
    if (mark !== "") edits.insert(node.end - 1, mark);
    return true;
  });
}

/** Whether an expression needs parentheses behind `||`. */
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

function guardStatement(body: AnyNode, edits: Edits, guard: string): void {
  if (body.type === "BlockStatement") return guardBlock(body, edits, guard);
  edits.wrap(body, [`{${guard};`, "}"]);
}

function guardBlock(block: AnyNode, edits: Edits, guard: string): void {
  // Behind the directives of a function, which are directives only in the first place.
  const first = "body" in block && Array.isArray(block.body)
    ? (block.body as AnyNode[]).findLast((node) => "directive" in node && node.directive != null)
    : undefined;
  edits.insert(first?.end ?? block.start + 1, `${first === undefined ? "" : ";"}${guard};`);
}
