/** What one side lends: what the other side has stand-ins for, and how often each of them was sent. */

import { Map, Number, Set, WeakMap } from "../builtins.ts";

/** Something that the other side has a stand-in for. */
export interface Lent {
  /** The object or function. */
  readonly value: object;
  /** How it is called in errors and in the account of a cell. */
  readonly name: string;
  /** How often it was sent, less what was given back. */
  count: number;
}

/** What is lent, by number. */
export class Lendings {
  readonly #lent = new Map<unknown, Lent>();
  readonly #ids = new Map<object, number>();
  readonly #members = new WeakMap<object, Set<string>>();
  #nextId = 1;

  /** How much is lent. */
  get size(): number {
    return this.#lent.size;
  }

  /** What is lent by a number, which may be anything; nothing if it is none. */
  get(id: unknown): Lent | undefined {
    return this.#lent.get(id);
  }

  /**
   * Lends something once more.
   *
   * @param value The object or function.
   * @param name How it is called, if it is not lent yet.
   * @returns Its number.
   */
  add(value: object, name: string): number {
    let id = this.#ids.get(value);
    if (id === undefined) {
      id = this.#nextId++;
      this.#ids.set(value, id);
      this.#lent.set(id, { value, name, count: 0 });
    }
    this.#lent.get(id)!.count++;
    return id;
  }

  /**
   * Takes back what is no longer used. Does nothing if it was not lent so often: what is on its way is still wanted.
   *
   * @param id Its number.
   * @param count How often it had arrived. Both may be anything.
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

  /** Lets only some members of an object be reached, and those that were named for it before. */
  narrow(value: object, members: Iterable<string>): void {
    const named = this.#members.get(value) ?? new Set();
    for (const member of members) named.add(member);
    this.#members.set(value, named);
  }

  /** The members of an object that may be reached; nothing if there is no list of them. */
  membersOf(value: object): ReadonlySet<string> | undefined {
    return this.#members.get(value);
  }
}
