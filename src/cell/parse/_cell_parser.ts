/** acorn's parser with scopes whose names are found in constant time. */

import { type Options, Parser, type Program } from "acorn";

/**
 * Maximum number of names that the scopes of a cell record, in total. A `var` is recorded in every block around it, so
 * that nested blocks could take any amount of time and memory.
 */
export const MAX_RECORDED_NAMES = 300_000;

/** A scope of acorn's parser. acorn looks names up in it with `indexOf`, once for each declaration. */
interface AcornScope {
  var: string[];
  lexical: string[];
  functions: string[];
}

/** The part of acorn's parser that is used here, and that its declarations do not contain. */
interface ScopedParser {
  readonly scopeStack: AcornScope[];
  readonly start: number;
  enterScope(flags: number): void;
  raise(offset: number, message: string): never;
  parse(): Program;
}

/** A list of distinct names, with an index. */
class NameList extends Array<string> {
  readonly #indices = new Map<string, number>();
  readonly #record: () => void;

  constructor(record: () => void) {
    super();
    this.#record = record;
  }

  override indexOf(name: string): number {
    return this.#indices.get(name) ?? -1;
  }

  override push(name: string): number {
    if (this.#indices.has(name)) return this.length;
    this.#record();
    this.#indices.set(name, this.length);
    return super.push(name);
  }
}

const AcornParser = Parser as unknown as new (options: Options, input: string) => ScopedParser;

class CellParser extends AcornParser {
  // acorn's constructor enters the first scope before fields exist.
  declare names: number;

  override enterScope(flags: number): void {
    super.enterScope(flags);
    this.names ??= 0;
    const record = () => {
      if (++this.names <= MAX_RECORDED_NAMES) return;
      this.raise(this.start, "The cell declares too many names in nested blocks. Use fewer blocks");
    };
    const scope = this.scopeStack.at(-1)!;
    scope.var = new NameList(record);
    scope.lexical = new NameList(record);
    scope.functions = new NameList(record);
  }

  /** Accepts an exported name that the cell does not declare: it may be one of an earlier cell. */
  checkLocalExport(): void {}
}

/**
 * Parses a program in linear time.
 *
 * @param code JavaScript.
 * @param options Options of acorn.
 * @throws {SyntaxError} acorn's error, with `pos`.
 */
export function parseLinear(code: string, options: Options): Program {
  return new CellParser(options, code).parse();
}
