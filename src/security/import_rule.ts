/**
 * The rule about imports.
 *
 * @module
 */

import type { CellNode } from "./cell_tree.ts";
import { isClosedImport, matchesImport } from "../rpc/import_pattern.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Options of {@linkcode ImportRule}. */
export interface ImportRuleOptions {
  /** What may be imported: specifiers, and prefixes that end in `/` or `*`. @default what the runtime's `imports` let in */
  readonly allow?: readonly string[];
  /** What may not, of what may otherwise. @default nothing */
  readonly deny?: readonly string[];
  /** Whether specifiers that are computed while the cell runs are left to the import gate. @default true */
  readonly computed?: boolean;
  /** The name of the rule. @default "imports" */
  readonly name?: string;
}

/**
 * Refuses imports: `import` and `export ... from` declarations, and `import()` with constant specifiers. By default those
 * that the runtime's import gate would turn away.
 *
 * @example Nothing but one package
 * ```ts
 * import { checkCell, ImportRule } from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const rules = [new ImportRule({ allow: ["npm:lodash-es@4.17.21"] })];
 * const { violations } = checkCell(`const fs = await import("node" + ":fs")`, { rules });
 * assertEquals(violations.map(({ column, message }) => [column, message]), [
 *   [25, `Cannot import "node:fs": what may be imported is npm:lodash-es@4.17.21`],
 * ]);
 * ```
 */
export class ImportRule implements Rule {
  /** What violations of it are called. */
  readonly name: string;
  /** The types of nodes that it looks at. */
  readonly nodes: readonly CellNode["type"][] = [
    "ImportDeclaration",
    "ImportExpression",
    "ExportAllDeclaration",
    "ExportNamedDeclaration",
  ];
  readonly #options: ImportRuleOptions;

  /**
   * Makes the rule.
   *
   * @param options What may be imported.
   */
  constructor(options: ImportRuleOptions = {}) {
    this.name = options.name ?? "imports";
    this.#options = options;
  }

  /** See {@linkcode Rule.check}. */
  check(node: CellNode, context: RuleContext): void {
    const source = sourceOf(node);
    if (source === undefined) return;
    const { allow = context.place.imports, deny = [], computed = true } = this.#options;
    const specifier = context.text(source);
    if (specifier === undefined) {
      const nothing = allow?.length === 0;
      if (nothing || !computed) {
        const reason = nothing ? "nothing may be imported here" : "write the specifier out";
        context.report(source, `Cannot import a computed specifier: ${reason}`);
      }
      return;
    }
    const open =
      (allow === undefined || matchesAny(specifier, allow) && !isClosedImport(specifier)) &&
      !matchesAny(specifier, deny);
    if (open) return;
    const list = allow === undefined || matchesAny(specifier, deny)
      ? "this one is not allowed"
      : allow.length === 0
      ? "nothing may be imported here. Use what is there, and the language itself"
      : `what may be imported is ${allow.join(", ")}`;
    context.report(source, `Cannot import ${JSON.stringify(specifier)}: ${list}`);
  }
}

function sourceOf(node: CellNode): CellNode | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ImportExpression":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      return node.source ?? undefined;
    default:
      return undefined;
  }
}

function matchesAny(specifier: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matchesImport(specifier, pattern));
}
