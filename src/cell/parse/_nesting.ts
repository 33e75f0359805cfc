/**
 * The check of a cell's depth before anything recurses into it: the type stripper is native code, and a stack overflow
 * in it ends the whole process.
 */

import { tokenizer } from "acorn";
import { CellSyntaxError } from "./cell_syntax_error.ts";
import { LineIndex } from "../../syntax/position.ts";

/** Maximum depth of brackets and arrow functions. The stripper survives about 2,000, a quarter of that in a worker. */
const MAX_DEPTH = 400;

/**
 * Maximum number of operators and calls in one statement, which become a tree of that depth. The stripper survives
 * about 16,000.
 */
const MAX_CHAIN = 3_000;

const OPENING: ReadonlySet<string> = new Set(["(", "[", "{", "${", "=>"]);
const CLOSING: ReadonlySet<string> = new Set([")", "]", "}"]);

/**
 * Throws for a cell that is nested too deep.
 *
 * @param source TypeScript.
 * @throws {CellSyntaxError} If the cell is nested too deep.
 */
export function checkNesting(source: string): void {
  // Nearly all cells have fewer of these characters in total, which needs no closer look.
  if (count(source, /[([{<]|=>/g) <= MAX_DEPTH && count(source, /[^\s\w;,"']/g) <= MAX_CHAIN) {
    return;
  }
  let position = 0;
  /**
   * For each open bracket, the number of arrow functions inside it. They end with the bracket, or with the statement.
   */
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
    // Types can contain characters that form no token of JavaScript. A cell of this depth that cannot even be tokenized
    // is refused.
    throw refusal(source, position, "this deep here, and the rest cannot be tokenized");
  }
}

const TOKENIZER = { ecmaVersion: "latest", sourceType: "module" } as const;

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Returns whether a token is a name, keyword or literal. acorn labels a keyword with its own text. */
function isWord(label: string): boolean {
  return /^\w/.test(label);
}

/** Returns whether a token can end a statement, so that the next line may begin another one. */
function isEnd(label: string): boolean {
  return isWord(label) || CLOSING.has(label) || label === "`";
}

function refusal(source: string, offset: number, what: string): CellSyntaxError {
  return new CellSyntaxError(
    `The cell is nested too deep: more than ${what}. Use loops, variables or functions`,
    new LineIndex(source).at(offset),
  );
}
