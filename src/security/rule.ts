/**
 * The interface of rules: what a rule is, and what it is told of a cell.
 *
 * @module
 */

import type { CellNode } from "../syntax/cell_tree.ts";
import type { Position } from "../syntax/position.ts";

/**
 * A rule for cells. It is shown every node of a cell's tree, in the order of the text, and reports what it does not allow.
 * Types are erased before. A rule that throws refuses the cell.
 *
 * @example A rule of one's own
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
  /** What violations of it are called, for example `imports`. */
  readonly name: string;
  /** The types of nodes that it wants to see, for example `["CallExpression"]`: for speed. @default all */
  readonly nodes?: readonly CellNode["type"][];
  /**
   * Looks at a node.
   *
   * @param node The node, as acorn has it.
   * @param context What else is known, and how to report.
   */
  check(node: CellNode, context: RuleContext): void;
}

/** What a rule is told of the cell that it looks at. */
export interface RuleContext {
  /** The cell as it was written. */
  readonly source: string;
  /** The cell without its types: what the nodes' offsets refer to. */
  readonly code: string;
  /** Where the cell is to run. */
  readonly place: CellPlace;
  /** What the node stands in; absent for the whole program. */
  readonly parent: CellNode | undefined;
  /**
   * The globals that an expression may stand for, as paths: `["eval"]` for `(0, globalThis["ev" + "al"])`. Aliases are
   * followed, and so is destructuring: this works for a property of a pattern as well. A member of something unknown has a
   * path that begins with a dot: `[".exec"]` for `db.exec`. What the cell, or an earlier one, declares is no global.
   */
  readonly globals: (node: CellNode) => readonly string[];
  /** The constant text that an expression stands for, folded from its pieces, if it does. */
  readonly text: (node: CellNode) => string | undefined;
  /** The name of a member or of a property in a pattern, computed or not, if it can be told. */
  readonly key: (node: CellNode) => string | undefined;
  /** Whether an identifier stands for a global: neither a name of the cell or the session, nor the name of a member. */
  readonly isGlobal: (node: CellNode) => boolean;
  /** Whether the cell asks if there is such a global (`typeof name`), or makes it, and so can do without. */
  readonly isTested: (name: string) => boolean;
  /**
   * Reports a violation.
   *
   * @param at The node, or a position in the source.
   * @param message What was found, and what to do instead.
   */
  readonly report: (at: CellNode | Position, message: string) => void;
}

/** Where a cell is to run: what is there decides what has to be said. */
export interface CellPlace {
  /** Whether it is cut off from the host, with a chosen set of globals. @default true */
  readonly isolated?: boolean;
  /** What may be imported: specifiers, and prefixes that end in `/` or `*`. @default anything */
  readonly imports?: readonly string[] | undefined;
  /** Packages that may be imported beyond that, by their name as well: `npm:lodash-es@4.17.21`. @default none */
  readonly packages?: readonly string[];
  /** The kinds of permissions that it has, for example `net`. @default none */
  readonly permissions?: readonly string[];
  /** Whether the host or an earlier cell has defined a name. @default none is */
  readonly isDefined?: (name: string) => boolean;
}
