/**
 * Keys of Maps and Sets that share their place in V8's hash tables. Adding computed keys takes
 * quadratic time: 30,000 numbers take a second. Hashes of strings up to 16,383 characters and of objects are random, all
 * others can be computed: here is how V8 does (`ComputeUnseededHash`, `ComputeLongHash` in `src/utils/utils.h`,
 * `OrderedHashTable` in `src/objects/ordered-hash-table.h`).
 */

import { ArrayBuffer, BigInt, Float64Array, Map, Math, Uint32Array } from "../../builtins.ts";

// Captured, because cells run in the realm of the kernel and may replace them.
const { asUintN } = BigInt;

/** So few keys collide in microseconds. */
const MIN_KEYS = 32;

/** A chain of honest keys may be this long: its mean is 2. */
const MAX_HONEST_CHAIN = 8;

/** The hash of a longer string is its length. */
const MAX_HASHED_CHARS = 16_383;

/** Characters that are compared in the time of a number. */
const CHARS_PER_COMPARISON = 40;

/** Counts the comparisons that the keys of one Map or Set take. */
export class Collisions {
  /** The number of keys in each bucket of the table; empty for a small one. */
  readonly #buckets: Uint32Array;
  #lengths: Map<number, number> | undefined;

  /** @param size The number of keys. */
  constructor(size: number) {
    // A table has half as many buckets as places, and a power of 2 of both.
    this.#buckets = new Uint32Array(size < MIN_KEYS ? 0 : 2 ** (Math.ceil(Math.log2(size)) - 1));
  }

  /** Adds a key, and returns how many comparisons beyond the usual ones that takes. */
  add(key: unknown): number {
    if (typeof key === "string") return this.#addText(key);
    if (this.#buckets.length === 0 || typeof key !== "number" && typeof key !== "bigint") {
      return 0;
    }
    const bucket = hashOf(key) & this.#buckets.length - 1;
    const length = this.#buckets[bucket]!;
    this.#buckets[bucket] = length + 1;
    return length > MAX_HONEST_CHAIN ? length : 0;
  }

  #addText({ length }: string): number {
    if (length <= MAX_HASHED_CHARS) return 0;
    const lengths = this.#lengths ??= new Map<number, number>();
    const count = lengths.get(length) ?? 0;
    lengths.set(length, count + 1);
    return count * length / CHARS_PER_COMPARISON;
  }
}

const bits = new ArrayBuffer(8);
const float = new Float64Array(bits);
const words = new Uint32Array(bits);

/** Returns the hash of a number. */
export function hashOf(key: number | bigint): number {
  return typeof key === "number" ? hashOfNumber(key) : hashOfBigInt(key);
}

function hashOfNumber(key: number): number {
  if (key === (key | 0)) return hashOfInteger(key);
  float[0] = key;
  return hashOfWords(words[0]!, words[1]!);
}

/** Its sign, and all but its lowest 64 bits, do not count. */
function hashOfBigInt(key: bigint): number {
  const digit = asUintN(64, key < 0n ? -key : key);
  return digit === 0n ? 0 : hashOfWords(Number(asUintN(32, digit)), Number(digit >> 32n));
}

function hashOfInteger(key: number): number {
  let hash = ~key + (key << 15);
  hash ^= hash >>> 12;
  hash += hash << 2;
  hash ^= hash >>> 4;
  hash = Math.imul(hash, 2_057);
  hash ^= hash >>> 16;
  return hash & 0x3fff_ffff;
}

/** Hashes 64 bits, which are computed as two words of 32. */
function hashOfWords(low: number, high: number): number {
  // hash = ~key + (key << 18)
  const shifted = low << 18 >>> 0;
  let sum = (~low >>> 0) + shifted;
  let h = (~high >>> 0) + ((high << 18 | low >>> 14) >>> 0) + carryOf(sum) | 0;
  let l = sum | 0;
  // hash ^= hash >>> 31
  l ^= l >>> 31 | h << 1;
  h ^= h >>> 31;
  // hash *= 21
  const product = (l >>> 0) * 21;
  h = Math.imul(h, 21) + Math.floor(product / 2 ** 32) | 0;
  l = product | 0;
  // hash ^= hash >>> 11
  l ^= l >>> 11 | h << 21;
  h ^= h >>> 11;
  // hash += hash << 6
  sum = (l >>> 0) + (l << 6 >>> 0);
  h = h + (h << 6 | l >>> 26) + carryOf(sum) | 0;
  l = sum | 0;
  // hash ^= hash >>> 22
  l ^= l >>> 22 | h << 10;
  return l & 0x3fff_ffff;
}

function carryOf(sum: number): number {
  return sum >= 2 ** 32 ? 1 : 0;
}
