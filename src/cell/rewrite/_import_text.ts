/** The rewrite of imports. */

import type { ImportDeclaration } from "acorn";

/**
 * Returns an expression that imports a module and declares its names.
 *
 * @param node The import.
 * @param options The code, and the name of the evaluator's helper in it.
 */
export function importText(
  node: ImportDeclaration,
  { code, helper }: { readonly code: string; readonly helper: string },
): string {
  const names: string[] = [];
  const targets: string[] = [];
  let namespace: string | undefined;
  for (const specifier of node.specifiers) {
    const target = `${helper}.c.${specifier.local.name}`;
    if (specifier.type === "ImportNamespaceSpecifier") namespace = target;
    else {
      const imported = specifier.type === "ImportDefaultSpecifier"
        ? "default"
        : specifier.imported.type === "Identifier"
        ? specifier.imported.name
        : String(specifier.imported.value);
      names.push(imported);
      targets.push(`${JSON.stringify(imported)}: ${target}`);
    }
  }
  const attributes = node.attributes.length === 0
    ? ""
    : `, {with: {${
      node.attributes.map(({ key, value }) => `${code.slice(key.start, key.end)}: ${value.raw}`)
        .join(", ")
    }}}`;
  let text = `await ${helper}.i(import(${node.source.raw}${attributes}), ${node.source.raw}, ${
    JSON.stringify(names)
  })`;
  if (namespace !== undefined) text = `${namespace} = ${text}`;
  return targets.length > 0 ? `({${targets.join(", ")}} = ${text})` : text;
}
