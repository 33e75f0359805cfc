/**
 * A runtime in words for a model that is not asked by this package.
 *
 * @module
 */

import type { RuntimeDescription } from "../runtime/runtime.ts";

/**
 * Returns the place where cells run, and the declarations of what they find there.
 *
 * @param description The description of the runtime.
 */
export function instructionsOf(
  { environment, types, functions, variables }: RuntimeDescription,
): string {
  const parts: [title: string, declarations: readonly string[]][] = [
    ["Types", types],
    ["Functions, which are awaited", functions],
    ["Variables, which exist already", variables],
  ];
  return [
    environment,
    ...parts.filter(([, list]) => list.length > 0).map(([title, list]) =>
      `${title}:\n\n${list.join("\n\n")}`
    ),
  ].filter((text) => text !== "").join("\n\n");
}
