/** The assignments to lent objects that are allowed. */

import { Array, TypeError } from "../builtins.ts";

/** The members to which the other side may assign: all that it can reach, or these. */
export type Writable = true | readonly string[];

/** Reads what the other side allows; it may have sent anything. */
export function toWritable(value: unknown): Writable | undefined {
  if (value === true) return true;
  return Array.isArray(value) && value.every((name) => typeof name === "string")
    ? value as string[]
    : undefined;
}

/**
 * Returns whether one side may assign to the member at the end of a path.
 *
 * @param writable What the other side allows.
 * @param path The members.
 */
export function mayWrite(
  writable: Writable | undefined,
  path: readonly (string | symbol)[],
): path is readonly string[] {
  if (writable === undefined) return false;
  for (let i = 0; i < path.length; i++) if (typeof path[i] !== "string") return false;
  return writable === true || writable.includes(path[0] as string);
}

/** Returns the error for a change that is none of the assignments that could be allowed. */
export function refuseChange(what: string): TypeError {
  return new TypeError(`Cannot change ${what}: ${ELSEWHERE}`);
}

/** Returns the error for an assignment that is not allowed. */
export function refuseWrite(what: string): TypeError {
  return new TypeError(
    `Cannot change ${what}: ${ELSEWHERE}. ` +
      "Assignments have to be allowed there: defineVariable(object, { writable: true })",
  );
}

const ELSEWHERE = "the object is on the other side, where its methods can change it";
