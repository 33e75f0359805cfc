/**
 * What rules find in a cell.
 *
 * @module
 */

/** Something in a cell that a rule does not allow. */
export interface Violation {
  /** The name of the rule. */
  readonly rule: string;
  /** For people and models: what was found, and what to do instead. */
  readonly message: string;
  /** The line in the source of the cell, from 1. */
  readonly line: number;
  /** The column in UTF-16 code units, from 1. */
  readonly column: number;
}

/** All that the rules have to say about a cell. */
export interface Violations {
  /** What was found, in the order of the text; the first ones, if there are many. */
  readonly violations: readonly Violation[];
  /** How many more there are. */
  readonly omitted: number;
}
