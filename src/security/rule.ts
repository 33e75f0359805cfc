/**
 * The interface of rules, and the information that they get about a cell.
 *
 * @module
 */

import type { CellNode } from "../syntax/cell_tree.ts";
import type { Position } from "../syntax/position.ts";

/**
 * A rule for cells. Its `check` is called with every node of a cell's tree, in source order, and reports what it does
 * not allow. Types have been erased before. A rule that throws refuses the cell.
 *
 * @example Write a rule
 * ```ts
 * import { DenoRuntime, defaultRules, type Rule } from "@cave/agent";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const noDebugger: Rule = {
 *   name: "no-debugger",
 *   check(node, { report }) {
 *     if (node.type === "DebuggerStatement") report(node, "There is no debugger: leave it out");
 *   },
 * };
 *
 * await using runtime = new DenoRuntime({ rules: [...defaultRules(), noDebugger] });
 * const result = await runtime.execute("const n = 1;\ndebugger;");
 * assert(result.status === "refused");
 * assertEquals(result.violations, [{
 *   rule: "no-debugger",
 *   message: "There is no debugger: leave it out",
 *   line: 2,
 *   column: 1,
 * }]);
 * ```
 */
export interface Rule {
  /** The name of the rule in violations, for example `imports`. */
  readonly name: string;
  /** The types of the nodes that the rule checks, for example `["CallExpression"]`, to save time. @default all */
  readonly nodes?: readonly CellNode["type"][];
  /**
   * Checks a node.
   *
   * @param node The node, as acorn parsed it.
   * @param context Information about the cell, and a function to report violations.
   */
  check(node: CellNode, context: RuleContext): void;
}

/** The information that a rule gets about a cell. */
export interface RuleContext {
  /** The source of the cell, as the model wrote it. */
  readonly source: string;
  /** The code without types, to which the offsets of nodes refer. */
  readonly code: string;
  /** The place in which the cell is to run. */
  readonly place: CellPlace;
  /** The node that contains the checked one; absent for the whole program. */
  readonly parent: CellNode | undefined;
  /**
   * Returns the globals that an expression may stand for, as paths: `["eval"]` for `(0, globalThis["ev" + "al"])`.
   * Follows aliases and destructuring, so that it also accepts a property of a pattern. A member of an unknown value
   * has a path that begins with a dot: `[".exec"]` for `db.exec`. A name that this cell or an earlier one declares is
   * not a global.
   */
  readonly globals: (node: CellNode) => readonly string[];
  /** Returns the constant text of an expression, folded from its pieces, or `undefined` if it has none. */
  readonly text: (node: CellNode) => string | undefined;
  /** Returns the name of a member or of a property in a pattern, computed or not, if it is known. */
  readonly key: (node: CellNode) => string | undefined;
  /**
   * Returns whether an identifier stands for a global: neither a name of the cell or the session, nor the name of a
   * member.
   */
  readonly isGlobal: (node: CellNode) => boolean;
  /** Returns whether the cell tests for the global (`typeof name`) or creates it, and so works without it. */
  readonly isTested: (name: string) => boolean;
  /**
   * Reports a violation.
   *
   * @param at The node, or a position in the source.
   * @param message A description of the violation, and the alternative.
   */
  readonly report: (at: CellNode | Position, message: string) => void;
}

/** The place in which a cell is to run, as far as rules depend on it. */
export interface CellPlace {
  /** Whether cells are isolated from the host, with a chosen set of globals. @default true */
  readonly isolated?: boolean;
  /** Allowed imports: specifiers, and prefixes that end in `/` or `*`. @default all */
  readonly imports?: readonly string[] | undefined;
  /** Packages that may be imported in addition, also by their bare name: `npm:lodash-es@4.17.21`. @default none */
  readonly packages?: readonly string[];
  /** The kinds of permissions that cells have, for example `net`. @default none */
  readonly permissions?: readonly string[];
  /** Returns whether the host or an earlier cell has defined a name. @default none is */
  readonly isDefined?: (name: string) => boolean;
}
