/**
 * The check of packages that cells may import.
 *
 * @module
 */

const PINNED =
  /^npm:(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*@\d+\.\d+\.\d+(?:-[\da-zA-Z.-]+)?(?:\+[\da-zA-Z.-]+)?$/;

/**
 * Checks a list of packages.
 *
 * @param packages The packages, such as `npm:lodash-es@4.17.21`.
 * @throws {TypeError} If an entry is not an npm package with its exact version, or a package is listed in two versions.
 */
export function checkPackages(packages: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const one of packages) {
    if (typeof one !== "string" || !PINNED.test(one)) {
      throw new TypeError(
        `Cannot use the package ${JSON.stringify(one)}: ` +
          'it has to be one of npm with its exact version, such as "npm:lodash-es@4.17.21"',
      );
    }
    const name = one.slice(0, one.lastIndexOf("@"));
    if (names.has(name)) {
      throw new TypeError(
        `Cannot use the package ${JSON.stringify(one)}: the package is listed already`,
      );
    }
    names.add(name);
  }
  return [...packages];
}
