/**
 * What the patterns of `imports` mean, for the gate in the kernel and for the rule that explains it.
 *
 * @module
 */

/**
 * Whether a specifier may pass.
 *
 * @param specifier What is to be imported.
 * @param pattern The very specifier, or a prefix that ends in `/` or `*`.
 */
export function matchesImport(specifier: string, pattern: string): boolean {
  if (pattern.endsWith("*")) return specifier.startsWith(pattern.slice(0, -1));
  return specifier === pattern || pattern.endsWith("/") && specifier.startsWith(pattern);
}

/** Schemes that no pattern can open: they carry code in, or lead to the runtime's own powers. */
const CLOSED_SCHEMES = ["node:", "data:", "blob:", "ext:"];

/**
 * Whether nothing can open the gate for a specifier.
 *
 * @param specifier What is to be imported.
 */
export function isClosedImport(specifier: string): boolean {
  for (let i = 0; i < CLOSED_SCHEMES.length; i++) {
    if (specifier.startsWith(CLOSED_SCHEMES[i]!)) return true;
  }
  return false;
}
