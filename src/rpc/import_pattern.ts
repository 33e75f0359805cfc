/**
 * What may be imported, for the gate in the kernel and for the rule that explains it. In the kernel cells can replace the
 * methods of lists, so none is called here.
 *
 * @module
 */

/** What a kernel lets in. */
export interface ImportList {
  /** Specifiers, and prefixes that end in `/` or `*`. */
  readonly imports: readonly string[];
  /** Packages of npm with their exact versions. */
  readonly packages: readonly string[];
}

/** Schemes that no pattern can open: they carry code in, or lead to the runtime's own powers. */
const CLOSED_SCHEMES = ["node:", "data:", "blob:", "ext:"];

/**
 * What is imported in the place of a specifier: a package by its name is the one with the version that is on the list.
 *
 * @param specifier What is to be imported.
 * @param list What may be.
 * @returns The specifier to import; nothing if it may not be.
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
 * Whether a pattern is meant for a specifier.
 *
 * @param specifier What is to be imported.
 * @param pattern The very specifier, or a prefix that ends in `/` or `*`.
 */
export function matchesImport(specifier: string, pattern: string): boolean {
  if (pattern.endsWith("*")) return specifier.startsWith(pattern.slice(0, -1));
  return specifier === pattern || pattern.endsWith("/") && specifier.startsWith(pattern);
}

/** `npm:a@1.0.0`, `npm:a` and `a` mean the package `npm:a@1.0.0`, and so with something of it behind a slash. */
function inPackage(specifier: string, pinned: string): string | undefined {
  const withScheme = pinned.slice(0, pinned.lastIndexOf("@"));
  const names = [pinned, withScheme, withScheme.slice("npm:".length)];
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (specifier === name) return pinned;
    if (!specifier.startsWith(`${name}/`)) continue;
    const path = specifier.slice(name.length);
    // Nothing that leads out of the package.
    return path.includes("..") || path.includes("\\") || path.includes("%")
      ? undefined
      : pinned + path;
  }
  return undefined;
}
