/** The rule about globals that are not there. */

import type { CellNode } from "../syntax/cell_tree.ts";
import { shown } from "./_uses.ts";
import type { Rule, RuleContext } from "./rule.ts";

/**
 * Refuses what would throw because a global is not there. Asking for it is fine: `typeof process`, `globalThis.process?.pid`,
 * and whatever else is done with the name in a cell that asks.
 */
export class AbsentRule implements Rule {
  readonly name = "absent";
  /** The types of nodes that it looks at. */
  readonly nodes: readonly CellNode["type"][] = [
    "Identifier",
    "MemberExpression",
    "CallExpression",
    "NewExpression",
  ];
  readonly #advice: ReadonlyMap<string, string>;

  /** @param advice For each name what to do instead. */
  constructor(advice: ReadonlyMap<string, string>) {
    this.#advice = advice;
  }

  check(node: CellNode, context: RuleContext): void {
    const used = context.isGlobal(node) ? node : usedBy(node);
    // A bare name is reported by itself.
    if (used === undefined || used !== node && context.isGlobal(used)) return;
    // By this name, even if it is another one for something that is there, such as `window`.
    const paths = used.type === "Identifier" && used === node ? [used.name] : context.globals(used);
    const path = paths.find((name) => this.#advice.has(name));
    if (path === undefined || context.isTested(path)) return;
    const at = used.type === "MemberExpression" ? used.property : used;
    context.report(at, `${shown(path)} is not there: ${this.#advice.get(path)}`);
  }
}

/** What has to be there for a node not to throw. */
function usedBy(node: CellNode): CellNode | undefined {
  switch (node.type) {
    case "MemberExpression":
      return node.optional ? undefined : node.object;
    case "CallExpression":
      return node.optional ? undefined : node.callee;
    case "NewExpression":
      return node.callee;
    default:
      return undefined;
  }
}
