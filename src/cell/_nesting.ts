/**
 * How deep a cell is nested, found out before anything recurses into it: the type stripper is native code, and where it
 * runs out of stack the whole process ends.
 */

import { tokenizer } from "acorn";
import { CellSyntaxError } from "./cell_syntax_error.ts";
import { LineIndex } from "../syntax/position.ts";

/** Brackets and arrow functions inside one another. The stripper survives about 2,000, a quarter of that in a worker. */
const MAX_DEPTH = 400;

/** Operators and calls in one statement, which become as deep a tree. The stripper survives about 16,000. */
const MAX_CHAIN = 3_000;

const OPENING: ReadonlySet<string> = new Set(["(", "[", "{", "${", "=>"]);
const CLOSING: ReadonlySet<string> = new Set([")", "]", "}"]);

/**
 * Refuses a cell that is nested too deep.
 *
 * @param source TypeScript.
 * @throws {CellSyntaxError} If it is.
 */
export function checkNesting(source: string): void {
  // Nearly all cells have not even as many of these characters in all.
  if (count(source, /[([{<]|=>/g) <= MAX_DEPTH && count(source, /[^\s\w;,"']/g) <= MAX_CHAIN) {
    return;
  }
  let position = 0;
  /** For each open bracket the arrows that were opened in it: they end where it does, or with the statement. */
  const open: number[] = [0];
  let depth = 0;
  let chain = 0;
  let last = "";
  try {
    for (const { type: { label }, start, end } of tokenizer(source, TOKENIZER)) {
      const startsLine = isWord(label) && isEnd(last) &&
        source.slice(position, start).includes("\n");
      if (startsLine || label === ";" || label === "," || label === "}") {
        depth -= open.at(-1)!;
        open[open.length - 1] = 0;
        if (label !== ",") chain = 0;
      }
      if (label === "=>") {
        depth++;
        open[open.length - 1]!++;
      } else if (OPENING.has(label)) {
        depth++;
        open.push(0);
      } else if (CLOSING.has(label) && open.length > 1) depth -= open.pop()! + 1;
      if (!isWord(label)) chain++;
      if (depth > MAX_DEPTH) throw refusal(source, start, `${MAX_DEPTH} levels deep`);
      if (chain > MAX_CHAIN) {
        throw refusal(source, start, `${MAX_CHAIN} operators in one statement`);
      }
      position = end;
      last = label;
    }
  } catch (error) {
    if (error instanceof CellSyntaxError) throw error;
    // Types can hold what no token of JavaScript is. A cell of this size that is not even JavaScript's words has to wait.
    throw refusal(source, position, "this deep here, and the rest of it cannot be read");
  }
}

const TOKENIZER = { ecmaVersion: "latest", sourceType: "module" } as const;

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Names, keywords and literals. acorn labels keywords by themselves. */
function isWord(label: string): boolean {
  return /^\w/.test(label);
}

/** What a statement can end with, so that the next line may begin another one. */
function isEnd(label: string): boolean {
  return isWord(label) || CLOSING.has(label) || label === "`";
}

function refusal(source: string, offset: number, what: string): CellSyntaxError {
  return new CellSyntaxError(
    `The cell is nested too deep: more than ${what}. Use loops, variables or functions`,
    new LineIndex(source).at(offset),
  );
}
