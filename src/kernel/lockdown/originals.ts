/**
 * The few built-ins that cannot be fixed, since V8 would leave its fast paths for good; see lockdown.ts. Cells can replace
 * them. The kernel does not stand on them, and puts them back behind each cell, so that later cells find what they expect.
 *
 * @module
 */

import { Array, Map, Object, Reflect, RegExp, Set, String } from "../../rpc/builtins.ts";

const { defineProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;

/** A property as it was. */
interface Slot {
  readonly target: object;
  readonly key: PropertyKey;
  readonly property: PropertyDescriptor;
  readonly name: string;
}

/** The objects that have them, by the names of the objects. */
const WATCHED: readonly (readonly [name: string, target: object])[] = [
  ["Object.prototype", Object.prototype],
  ["RegExp.prototype", RegExp.prototype],
  ["Array.prototype", Array.prototype],
  ["Array", Array],
  ["Map.prototype", Map.prototype],
  ["Set.prototype", Set.prototype],
  ["String.prototype", String.prototype],
  ["Iterator.prototype", Iterator.prototype],
];

/** Names and values that functions have as well, and that nothing depends on. */
const FREE: ReadonlySet<PropertyKey> = new Set<PropertyKey>(["name", "length", "prototype"]);

/** Maximum number of names that are reported per cell. */
const MAX_NAMES = 20;

/** Listeners of {@linkcode Originals}. */
export interface OriginalsListeners {
  /** Receives the name of a built-in that cannot be put back. */
  readonly onLost: (name: string) => void;
  /** Puts back settings that cells may change for themselves. */
  readonly onBegin: () => void;
}

/** Remembers built-ins, and puts them back. */
export class Originals {
  readonly #slots: Slot[] = [];
  readonly #onLost: OriginalsListeners["onLost"];
  readonly #onBegin: OriginalsListeners["onBegin"];
  #replaced: string[] = [];

  /**
   * To be made when the other built-ins are fixed, and before the first cell.
   *
   * @param listeners Called with the name of one that cannot be put back, after which the kernel cannot go on; and before
   * each cell.
   */
  constructor({ onLost, onBegin }: OriginalsListeners) {
    this.#onLost = onLost;
    this.#onBegin = onBegin;
    for (let i = 0; i < WATCHED.length; i++) {
      const { 0: name, 1: target } = WATCHED[i]!;
      const keys = ownKeys(target);
      for (let k = 0; k < keys.length; k++) {
        const key = keys[k]!;
        const property = getOwnPropertyDescriptor(target, key)!;
        if (FREE.has(key) || !property.configurable && property.writable !== true) continue;
        this.#slots[this.#slots.length] = { target, key, property, name: memberName(name, key) };
      }
    }
  }

  /** Prepares the next cell: what cells may set for themselves is as it was. */
  begin(): void {
    this.#onBegin();
  }

  /** Puts back what was replaced. */
  restore(): void {
    const slots = this.#slots;
    for (let i = 0; i < slots.length; i++) {
      const { target, key, property, name } = slots[i]!;
      const now = getOwnPropertyDescriptor(target, key);
      if (now !== undefined && now.value === property.value && now.get === property.get) continue;
      if (!defineProperty(target, key, property)) this.#onLost(name);
      this.#note(name);
    }
  }

  /** Returns the names of what was put back since the last call. */
  take(): string[] {
    const names = this.#replaced;
    if (names.length > 0) this.#replaced = [];
    return names;
  }

  #note(name: string): void {
    const names = this.#replaced;
    if (names.length >= MAX_NAMES) return;
    for (let i = 0; i < names.length; i++) if (names[i] === name) return;
    names[names.length] = name;
  }
}

function memberName(holder: string, key: PropertyKey): string {
  return typeof key === "symbol" ? `${holder}[${key.description}]` : `${holder}.${key}`;
}
