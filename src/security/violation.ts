/**
 * The findings of rules.
 *
 * @module
 */

/** A place in a cell that a rule does not allow. */
export interface Violation {
  /** The name of the rule. */
  readonly rule: string;
  /** The description, for people and models: what was found, and the alternative. */
  readonly message: string;
  /** The line in the source of the cell, from 1. */
  readonly line: number;
  /** The column in UTF-16 code units, from 1. */
  readonly column: number;
}

/** All findings of the rules about a cell. */
export interface Violations {
  /** The violations in source order; the first ones, if there are many. */
  readonly violations: readonly Violation[];
  /** The number of further violations. */
  readonly omitted: number;
}
