/**
 * The objects and functions that one side lends: the other side has stand-ins for them. Counts how often each was sent.
 */

import { Map, Number, RangeError, Set, WeakMap } from "../builtins.ts";
import type { Writable } from "./_write_access.ts";

/** A lent object or function. */
export interface Lent {
  /** The object or function. */
  readonly value: object;
  /** The name in errors and in the list of a cell's host calls. */
  readonly name: string;
  /** How often it was sent, minus how often it was given back. */
  count: number;
}

/** The lent objects and functions, by number. */
export class Lendings {
  readonly #lent = new Map<unknown, Lent>();
  readonly #ids = new Map<object, number>();
  readonly #members = new WeakMap<object, Set<string>>();
  readonly #writable = new WeakMap<object, Writable>();
  readonly #max: number;
  #nextId = 1;

  /** @param max Maximum number of lent objects and functions. */
  constructor(max = Infinity) {
    this.#max = max;
  }

  /** The number of lent objects and functions. */
  get size(): number {
    return this.#lent.size;
  }

  /** Returns the lent object with a number that the peer sent, or `undefined` if there is none. */
  get(id: unknown): Lent | undefined {
    return this.#lent.get(id);
  }

  /**
   * Lends an object or function, or counts one more sending of it.
   *
   * @param value The object or function.
   * @param name Its name, if it is not lent yet.
   * @returns Its number.
   * @throws {RangeError} If too many are lent already.
   */
  add(value: object, name: string): number {
    let id = this.#ids.get(value);
    if (id === undefined) {
      this.checkCount(this.#lent.size, name);
      id = this.#nextId++;
      this.#ids.set(value, id);
      this.#lent.set(id, { value, name, count: 0 });
    }
    this.#lent.get(id)!.count++;
    return id;
  }

  /**
   * Checks the number of references of one direction before one more is made.
   *
   * @param count The number so far.
   * @param name The name of the new one in the error.
   * @throws {RangeError} If there are too many.
   */
  checkCount(count: number, name: string): void {
    if (count < this.#max) return;
    throw new RangeError(
      `Cannot lend ${name}: ${count} functions and objects are lent already, which maxReferences limits`,
    );
  }

  /**
   * Takes back an object that is no longer used. It stays lent if it was sent more often than it had arrived: another
   * reference to it is on its way then. Ignores a count larger than was sent.
   *
   * @param id Its number.
   * @param count How often it had arrived. Both values come from the peer, and may be anything.
   */
  release(id: unknown, count: unknown): void {
    const lent = this.#lent.get(id);
    if (lent === undefined || !Number.isSafeInteger(count)) return;
    const times = count as number;
    if (times < 1 || times > lent.count) return;
    lent.count -= times;
    if (lent.count > 0) return;
    this.#lent.delete(id);
    this.#ids.delete(lent.value);
  }

  /** Restricts an object to these members, in addition to those of earlier calls. */
  narrow(value: object, members: Iterable<string>): void {
    const named = this.#members.get(value) ?? new Set();
    for (const member of members) named.add(member);
    this.#members.set(value, named);
  }

  /** Lets the other side assign to members of an object. */
  allowWrites(value: object, writable: Writable | undefined): void {
    if (writable === undefined) this.#writable.delete(value);
    else this.#writable.set(value, writable);
  }

  /** Returns the members of an object to which the other side may assign, or `undefined` if there are none. */
  writableOf(value: object): Writable | undefined {
    return this.#writable.get(value);
  }

  /** Returns the members to which an object is restricted, or `undefined` if it is not. */
  membersOf(value: object): ReadonlySet<string> | undefined {
    return this.#members.get(value);
  }
}
