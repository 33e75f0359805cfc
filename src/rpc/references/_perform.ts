/** The uses of lent objects, as the other side asks for them. */

import { Reflect, TypeError } from "../builtins.ts";
import type { UseParams } from "../protocol.ts";
import { isObject } from "../values/kinds.ts";
import type { Lendings, Lent } from "./_lendings.ts";
import { LentIterator } from "./_lent_iterator.ts";
import { mayWrite, refuseWrite } from "./_write_access.ts";
import { resolvePath, writePath } from "./members.ts";

/** Options of {@linkcode performUse}. */
export interface PerformOptions {
  /** The lent object. */
  readonly lent: Lent;
  /** The objects that are lent, with their restrictions. */
  readonly lendings: Lendings;
  /** The name of the used member in errors. */
  readonly name: string;
  /** The arguments of a call; of a write, the value. */
  readonly args: readonly unknown[];
}

/**
 * Calls, reads, iterates or assigns to a member of a lent object.
 *
 * @param request The checked request.
 * @param options The object, and the arguments.
 * @throws {TypeError} If there is no such member, or it cannot be used in this way; otherwise what its code throws.
 */
export async function performUse(
  { how, path }: UseParams,
  { lent, lendings, name, args }: PerformOptions,
): Promise<unknown> {
  const reach = { name: lent.name, membersOf: (holder: object) => lendings.membersOf(holder) };
  if (how === "write") {
    if (!mayWrite(lendings.writableOf(lent.value), path)) throw refuseWrite(name);
    return await writePath(lent.value, path, { ...reach, value: args[0] });
  }
  const { holder, value } = await resolvePath(lent.value, path, reach);
  if (how === "read") return await value;
  if (how === "call") {
    if (typeof value === "function") return await Reflect.apply(value, holder, args as unknown[]);
    throw new TypeError(`Cannot call ${name}: it is no function`);
  }
  const iterated = await value;
  if (!isObject(iterated) || lendings.membersOf(iterated) === undefined) {
    return new LentIterator(iterated, name);
  }
  throw new TypeError(`Cannot iterate ${name}: only its members can be reached`);
}
