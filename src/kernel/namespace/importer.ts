/**
 * The import gate: every `import()` of a cell passes through it, computed specifiers included.
 *
 * @module
 */

import { JSON, TypeError } from "../../rpc/builtins.ts";
import { admit, type ImportList } from "../../rpc/import_pattern.ts";
import { PACKAGE_URL } from "../../rpc/package_url.ts";
import type { Importer } from "./scope.ts";

/**
 * Creates the gate.
 *
 * @param list The specifiers that may pass.
 */
export function createImporter(list: ImportList): Importer {
  const open = [...list.imports, ...list.packages].join(", ");
  // Async, so that a refusal is a rejection of the guest's own promise.
  return async (specifier, attributes) => {
    // They are live: code that could import them would control the kernel.
    const admitted = specifier.startsWith(PACKAGE_URL) ? undefined : admit(specifier, list);
    if (admitted === undefined) {
      throw new TypeError(
        `Cannot import ${JSON.stringify(specifier)}: ` +
          (open === "" ? "nothing may be imported here" : `what may be imported is ${open}`),
      );
    }
    return await import(admitted, { with: attributes });
  };
}
