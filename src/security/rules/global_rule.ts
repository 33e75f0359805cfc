/**
 * The rule about globals.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { CellNode } from "../../syntax/cell_tree.ts";
import { placeOfName, shown } from "./_uses.ts";
import type { Rule, RuleContext } from "../rule.ts";

/** Options of {@linkcode GlobalRule}. */
export interface GlobalRuleOptions {
  /** The alternative, for the message: one for all names, or one for each. @default "do without it" */
  readonly advice?: string | ReadonlyMap<string, string>;
  /** The name of the rule. @default "globals" */
  readonly name?: string;
}

const OPTIONS: OptionNames<GlobalRuleOptions> = { advice: true, name: true };

/**
 * Refuses references to globals, or to members of them, under any alias: `globalThis["ev" + "al"]` is `eval`. A value
 * that the host injects under such a name, or that cells declare, is not a global.
 *
 * @example Refuse a global
 * ```ts
 * import { checkCell, GlobalRule } from "@cave/agent/security";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = [new GlobalRule(["Math.random"], { advice: "use the function `dice`" })];
 * const found = (source: string) => checkCell(source, { rules }).violations.map((one) => one.message);
 * assertEquals(found("const { random: r } = Math; r()"), [
 *   "`Math.random` is not available: use the function `dice`",
 * ]);
 * assertEquals(found("const Math = { random: () => 4 }; Math.random()"), []);
 * ```
 */
export class GlobalRule implements Rule {
  /** The name of the rule in violations. */
  readonly name: string;
  /** The types of the nodes that the rule checks. */
  readonly nodes: readonly CellNode["type"][] = [
    "Identifier",
    "MemberExpression",
    "Property",
    "CallExpression",
  ];
  readonly #names: ReadonlySet<string>;
  readonly #advice: string | ReadonlyMap<string, string>;

  /**
   * Creates the rule.
   *
   * @param names Globals, and members of globals: `process`, `Deno.exit`.
   * @param options The name of the rule, and the alternatives.
   */
  constructor(names: Iterable<string>, options: GlobalRuleOptions = {}) {
    checkOptions(options, { names: OPTIONS, task: "make a GlobalRule" });
    this.name = options.name ?? "globals";
    this.#names = new Set(names);
    this.#advice = options.advice ?? "do without it";
  }

  /** Implements {@linkcode Rule.check}. */
  check(node: CellNode, context: RuleContext): void {
    const place = placeOfName(node, context);
    if (place === undefined) return;
    const path = context.globals(node).find((name) => this.#names.has(name));
    if (path === undefined) return;
    if (context.parent?.type === "UnaryExpression" && context.parent.operator === "typeof") return;
    const advice = this.#advice;
    const instead = typeof advice === "string" ? advice : advice.get(path) ?? "do without it";
    context.report(place, `${shown(path)} is not available: ${instead}`);
  }
}
