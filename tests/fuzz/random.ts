/** Reproducible random choices. */

/** Numbers from a seed: mulberry32, by Tommy Ettinger. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Returns a whole number from 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  /** Returns one element of a list. */
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Returns true in one of `cases` cases. */
  oneIn(cases: number): boolean {
    return this.below(cases) === 0;
  }
}
