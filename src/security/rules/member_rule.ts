/**
 * The rule about members.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { CellNode } from "../../syntax/cell_tree.ts";
import { reflectiveKey, shown } from "./_uses.ts";
import type { Rule, RuleContext } from "../rule.ts";

/** Options of {@linkcode MemberRule}. */
export interface MemberRuleOptions {
  /** The alternative, for the message. @default "do without it" */
  readonly advice?: string;
  /** The name of the rule. @default "attributes" */
  readonly name?: string;
}

const OPTIONS: OptionNames<MemberRuleOptions> = { advice: true, name: true };

/**
 * Refuses access to members by name, on any object: with a dot, in brackets, in a pattern, or through `Reflect` and
 * `Object`. A name in brackets is folded from constant pieces; one that is computed from data cannot be seen.
 *
 * @example Refuse a name in pieces
 * ```ts
 * import { MemberRule, checkCell } from "@cave/agent/security";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = [new MemberRule(["__proto__"])];
 * const { violations } = checkCell('const k = "__pro";\nrow[`${k}to__`]', { rules });
 * assertEquals(violations.map(({ line, column }) => [line, column]), [[2, 5]]);
 * ```
 */
export class MemberRule implements Rule {
  /** The name of the rule in violations. */
  readonly name: string;
  /** The types of the nodes that the rule checks. */
  readonly nodes: readonly CellNode["type"][] = ["MemberExpression", "Property", "CallExpression"];
  readonly #names: ReadonlySet<string>;
  readonly #advice: string;

  /**
   * Creates the rule.
   *
   * @param names Names of members.
   * @param options The name of the rule, and the alternative.
   */
  constructor(names: Iterable<string>, options: MemberRuleOptions = {}) {
    checkOptions(options, { names: OPTIONS, task: "make a MemberRule" });
    this.name = options.name ?? "attributes";
    this.#names = new Set(names);
    this.#advice = options.advice ?? "do without it";
  }

  /** Implements {@linkcode Rule.check}. */
  check(node: CellNode, context: RuleContext): void {
    const place = node.type === "MemberExpression"
      ? node.property
      : node.type === "Property"
      ? node.key
      : reflectiveKey(node, context);
    if (place === undefined) return;
    const key = node.type === "CallExpression" ? context.text(place) : context.key(node);
    if (key === undefined || !this.#names.has(key)) return;
    context.report(place, `${shown(key)} cannot be used: ${this.#advice}`);
  }
}
