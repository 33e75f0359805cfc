/** The rule about absent globals. */

import type { CellNode } from "../../syntax/cell_tree.ts";
import { shown } from "./_uses.ts";
import type { Rule, RuleContext } from "../rule.ts";

/**
 * Refuses code that would throw because a global is absent. Testing for it is fine: `typeof process`,
 * `globalThis.process?.pid`, and any use of the name in a cell that tests it.
 */
export class AbsentRule implements Rule {
  readonly name = "absent";
  /** The types of the nodes that the rule checks. */
  readonly nodes: readonly CellNode["type"][] = [
    "Identifier",
    "MemberExpression",
    "CallExpression",
    "NewExpression",
  ];
  readonly #advice: ReadonlyMap<string, string>;

  /** @param advice The absent names, each with its alternative. */
  constructor(advice: ReadonlyMap<string, string>) {
    this.#advice = advice;
  }

  check(node: CellNode, context: RuleContext): void {
    const used = context.isGlobal(node) ? node : usedBy(node);
    // A bare name is reported when the rule visits it.
    if (used === undefined || used !== node && context.isGlobal(used)) return;
    // A bare name is matched as written, even if it is an alias of a global that exists, such as `window`.
    const paths = used.type === "Identifier" && used === node ? [used.name] : context.globals(used);
    const path = paths.find((name) => this.#advice.has(name));
    if (path === undefined || context.isTested(path)) return;
    const at = used.type === "MemberExpression" ? used.property : used;
    context.report(at, `${shown(path)} is not available: ${this.#advice.get(path)}`);
  }
}

/** Returns the part of a node that must exist for the node not to throw. */
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
