/**
 * The rule about text.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { CellNode } from "../../syntax/cell_tree.ts";
import { LineIndex } from "../../syntax/position.ts";
import type { Rule, RuleContext } from "../rule.ts";

/** Options of {@linkcode RegexRule}. */
export interface RegexRuleOptions {
  /** The message: what was found, and what to do instead. @default a message that the text is not allowed */
  readonly message?: string;
  /** The name of the rule. @default "text" */
  readonly name?: string;
}

const OPTIONS: OptionNames<RegexRuleOptions> = { message: true, name: true };

/**
 * Refuses text that matches a pattern anywhere in the source of a cell, including comments, strings and types. The
 * bluntest of the rules: it finds words that are only mentioned, and misses code that is written in another way. For
 * names and members, use another rule. The pattern runs in the host: one with catastrophic backtracking blocks it.
 *
 * @example Refuse a word
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
  /** The name of the rule in violations. */
  readonly name: string;
  /** The types of the nodes that the rule checks. */
  readonly nodes: readonly CellNode["type"][] = ["Program"];
  readonly #pattern: RegExp;
  readonly #message: string;

  /**
   * Creates the rule.
   *
   * @param pattern The pattern.
   * @param options The name and message of the rule.
   */
  constructor(pattern: RegExp, options: RegexRuleOptions = {}) {
    checkOptions(options, { names: OPTIONS, task: "make a RegexRule" });
    this.name = options.name ?? "text";
    // A copy, so that no other code moves its `lastIndex`.
    this.#pattern = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "") + "g");
    this.#message = options.message ?? `Text like ${pattern} is not allowed: do without it`;
  }

  /** Implements {@linkcode Rule.check}. */
  check(_program: CellNode, { source, report }: RuleContext): void {
    const lines = new LineIndex(source);
    for (const { index } of source.matchAll(this.#pattern)) report(lines.at(index), this.#message);
  }
}
