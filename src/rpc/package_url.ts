/**
 * The place of this package.
 *
 * @module
 */

/** The folder of the modules. The kernel is one file in a folder beside this one, and finds the same. */
export const PACKAGE_URL: string = new URL("../", import.meta.url).href;
