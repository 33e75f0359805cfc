/**
 * The check of import specifiers that the kernel's gate and the import rule share. Calls no array methods, because
 * cells can replace them in the kernel.
 *
 * @module
 */

/** The specifiers and packages that a kernel may import. */
export interface ImportList {
  /** Specifiers, and prefixes that end in `/` or `*`. */
  readonly imports: readonly string[];
  /** npm packages with their exact versions. */
  readonly packages: readonly string[];
}

/** Schemes that no pattern can open: they embed code, or lead to the runtime's internals. */
const CLOSED_SCHEMES = ["node:", "data:", "blob:", "ext:"];

/**
 * Returns the specifier to import in place of the requested one: a package requested by name alone resolves to the
 * listed version.
 *
 * @param specifier The requested specifier.
 * @param list The specifiers and packages that may be imported.
 * @returns The specifier to import, or `undefined` if the import is not allowed.
 */
export function admit(specifier: string, { imports, packages }: ImportList): string | undefined {
  for (let i = 0; i < CLOSED_SCHEMES.length; i++) {
    if (specifier.startsWith(CLOSED_SCHEMES[i]!)) return undefined;
  }
  for (let i = 0; i < imports.length; i++) {
    if (matchesImport(specifier, imports[i]!)) return specifier;
  }
  for (let i = 0; i < packages.length; i++) {
    const found = inPackage(specifier, packages[i]!);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Returns whether a pattern matches a specifier.
 *
 * @param specifier The requested specifier.
 * @param pattern An exact specifier, or a prefix that ends in `/` or `*`.
 */
export function matchesImport(specifier: string, pattern: string): boolean {
  if (pattern.endsWith("*")) return specifier.startsWith(pattern.slice(0, -1));
  return specifier === pattern || pattern.endsWith("/") && specifier.startsWith(pattern);
}

/**
 * Resolves `npm:a@1.0.0`, `npm:a` and `a`, each with an optional path behind a slash, to the pinned package
 * `npm:a@1.0.0`.
 */
function inPackage(specifier: string, pinned: string): string | undefined {
  const withScheme = pinned.slice(0, pinned.lastIndexOf("@"));
  const names = [pinned, withScheme, withScheme.slice("npm:".length)];
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (specifier === name) return pinned;
    if (!specifier.startsWith(`${name}/`)) continue;
    const path = specifier.slice(name.length);
    // A path must not lead out of the package.
    return path.includes("..") || path.includes("\\") || path.includes("%")
      ? undefined
      : pinned + path;
  }
  return undefined;
}
