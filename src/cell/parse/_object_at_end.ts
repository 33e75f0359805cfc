/** Objects at the end of a cell, which a module reads as blocks: `{ mean, deviation: 2 }`. They are the value of the cell. */

import { type AnyNode, type Program, tokenizer } from "acorn";
import { LineIndex, type Position } from "../../syntax/position.ts";

/** A range of a text: `[start, end)`. */
interface Braces {
  readonly start: number;
  readonly end: number;
}

/** Makes an expression of an object, which nothing before it can continue. */
const OPENING = ";(";

/**
 * Finds the braces with which a text ends, apart from comments and semicolons.
 *
 * @param text TypeScript.
 * @returns Their range, or `undefined` if the text ends otherwise or cannot be tokenized.
 */
export function lastBraces(text: string): Braces | undefined {
  const open: { readonly label: string; readonly start: number }[] = [];
  let last: Braces | undefined;
  try {
    for (const token of tokenizer(text, { ecmaVersion: "latest", sourceType: "module" })) {
      const { type: { label }, start, end } = token;
      if (label === ";") continue;
      last = undefined;
      if (label === "{" || label === "${") open.push({ label, start });
      else if (label === "}") {
        const opened = open.pop();
        if (open.length === 0 && opened?.label === "{") last = { start: opened.start, end };
      }
    }
  } catch {
    return undefined;
  }
  return last;
}

/**
 * Returns whether the last statement is a block that may be meant as an object.
 *
 * @param program The tree of a cell.
 */
export function endsLikeObject(program: Program): boolean {
  const block = lastOf(program);
  if (block?.type !== "BlockStatement" || block.body.length > 1) return false;
  const [statement] = block.body;
  return statement === undefined || isLikeProperties(statement);
}

/** Returns whether a statement may be meant as properties: `mean, deviation` or `total: 42`. */
function isLikeProperties(statement: AnyNode): boolean {
  if (statement.type === "LabeledStatement") return statement.body.type === "ExpressionStatement";
  if (statement.type !== "ExpressionStatement") return false;
  const { expression } = statement;
  return expression.type === "Identifier" ||
    expression.type === "SequenceExpression" &&
      expression.expressions.every(({ type }) => type === "Identifier");
}

/** Returns whether the last statement is an object. */
export function isObjectAtEnd(program: Program): boolean {
  const last = lastOf(program);
  return last?.type === "ExpressionStatement" && last.expression.type === "ObjectExpression";
}

function lastOf({ body }: Program): AnyNode | undefined {
  return body.findLast(({ type }) => type !== "EmptyStatement");
}

/**
 * Rewrites braces at the end of a text to an object.
 *
 * @param text The text.
 * @param braces The range that {@linkcode lastBraces} returned.
 * @returns The changed text, and the map of its positions to those of the unchanged one.
 */
export function withObject(
  text: string,
  { start, end }: Braces,
): { readonly text: string; readonly toOriginal: (position: Position) => Position } {
  const first = new LineIndex(text).at(start);
  return {
    text: `${text.slice(0, start)}${OPENING}${text.slice(start, end)})${text.slice(end)}`,
    toOriginal: ({ line, column }) => ({
      line,
      column: line === first.line && column > first.column
        ? Math.max(first.column, column - OPENING.length)
        : column,
    }),
  };
}
