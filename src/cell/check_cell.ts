/**
 * A check of a cell's text by rules.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../limits/options.ts";
import type { CellPlace, Rule } from "../security/rule.ts";
import { defaultRules } from "../security/rules/rule_sets.ts";
import { SecurityChecker } from "../security/security_checker.ts";
import type { Violations } from "../security/violation.ts";
import { CellSyntaxError } from "./parse/cell_syntax_error.ts";
import { parseCell } from "./parse/parsed_cell.ts";

/** Options of {@linkcode checkCell}. */
export interface CheckCellOptions {
  /** The rules. @default `defaultRules()` */
  readonly rules?: readonly Rule[];
  /** The place in which the cell is to run. @default an isolated runtime in which nothing may be imported */
  readonly place?: CellPlace;
}

const CHECK_CELL_OPTIONS: OptionNames<CheckCellOptions> = { rules: true, place: true };

/**
 * Checks a cell without running it. A runtime does this by itself, with its `rules`.
 *
 * @param source TypeScript.
 * @param options The rules, and the place.
 * @returns The violations. A cell that is not TypeScript violates the rule `syntax`.
 *
 * @example Find what is wrong, and where
 * ```ts
 * import { checkCell } from "@cave/agent/security";
 * import { assertEquals } from "@std/assert";
 *
 * const { violations } = checkCell(`const n: number = 1;\nconst fs = require("fs");`);
 * assertEquals(violations.map(({ rule, line, column }) => [rule, line, column]), [
 *   ["absent", 2, 12],
 * ]);
 * ```
 */
export function checkCell(source: string, options: CheckCellOptions = {}): Violations {
  checkOptions(options, { names: CHECK_CELL_OPTIONS, task: "check a cell" });
  const { rules = defaultRules(), place = { imports: [] } } = options;
  const checker = new SecurityChecker(rules);
  try {
    return checker.check(parseCell(source), place);
  } catch (error) {
    if (!(error instanceof CellSyntaxError)) throw error;
    const { message, position } = error;
    return { violations: [{ rule: "syntax", message, ...position }], omitted: 0 };
  }
}
