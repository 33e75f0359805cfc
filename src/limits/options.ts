/**
 * Checks on bags of options: `deno run` checks no types, so a misspelt option would be ignored in silence.
 *
 * @module
 */

import { nearNames } from "../text/near_names.ts";

/** The names of all fields of a type of options; the compiler refuses a missing or a surplus one. */
export type OptionNames<T> = Readonly<Record<keyof Required<T>, true>>;

/**
 * Refuses options with unknown names.
 *
 * @param options The options as they were given.
 * @param expected The known names, and what is attempted with the options, for the message: `make an agent`.
 * @throws {TypeError} If `options` is not an object, or has a name that is not known; the message suggests the nearest one.
 */
export function checkOptions<T extends object>(
  options: T,
  { names, task }: { readonly names: OptionNames<T>; readonly task: string },
): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot ${task}: the options are ${String(options)} and not an object`);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const [near] = nearNames(name, Object.keys(names));
    const advice = near === undefined
      ? `the options are ${Object.keys(names).join(", ")}`
      : `did you mean ${JSON.stringify(near)}?`;
    throw new TypeError(`Cannot ${task}: there is no option ${JSON.stringify(name)}; ${advice}`);
  }
}
