/**
 * The check of a cell by its rules.
 *
 * @module
 */

import type { CellNode, CellProgram } from "../syntax/cell_tree.ts";
import { Values } from "./analysis/values.ts";
import { LineIndex, type Position } from "../syntax/position.ts";
import type { CellPlace, Rule, RuleContext } from "./rule.ts";
import type { Violation, Violations } from "./violation.ts";
import { visit } from "../syntax/walk.ts";

/** A parsed cell. */
export interface CheckedCell {
  /** The source as the model wrote it. */
  readonly source: string;
  /** The code without types. */
  readonly code: string;
  /** The tree of `code`. */
  readonly program: CellProgram;
  /** Maps a position in `code` to one in `source`; absent where the two are the same. */
  readonly toOriginal?: ((position: Position) => Position) | undefined;
}

/** Maximum number of violations reported per check. */
const MAX_VIOLATIONS = 20;

/** The name of the rule for failures of the check itself. */
const CHECK = "check";

/** Checks cells: one walk over the tree of each, in which every rule visits every node. */
export class SecurityChecker {
  readonly #rules: readonly Rule[];

  /**
   * Creates a checker.
   *
   * @param rules The rules.
   * @throws {TypeError} If one of them is not a rule.
   */
  constructor(rules: readonly Rule[]) {
    this.#rules = checkRules(rules);
  }

  /**
   * Checks a cell. A failure of the check is a violation as well: a cell that could not be checked does not pass.
   *
   * @param cell The cell.
   * @param place The place in which the cell is to run.
   */
  check(cell: CheckedCell, place: CellPlace = {}): Violations {
    const found = new Findings(cell);
    if (this.#rules.length > 0) {
      try {
        this.#walk(cell, { place, found });
      } catch (error) {
        // For example a tree that is too deep for the stack.
        found.add(
          CHECK,
          cell.program,
          `Cannot check the cell: ${messageOf(error)}. Write it in smaller parts`,
        );
      }
    }
    return found.violations();
  }

  #walk(cell: CheckedCell, { place, found }: { place: CellPlace; found: Findings }): void {
    const { source, code, program } = cell;
    const values = new Values(program, place.isDefined ?? (() => false));
    const current: { rule: Rule; parent: CellNode | undefined } = {
      rule: this.#rules[0]!,
      parent: undefined,
    };
    const context: RuleContext = {
      source,
      code,
      place,
      get parent() {
        return current.parent;
      },
      globals: (node) => values.pathsOf(node),
      text: (node) => values.textOf(node),
      key: (node) => values.keyOf(node),
      isGlobal: (node) => values.isGlobal(node),
      isTested: (name) => values.bindings.tested.has(name),
      report: (at, message) => found.add(current.rule.name, at, message),
    };
    const failed = new Set<Rule>();
    const byType = new Map<string, readonly Rule[]>();
    const rulesFor = (type: CellNode["type"]) => {
      let rules = byType.get(type);
      if (rules === undefined) {
        rules = this.#rules.filter(({ nodes }) => nodes?.includes(type) ?? true);
        byType.set(type, rules);
      }
      return rules;
    };
    visit(program, (node, parent) => {
      current.parent = parent;
      for (const rule of rulesFor(node.type)) {
        if (failed.has(rule)) continue;
        current.rule = rule;
        try {
          const answer: unknown = rule.check(node, context);
          // A later report would come too late.
          if (answer instanceof Promise) throw new TypeError("a rule has to answer at once");
        } catch (error) {
          failed.add(rule);
          found.add(
            rule.name,
            node,
            `Cannot check the cell: the rule failed with ${messageOf(error)}`,
          );
        }
      }
      return true;
    });
  }
}

/** Violations, in order and without duplicates. */
class Findings {
  readonly #toOriginal: (position: Position) => Position;
  readonly #code: string;
  readonly #found = new Map<string, Violation>();
  #lines: LineIndex | undefined;

  constructor({ code, toOriginal = (position) => position }: CheckedCell) {
    this.#code = code;
    this.#toOriginal = toOriginal;
  }

  /** Adds a violation. */
  add(rule: string, at: CellNode | Position, message: string): void {
    const { line, column } = "type" in at ? this.#positionOf(at) : at;
    const key = `${line}:${column} ${rule} ${message}`;
    if (!this.#found.has(key)) this.#found.set(key, { rule, message, line, column });
  }

  #positionOf(node: CellNode): Position {
    this.#lines ??= new LineIndex(this.#code);
    return this.#toOriginal(this.#lines.at(node.start));
  }

  violations(): Violations {
    const all = [...this.#found.values()]
      .sort((a, b) => a.line - b.line || a.column - b.column);
    const violations = all.slice(0, MAX_VIOLATIONS);
    return { violations, omitted: all.length - violations.length };
  }
}

function checkRules(rules: readonly Rule[]): readonly Rule[] {
  if (!Array.isArray(rules)) {
    throw new TypeError(`Cannot use rules: expected a list of rules, not ${typeof rules}`);
  }
  for (const rule of rules as readonly Partial<Rule>[]) {
    if (typeof rule?.name !== "string" || typeof rule.check !== "function") {
      throw new TypeError("Cannot use a rule: it needs a `name` and a function `check`");
    }
  }
  return [...rules];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
