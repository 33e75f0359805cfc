/**
 * The names of a snapshot whose values JSON can write as they are.
 *
 * @module
 */

import { Map, Object, RangeError, Set } from "../../rpc/builtins.ts";
import { isProxy } from "node:util/types";
import { isPlainJson } from "../../rpc/values/plain_json.ts";
import type { Intrinsics } from "./intrinsics.ts";
import { isOrdinary } from "./property_shape.ts";

/** Approximate memory of an object in bytes. */
const OBJECT_COST = 48;

const { getPrototypeOf } = Object;

/** Finds the values that are plain data and share nothing with others. */
export class PlainNames {
  /** The first value that an object was met in, by index. */
  readonly #owners = new Map<object, number>();
  readonly #plain = new Set<number>();
  readonly #shared = new Set<number>();
  readonly #intrinsics: Intrinsics;
  readonly #maxCost: number;
  /** Approximate memory of all plain values in bytes. */
  cost = 0;

  /**
   * @param intrinsics Built-ins, which are no data.
   * @param maxCost Maximum memory of all plain values in bytes.
   */
  constructor(intrinsics: Intrinsics, maxCost: number) {
    this.#intrinsics = intrinsics;
    this.#maxCost = maxCost;
  }

  /**
   * Examines a value.
   *
   * @param index Its index.
   * @param value The value.
   */
  check(index: number, value: unknown): void {
    let cost = 0;
    const spend = (length: number) => {
      cost += length;
      // Whether it is plain does not matter any more; the tree finds that it is too large.
      if (this.cost + cost > this.#maxCost) throw new RangeError("too large");
    };
    const isNew = (object: object) => {
      spend(OBJECT_COST);
      const owner = this.#owners.get(object);
      if (owner !== undefined) {
        this.#shared.add(owner);
        return false;
      }
      this.#owners.set(object, index);
      return this.#intrinsics.pathOf(object) === undefined && getPrototypeOf(object) !== null &&
        !isProxy(object) && isOrdinary(object);
    };
    try {
      if (!isPlainJson(value, { isNew, spend })) return;
    } catch {
      // A getter or a proxy: the tree says which.
      return;
    }
    this.#plain.add(index);
    this.cost += cost;
  }

  /** Returns whether a value is plain data that shares nothing with others. */
  has(index: number): boolean {
    return this.#plain.has(index) && !this.#shared.has(index);
  }

  /** Records that an object is part of another value as well. Returns whether it was thought to be part of one only. */
  share(object: object): boolean {
    const owner = this.#owners.get(object);
    if (owner === undefined || !this.has(owner)) return false;
    this.#shared.add(owner);
    return true;
  }

  /** Lets no value be plain data any more. Returns whether there was one. */
  clear(): boolean {
    const { size } = this.#plain;
    this.#plain.clear();
    return size > 0;
  }
}
