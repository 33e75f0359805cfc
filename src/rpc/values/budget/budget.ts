/**
 * The budget of one value that crosses between host and kernel. A few bytes of a message can ask for an object that is large or
 * slow to make, so that the size of a message bounds neither memory nor time. Both sides count alike: a value that the
 * reader would refuse is refused where it is written.
 */

import { Date, Map, RangeError } from "../../builtins.ts";
import { Collisions } from "./_collisions.ts";

// Captured, because cells run in the realm of the kernel and may replace them.
const { now: currentTime } = Date;

/** Maximum number of missing elements of a sparse array. Code that iterates such an array visits each of them. */
export const MAX_HOLES = 10_000;

/** Maximum number of missing elements of all sparse arrays of a value: milliseconds for code that visits all of them. */
const MAX_ALL_HOLES = 1_000_000;

/**
 * Maximum weight of the objects of a value that are no plain data. A weight of 1 is about 200 bytes and 1 µs, so
 * that a value takes at most some 100 MB and a second beyond its JSON.
 */
const MAX_WEIGHT = 500_000;

/** Weights of objects by their tag, relative to a small Map. What is missing weighs no more than plain data. */
const WEIGHTS: ReadonlyMap<unknown, number> = new Map([
  ["map", 1],
  ["set", 1],
  ["regexp", 1],
  ["url", 1],
  ["params", 2],
  ["headers", 5],
  ["buffer", 1],
  ["view", 1],
  ["error", 5],
  ["exception", 5],
  ["blob", 10],
  ["file", 10],
  // A reference is a proxy with its closures, and is registered for when it becomes garbage: 10,000 in one value.
  ["mine", 50],
]);

/**
 * Maximum number of comparisons of keys that share their hash, in all Maps and Sets of a value: some 50 ms. Honest keys take
 * none that count.
 */
const MAX_COMPARISONS = 5_000_000;

/**
 * Time for adding keys to Maps and Sets, beyond {@linkcode KEYS_PER_MS}, should V8 hash otherwise some day. Generous, so that
 * no honest value is refused on a busy machine.
 */
const MAX_SLOW_MS = 5_000;

/** The slowest rate of honest keys, a tenth of the usual one. */
const KEYS_PER_MS = 500;

/** Keys between two looks at the clock. */
const KEYS_PER_LOOK = 512;

/** Counts what the parts of a value cost. */
export class Budget {
  readonly #refuse: (reason: string) => Error;
  #weight = 0;
  #holes = 0;
  #comparisons = 0;
  #slowMs = 0;

  /** @param refuse Returns the error for a value that is refused for a reason, which is the end of a sentence. */
  constructor(refuse: (reason: string) => Error = refuseToDecode) {
    this.#refuse = refuse;
  }

  /**
   * Counts an object.
   *
   * @param tag The tag of its node.
   * @param count The number of such objects. @default 1
   */
  add(tag: unknown, count = 1): void {
    this.#weight += count * (WEIGHTS.get(tag) ?? 0);
    if (this.#weight > MAX_WEIGHT) {
      throw this.#refuse("it has too many objects that are no plain data, or references");
    }
  }

  /** Counts the missing elements of an array. */
  array(length: number, entries: number): void {
    const holes = length - entries;
    if (holes > MAX_HOLES) {
      throw this.#refuse(
        `it has an array of length ${length} with ${entries} entries, and no more than ` +
          `${MAX_HOLES} may be missing: use a Map`,
      );
    }
    this.#holes += holes > 0 ? holes : 0;
    if (this.#holes > MAX_ALL_HOLES) {
      throw this.#refuse(`its arrays lack more than ${MAX_ALL_HOLES} elements: use Maps`);
    }
  }

  /** Counts the comparisons that the keys of a Map or Set take. */
  keys(keys: readonly unknown[]): void {
    const collisions = new Collisions(keys.length);
    for (let i = 0; i < keys.length; i++) this.#comparisons += collisions.add(keys[i]);
    if (this.#comparisons > MAX_COMPARISONS) throw this.#collision();
  }

  /**
   * Adds keys to a Map or Set.
   *
   * @param keys The keys.
   * @param add Adds the key with an index.
   */
  fill(keys: readonly unknown[], add: (index: number) => void): void {
    this.keys(keys);
    let from = currentTime();
    for (let i = 0; i < keys.length; i++) {
      add(i);
      if (i % KEYS_PER_LOOK !== KEYS_PER_LOOK - 1) continue;
      const now = currentTime();
      const slow = now - from - KEYS_PER_LOOK / KEYS_PER_MS;
      from = now;
      if (slow > 0) this.#slowMs += slow;
      if (this.#slowMs > MAX_SLOW_MS) throw this.#collision();
    }
  }

  #collision(): Error {
    return this.#refuse(
      "the keys of its Maps or Sets have the same hash too often: use short strings",
    );
  }
}

function refuseToDecode(reason: string): Error {
  return new RangeError(`Cannot decode a value: ${reason}`);
}
