/** The names that a statement of a module declares, with their declarations. */

import type { ClassDeclaration, FunctionDeclaration, VariableDeclaration } from "acorn";
import type { KernelExport } from "../../inject/kernel_module.ts";
import { readPattern } from "../../syntax/pattern.ts";
import { classText, type ModuleText, signatureOf, typeOfValue } from "./_source_declaration.ts";
import { commentBefore, findOutside } from "./_source_gaps.ts";

/** The declaration of a name. */
export type Declared = Pick<KernelExport, "kind" | "declaration" | "description">;

/** Options of {@linkcode namesOf}. */
export interface NamesOptions {
  /** The place of the statement, with its `export`. */
  readonly start: number;
  /** The module. */
  readonly text: ModuleText;
}

/**
 * Returns the names that a statement declares.
 *
 * @param node The statement.
 * @param options The module, and the place of the statement in it.
 */
export function namesOf(
  node: { readonly type: string },
  { start, text }: NamesOptions,
): Map<string, Declared> {
  const description = commentBefore(text.source, start);
  const names = new Map<string, Declared>();
  if (node.type === "FunctionDeclaration") {
    const declared = node as FunctionDeclaration;
    const { name } = declared.id;
    const declaration = `declare function ${name}${signatureOf(declared, text)};`;
    names.set(name, { kind: "function", declaration, description });
  } else if (node.type === "ClassDeclaration") {
    const declared = node as ClassDeclaration;
    const { name } = declared.id;
    names.set(name, {
      kind: "type",
      declaration: classText(name, declared, { text }),
      description,
    });
  } else if (node.type === "VariableDeclaration") {
    for (const [name, declared] of variablesOf(node as VariableDeclaration, text)) {
      names.set(name, { ...declared, description });
    }
  }
  return names;
}

function* variablesOf(
  node: VariableDeclaration,
  text: ModuleText,
): Generator<[name: string, declared: Declared]> {
  for (const { id, init, end } of node.declarations) {
    if (id.type !== "Identifier") {
      const names: string[] = [];
      readPattern(id, { target: ({ name }) => names.push(name) });
      for (const name of names) yield [name, unknownVariable(name)];
      continue;
    }
    const { name } = id;
    const equals = init == null ? end : findOutside(text.code, "=", { from: id.end });
    const type = text.source.slice(id.end, equals).trim().replace(/^!?:\s*/, "");
    const isFunction = init?.type === "ArrowFunctionExpression" ||
      init?.type === "FunctionExpression";
    if (isFunction && type === "") {
      const declaration = `declare function ${name}${signatureOf(init, text)};`;
      yield [name, { kind: "function", declaration }];
    } else {
      const declaration = `declare let ${name}: ${type === "" ? typeOfValue(init) : type};`;
      yield [name, { kind: "variable", declaration }];
    }
  }
}

/** Returns the declaration of a name of which nothing is known. */
export function unknownVariable(name: string): Declared {
  return { kind: "variable", declaration: `declare let ${name}: unknown;` };
}
