/**
 * The rule about globals.
 *
 * @module
 */

import type { CellNode } from "../syntax/cell_tree.ts";
import { placeOfName, shown } from "./_uses.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Options of {@linkcode GlobalRule}. */
export interface GlobalRuleOptions {
  /** What to do instead, for the message; for all names, or by name. @default "do without it" */
  readonly advice?: string | ReadonlyMap<string, string>;
  /** The name of the rule. @default "globals" */
  readonly name?: string;
}

/**
 * Refuses references to globals, or to members of them, by whatever name: `globalThis["ev" + "al"]` is `eval`. What the host
 * injects under such a name, and what cells declare, is no global.
 *
 * @example A global that cells are to leave alone
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
  /** What violations of it are called. */
  readonly name: string;
  /** The types of nodes that it looks at. */
  readonly nodes: readonly CellNode["type"][] = [
    "Identifier",
    "MemberExpression",
    "Property",
    "CallExpression",
  ];
  readonly #names: ReadonlySet<string>;
  readonly #advice: string | ReadonlyMap<string, string>;

  /**
   * Makes the rule.
   *
   * @param names Globals, and members of globals: `process`, `Deno.exit`.
   * @param options What to do instead.
   */
  constructor(names: Iterable<string>, options: GlobalRuleOptions = {}) {
    this.name = options.name ?? "globals";
    this.#names = new Set(names);
    this.#advice = options.advice ?? "do without it";
  }

  /** See {@linkcode Rule.check}. */
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
