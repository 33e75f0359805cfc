/**
 * The import gate: every `import()` of a cell comes through here, computed specifiers included.
 *
 * @module
 */

import { JSON, TypeError, URL } from "../rpc/builtins.ts";
import { isClosedImport, matchesImport } from "../rpc/import_pattern.ts";
import type { Importer } from "./scope.ts";

/** The kernel's own modules are live: whoever could import them would hold the kernel. */
const OWN_MODULES = new URL("../", import.meta.url).href;

/**
 * Makes the gate.
 *
 * @param allowed Specifiers that may pass: exact, or prefixes that end in `/` or `*`.
 */
export function createImporter(allowed: readonly string[]): Importer {
  // Async, so that a refusal is a rejection of the guest's own promise.
  return async (specifier, attributes) => {
    const closed = isClosedImport(specifier) || specifier.startsWith(OWN_MODULES);
    if (closed || !allowed.some((pattern) => matchesImport(specifier, pattern))) {
      throw new TypeError(
        `Cannot import ${JSON.stringify(specifier)}: ` +
          (allowed.length === 0
            ? "nothing may be imported here"
            : `what may be imported is ${allowed.join(", ")}`),
      );
    }
    return await import(specifier, { with: attributes });
  };
}
