/**
 * The first half of compiling a cell: its types are erased, and it is parsed once.
 *
 * @module
 */

import type { Program } from "acorn";
import { type Position, withLineFeeds } from "../../syntax/position.ts";
import { checkNesting } from "./_nesting.ts";
import { endsLikeObject, isObjectAtEnd, lastBraces, withObject } from "./_object_at_end.ts";
import {
  eraseTypes,
  mayHoldTypes,
  parseError,
  parseProgram,
  type StrippedCell,
  transformTypes,
} from "./strip.ts";
import { CellSyntaxError } from "./cell_syntax_error.ts";

/** A cell that has been parsed. */
export interface ParsedCell {
  /** The source as the model wrote it. */
  readonly source: string;
  /** The code without types. */
  readonly code: string;
  /** The tree of `code`. */
  readonly program: Program;
  /** Maps a position in `code` to one in `source`; absent where the two are the same. */
  readonly toOriginal?: ((position: Position) => Position) | undefined;
  /** Whether the code was generated, because erasing types does not suffice. @default false */
  readonly transformed?: boolean;
}

/**
 * Maximum length of a cell's source in UTF-16 code units: fifty times what models write. The host compiles cells on its
 * own thread, and a cell of this length takes it less than a second.
 */
export const MAX_CELL_CHARS = 500_000;

/**
 * Parses a cell as it is, without a wrapper that it could close.
 *
 * @param source TypeScript or JavaScript as the model wrote it.
 * @throws {CellSyntaxError} If the source is not TypeScript, or is too long or too deep.
 */
export function parseCell(source: string): ParsedCell {
  if (source.length > MAX_CELL_CHARS) {
    throw new CellSyntaxError(
      `The cell has ${source.length} characters, more than the ${MAX_CELL_CHARS} allowed`,
      { line: 1, column: 1 },
    );
  }
  // A comment of the same length: the engine allows a hashbang only where the script begins.
  const text = withLineFeeds(source).replace(/^#!/, "//");
  checkNesting(text);
  let parsed: ParsedText;
  try {
    parsed = parseText(text);
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) throw error;
    const asObject = parseAsObject(text, { isBlock: false });
    if (asObject === undefined) throw error;
    return { source, ...asObject };
  }
  const asObject = endsLikeObject(parsed.program)
    ? parseAsObject(text, { isBlock: true })
    : undefined;
  return { source, ...asObject ?? parsed };
}

/** The code of a text, and its tree. */
type ParsedText = Omit<ParsedCell, "source">;

function parseText(text: string): ParsedText {
  // Erasing takes longer than anything else for a small cell.
  const plain = mayHoldTypes(text) ? undefined : parsePlain(text);
  if (plain !== undefined) return plain;
  const erased = eraseTypes(text);
  if (erased === undefined) return parseTransformed(text);
  try {
    return { ...erased, program: parseProgram(erased.code) };
  } catch (cause) {
    // The erased types may have held a line together.
    const transformed = cause instanceof SyntaxError && orUndefined(() => parseTransformed(text));
    if (transformed) return transformed;
    throw refusal(erased, cause);
  }
}

/** Parses JavaScript. The stripper has better errors for what is none. */
function parsePlain(code: string): ParsedText | undefined {
  try {
    return { code, program: parseProgram(code) };
  } catch {
    return undefined;
  }
}

function parseTransformed(text: string): ParsedText {
  const transformed = transformTypes(text);
  try {
    return { ...transformed, program: parseProgram(transformed.code), transformed: true };
  } catch (cause) {
    throw refusal(transformed, cause);
  }
}

/**
 * Parses a text whose last statement is written as an object: `{ mean, deviation: 2 }`.
 *
 * @param text The text.
 * @param options Whether it is known that the braces are a block, which may also be read as an object.
 * @returns The tree with the object; `undefined` if the braces are something else.
 */
function parseAsObject(
  text: string,
  { isBlock }: { readonly isBlock: boolean },
): ParsedText | undefined {
  const braces = lastBraces(text);
  if (braces === undefined) return undefined;
  return orUndefined(() => {
    const asBlock = `${text.slice(0, braces.start)}{}`;
    if (!isBlock && !endsLikeObject(parseText(asBlock).program)) return undefined;
    const { text: changed, toOriginal: back } = withObject(text, braces);
    const { toOriginal, ...parsed } = parseText(changed);
    if (!isObjectAtEnd(parsed.program)) return undefined;
    return { ...parsed, toOriginal: (position) => back(toOriginal?.(position) ?? position) };
  });
}

/** Returns the result of an attempt, or `undefined` if the text is not valid. */
function orUndefined<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof CellSyntaxError) return undefined;
    throw error;
  }
}

/** Converts acorn's error. */
function refusal({ code, toOriginal }: StrippedCell, cause: unknown): unknown {
  if (!(cause instanceof SyntaxError)) return cause;
  // Whether the stack suffices for a deeply nested cell may change from one attempt to the next.
  const { message, position } = parseError(code) ??
    { message: cause.message, position: { line: 1, column: 1 } };
  return new CellSyntaxError(message, toOriginal?.(position) ?? position, { cause });
}
