/**
 * Guards: what lets a running cell be stopped. Each loop and each function looks at a flag when it begins a round, and what
 * goes on after an `await` asks whether its cell was stopped meanwhile.
 */

import type { AnyNode, Program } from "acorn";
import type { Edits } from "./_edits.ts";
import { visit } from "./_walk.ts";

/**
 * Puts guards into a program.
 *
 * @param program The tree.
 * @param edits The edits on its text.
 * @param helper The name of the evaluator's helper. With `_f` behind it, it is the name of the flag's array.
 */
export function insertGuards(program: Program, edits: Edits, { helper }: { helper: string }): void {
  // Reading an element of a typed array costs less than half a nanosecond; the call happens once in a lifetime.
  const guard = `${helper}_f[0]&&${helper}.g()`;
  visit(program, (node) => {
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
        else {
          // The flag is 0 where the guard lets it pass, so the value is that of the expression.
          edits.wrap(node.body, isLoose(node.body) ? [`${guard}||(`, ")"] : [`${guard}||`, ""]);
        }
        break;
      case "AwaitExpression":
        edits.wrap(node, [`${helper}.a(`, ")"]);
        break;
    }
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
