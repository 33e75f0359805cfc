/** The part of the attacks that the gate tries. */

/** Most attacks need a process of their own, so that all of them together would be a third of the gate. */
const PARTS = 4;

/**
 * The part that is tried: another one each day, so that four days cover all. `ATTACKS=all` tries all of them, and
 * `ATTACKS=2` the part of a day that found something.
 */
export const PART: string = Deno.env.get("ATTACKS") ??
  `${Math.floor(Date.now() / 86_400_000) % PARTS}`;

if (PART !== "all" && !/^[0-3]$/.test(PART)) {
  throw new RangeError(`Cannot try ATTACKS=${PART}: it is "all", or a part from 0 to ${PARTS - 1}`);
}

/**
 * Returns whether an attack is in today's part.
 *
 * @param index Its number in the list.
 */
export function isInPartOfToday(index: number): boolean {
  return PART === "all" || index % PARTS === Number(PART);
}
