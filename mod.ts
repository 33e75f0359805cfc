/**
 * Placeholder for the public names of the package.
 *
 * @example Import the package
 * ```ts
 * import * as cave from "@cave/agent";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(Object.keys(cave), []);
 * ```
 *
 * @module
 */

export {};
