/**
 * The rule about text.
 *
 * @module
 */

import type { CellNode } from "../syntax/cell_tree.ts";
import { LineIndex } from "../syntax/position.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Options of {@linkcode RegexRule}. */
export interface RegexRuleOptions {
  /** What was found, and what to do instead. @default that the text is not allowed */
  readonly message?: string;
  /** The name of the rule. @default "text" */
  readonly name?: string;
}

/**
 * Refuses text: the whole source of a cell, with its comments, strings and types, is searched for a pattern. The bluntest of
 * the rules. It finds words that are only mentioned, and misses what is written in another way; for names and members take
 * another rule. The pattern runs in the host: one that backtracks without end holds it up.
 *
 * @example A word
 * ```ts
 * import { checkCell, RegexRule } from "@cave/agent/security";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = [new RegexRule(/\bDROP\s+TABLE\b/i, { message: "Tables stay" })];
 * const { violations } = checkCell('const query =\n  "drop table users";', { rules });
 * assertEquals(violations, [{ rule: "text", message: "Tables stay", line: 2, column: 4 }]);
 * ```
 */
export class RegexRule implements Rule {
  /** What violations of it are called. */
  readonly name: string;
  /** The types of nodes that it looks at. */
  readonly nodes: readonly CellNode["type"][] = ["Program"];
  readonly #pattern: RegExp;
  readonly #message: string;

  /**
   * Makes the rule.
   *
   * @param pattern The pattern.
   * @param options What to say.
   */
  constructor(pattern: RegExp, options: RegexRuleOptions = {}) {
    this.name = options.name ?? "text";
    // A copy, whose position nobody else moves.
    this.#pattern = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "") + "g");
    this.#message = options.message ?? `Text like ${pattern} is not allowed: do without it`;
  }

  /** See {@linkcode Rule.check}. */
  check(_program: CellNode, { source, report }: RuleContext): void {
    const lines = new LineIndex(source);
    for (const { index } of source.matchAll(this.#pattern)) report(lines.at(index), this.#message);
  }
}
