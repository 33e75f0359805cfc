/**
 * The rule about imports.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../../limits/options.ts";
import type { CellNode } from "../../syntax/cell_tree.ts";
import { admit, matchesImport } from "../../rpc/import_pattern.ts";
import type { CellPlace, Rule, RuleContext } from "../rule.ts";

/** Options of {@linkcode ImportRule}. */
export interface ImportRuleOptions {
  /** Allowed specifiers, and prefixes that end in `/` or `*`. @default those that the runtime's `imports` allow */
  readonly allow?: readonly string[];
  /** Specifiers that are refused although they match an allowed one. @default none */
  readonly deny?: readonly string[];
  /** Whether specifiers that are computed at run time are left to the import gate. @default true */
  readonly computed?: boolean;
  /** The name of the rule. @default "imports" */
  readonly name?: string;
}

const OPTIONS: OptionNames<ImportRuleOptions> = {
  allow: true,
  deny: true,
  computed: true,
  name: true,
};

/**
 * Refuses imports: `import` and `export ... from` declarations, and `import()` with constant specifiers. By default, it
 * refuses those that the runtime's import gate would refuse.
 *
 * @example Allow a single package
 * ```ts
 * import { checkCell, ImportRule } from "@cave/agent/security";
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
  /** The name of the rule in violations. */
  readonly name: string;
  /** The types of the nodes that the rule checks. */
  readonly nodes: readonly CellNode["type"][] = [
    "ImportDeclaration",
    "ImportExpression",
    "ExportAllDeclaration",
    "ExportNamedDeclaration",
  ];
  readonly #options: ImportRuleOptions;

  /**
   * Creates the rule.
   *
   * @param options The allowed and refused specifiers.
   */
  constructor(options: ImportRuleOptions = {}) {
    checkOptions(options, { names: OPTIONS, task: "make a ImportRule" });
    this.name = options.name ?? "imports";
    this.#options = options;
  }

  /** Implements {@linkcode Rule.check}. */
  check(node: CellNode, context: RuleContext): void {
    const source = sourceOf(node);
    if (source === undefined) return;
    const { computed = true, deny = [] } = this.#options;
    const specifier = context.text(source);
    const open = this.#open(context.place);
    if (specifier === undefined) {
      if (open?.length !== 0 && computed) return;
      const reason = open?.length === 0
        ? "nothing may be imported here"
        : "write the specifier out";
      return context.report(source, `Cannot import a computed specifier: ${reason}`);
    }
    const denied = deny.some((pattern) => matchesImport(specifier, pattern));
    if (!denied && this.#admits(specifier, context.place)) return;
    const list = denied || open === undefined
      ? "this one is not allowed"
      : open.length === 0
      ? "nothing may be imported here. Use the injected names, and the language itself" +
        advice(specifier)
      : `what may be imported is ${open.join(", ")}`;
    context.report(source, `Cannot import ${JSON.stringify(specifier)}: ${list}`);
  }

  /** Returns the allowed patterns, or `undefined` if all imports are allowed. */
  #open({ imports, packages = [] }: CellPlace): readonly string[] | undefined {
    return this.#options.allow ?? (imports === undefined ? undefined : [...imports, ...packages]);
  }

  #admits(specifier: string, { imports, packages = [] }: CellPlace): boolean {
    const { allow } = this.#options;
    if (allow !== undefined) {
      return admit(specifier, { imports: allow, packages: [] }) !== undefined;
    }
    return imports === undefined || admit(specifier, { imports, packages }) !== undefined;
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

/** Returns how the host could allow a package. */
function advice(specifier: string): string {
  const name = /^(?:npm:)?((?:@[\w.-]+\/)?\w[\w.-]*)(?:@|\/|$)/.exec(specifier)?.[1];
  if (name === undefined || name.length > MAX_PACKAGE_CHARS) return "";
  return `. If a package is needed, say so: the host allows it with packages: ["npm:${name}@<version>"]`;
}

/** Maximum length of the name of an npm package. */
const MAX_PACKAGE_CHARS = 214;
