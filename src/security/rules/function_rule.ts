/**
 * The rule about functions.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { CellNode } from "../../syntax/cell_tree.ts";
import { shown } from "./_uses.ts";
import type { Rule, RuleContext } from "../rule.ts";

/** Options of {@linkcode FunctionRule}. */
export interface FunctionRuleOptions {
  /** The alternative, for the message. @default "do without it" */
  readonly advice?: string;
  /** The name of the rule. @default "functions" */
  readonly name?: string;
}

const OPTIONS: OptionNames<FunctionRuleOptions> = { advice: true, name: true };

/**
 * Refuses calls of functions: plain ones, with `new`, as the tag of a template, through `call`, `apply` and `bind`, and
 * by other functions, which is why such a function may not be passed as an argument either. A name that begins with a
 * dot stands for a method of any object.
 *
 * @example Refuse a method
 * ```ts
 * import { checkCell, FunctionRule } from "@cave/agent/security";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = [new FunctionRule(["Date.now", ".exec"], { advice: "ask `clock`" })];
 * const found = (source: string) => checkCell(source, { rules }).violations.map((one) => one.message);
 * assertEquals(found("const now = Date.now; now()"), ["`Date.now` cannot be called: ask `clock`"]);
 * assertEquals(found("database.exec`DROP`; const { exec } = database"), [
 *   "`exec` cannot be called: ask `clock`",
 * ]);
 * ```
 */
export class FunctionRule implements Rule {
  /** The name of the rule in violations. */
  readonly name: string;
  /** The types of the nodes that the rule checks. */
  readonly nodes: readonly CellNode["type"][] = [
    "CallExpression",
    "NewExpression",
    "TaggedTemplateExpression",
  ];
  readonly #names: ReadonlySet<string>;
  readonly #advice: string;

  /**
   * Creates the rule.
   *
   * @param names Functions by their path, such as `Deno.exit`, and methods of any object, such as `.exec`.
   * @param options The name of the rule, and the alternative.
   */
  constructor(names: Iterable<string>, options: FunctionRuleOptions = {}) {
    checkOptions(options, { names: OPTIONS, task: "make a FunctionRule" });
    this.name = options.name ?? "functions";
    this.#names = new Set(names);
    this.#advice = options.advice ?? "do without it";
  }

  /** Implements {@linkcode Rule.check}. */
  check(node: CellNode, context: RuleContext): void {
    switch (node.type) {
      case "TaggedTemplateExpression":
        return this.#look(node.tag, context);
      case "CallExpression":
        this.#called(node.callee, context);
        for (const argument of node.arguments) this.#look(argument, context, { methods: false });
        return;
      case "NewExpression":
        this.#look(node.callee, context, { methods: false });
        for (const argument of node.arguments) this.#look(argument, context, { methods: false });
    }
  }

  #called(callee: CellNode, context: RuleContext): void {
    this.#look(callee, context);
    const inner = callee.type === "ChainExpression" ? callee.expression : callee;
    if (inner.type !== "MemberExpression") return;
    const key = context.key(inner);
    if (key === "call" || key === "apply" || key === "bind") {
      this.#look(inner.object, context, { methods: false });
    }
  }

  #match(path: string, methods: boolean): string | undefined {
    if (!path.startsWith(".") && this.#names.has(path)) return path;
    const method = path.slice(path.lastIndexOf("."));
    return methods && method.startsWith(".") && this.#names.has(method) ? method : undefined;
  }

  /** Checks one node. Methods of any object are refused only in calls: without a call, the member may be anything. */
  #look(node: CellNode, context: RuleContext, { methods = true } = {}): void {
    const path = context.globals(node).map((one) => this.#match(one, methods))
      .find((name) => name !== undefined);
    if (path === undefined) return;
    const at = node.type === "MemberExpression" ? node.property : node;
    context.report(at, `${shown(path)} cannot be called: ${this.#advice}`);
  }
}
