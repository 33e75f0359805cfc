/**
 * Names that were probably meant.
 *
 * @module
 */

// Captured, because the kernel uses them too, and cells may have others.
const { max, min } = Math;
const { from } = Array;

/** Longer names are not compared: the comparison takes the product of both lengths. */
const MAX_COMPARED_CHARS = 64;

/** Candidates that are compared at most, so that a large namespace does not block the host. */
const MAX_CANDIDATES = 5_000;

/** Maximum number of names returned. */
const MAX_NEAR_NAMES = 5;

/**
 * Finds the names that resemble a name which does not exist.
 *
 * @param name The name that was written.
 * @param candidates The names that exist.
 * @returns At most five of them, the nearest first.
 *
 * @example A suggestion
 * ```ts ignore
 * nearNames("timeout", ["timeoutMs", "signal"]); // ["timeoutMs"]
 * ```
 */
export function nearNames(name: string, candidates: Iterable<string>): string[] {
  if (name.length > MAX_COMPARED_CHARS) return [];
  const near: { candidate: string; distance: number }[] = [];
  let compared = 0;
  for (const candidate of candidates) {
    if (compared++ === MAX_CANDIDATES) break;
    if (candidate.length > MAX_COMPARED_CHARS) continue;
    const bound = max(1, min(name.length, candidate.length) / 3);
    const distance = distanceOf(name, candidate);
    if (distance <= bound) near.push({ candidate, distance });
  }
  return near.sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_NEAR_NAMES)
    .map(({ candidate }) => candidate);
}

/**
 * Returns how different two names are without regard to case: the number of letters to insert, to delete, to replace or to
 * exchange with their neighbours (the "optimal string alignment" distance), and 1 where one contains the other whole (`user`
 * and `userList`).
 */
function distanceOf(a: string, b: string): number {
  const left = a.toLowerCase();
  const right = b.toLowerCase();
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  if (short.length >= 3 && long.includes(short)) return 1;
  let before: number[] = [];
  let row = from({ length: right.length + 1 }, (_, i) => i);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitution = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      const isExchange = i > 1 && j > 1 && left[i - 1] === right[j - 2] &&
        left[i - 2] === right[j - 1];
      const exchange = isExchange ? before[j - 2]! + 1 : substitution;
      next.push(min(substitution, exchange, row[j]! + 1, next[j - 1]! + 1));
    }
    before = row;
    row = next;
  }
  return row[right.length]!;
}
