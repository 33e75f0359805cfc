/**
 * Built-ins that the kernel stands on and that cannot be fixed, since V8 would leave its fast paths for good: arrays, regular
 * expressions, iterators, and what every object inherits. Cells can replace them; the kernel puts them back before it goes on.
 *
 * @module
 */

import {
  Array,
  Error,
  Map,
  Object,
  Reflect,
  RegExp,
  Set,
  String,
  Symbol,
} from "../../rpc/builtins.ts";

const { defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } =
  Reflect;
const { hasOwn } = Object;
const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;

/** A property as it was. */
interface Slot {
  readonly target: object;
  readonly key: PropertyKey;
  readonly property: PropertyDescriptor;
  readonly name: string;
}

/** The objects, by how their members are called. */
const WATCHED: readonly (readonly [name: string, target: object])[] = [
  ["Object.prototype", objectPrototype],
  ["Array.prototype", arrayPrototype],
  ["RegExp.prototype", RegExp.prototype],
  ["the iterator of arrays", getPrototypeOf([][Symbol.iterator]())!],
  ["the iterator of maps", getPrototypeOf(new Map().entries())!],
  ["the iterator of sets", getPrototypeOf(new Set().values())!],
  ["the iterator of strings", getPrototypeOf(""[Symbol.iterator]())!],
  ["the iterator of matches", getPrototypeOf("".matchAll(/x/g))!],
  ["Error.prototype", Error.prototype],
  // Their methods are fixed, but for those that have a symbol.
  ["Map.prototype", Map.prototype],
  ["Set.prototype", Set.prototype],
  ["String.prototype", String.prototype],
];

/** Names of what was replaced that are told. */
const MAX_NAMES = 20;

/** Longer than that of any built-in. */
const MAX_NAME_CHARS = 80;

/** Remembers the built-ins, and puts them back. */
export class Originals {
  readonly #slots: Slot[] = [];
  readonly #inherited: ReadonlySet<PropertyKey> = new Set(ownKeys(objectPrototype));
  /** What lists and maps are iterated with. */
  readonly #iteration: readonly Slot[];
  readonly #onLost: (name: string) => void;
  #replaced: string[] = [];

  /**
   * To be made before the first cell.
   *
   * @param onLost Called with the name of what was replaced for good. The kernel cannot go on then.
   */
  constructor(onLost: (name: string) => void) {
    this.#onLost = onLost;
    for (const [name, target] of WATCHED) {
      for (const key of ownKeys(target)) {
        const property = getOwnPropertyDescriptor(target, key)!;
        if (!property.configurable && property.writable !== true) continue;
        this.#slots[this.#slots.length] = { target, key, property, name: memberName(name, key) };
      }
    }
    this.#iteration = this.#slots.filter(({ key }) => key === Symbol.iterator || key === "next");
  }

  /** Puts back what was replaced, and takes away what every object would inherit. */
  restore(): void {
    // First of all: descriptors inherit it as well.
    const keys = ownKeys(objectPrototype);
    for (let i = 0; i < keys.length; i++) {
      if (!this.#inherited.has(keys[i]!)) this.#remove(objectPrototype, keys[i]!);
    }
    for (let i = 0; i < FOREIGN.length; i++) {
      if (hasOwn(arrayPrototype, FOREIGN[i]!)) this.#remove(arrayPrototype, FOREIGN[i]!);
    }
    const slots = this.#slots;
    for (let i = 0; i < slots.length; i++) {
      const { target, key, property, name } = slots[i]!;
      const now = getOwnPropertyDescriptor(target, key);
      if (now !== undefined && now.value === property.value && now.get === property.get) continue;
      if (!defineProperty(target, key, property)) this.#onLost(name);
      this.#note(name);
    }
  }

  /** As {@linkcode Originals.restore}, if that is touched which messages are read and written with: costs next to nothing. */
  restoreForMessages(): void {
    let touched = hasOwn(objectPrototype, "toJSON") || hasOwn(arrayPrototype, "toJSON");
    for (let i = 0; i < this.#iteration.length; i++) {
      const { target, key, property } = this.#iteration[i]!;
      touched ||= getOwnPropertyDescriptor(target, key)?.value !== property.value;
    }
    if (touched) this.restore();
  }

  #remove(target: object, key: PropertyKey): void {
    const holder = target === arrayPrototype ? "Array.prototype" : "Object.prototype";
    const name = memberName(holder, key);
    if (!deleteProperty(target, key)) this.#onLost(name);
    this.#note(name);
  }

  /** Cells choose the names, and between two cells nobody takes them. */
  #note(name: string): void {
    const names = this.#replaced;
    if (names.length < MAX_NAMES && !names.includes(name)) {
      names[names.length] = name.slice(0, MAX_NAME_CHARS);
    }
  }

  /** The names of what was replaced since this was asked last. */
  take(): string[] {
    const names = this.#replaced;
    if (names.length > 0) this.#replaced = [];
    return names;
  }
}

/** What arrays must not inherit; other additions are methods that somebody wants. */
const FOREIGN: readonly string[] = ["toJSON", "0", "then", "get", "set"];

function memberName(holder: string, key: PropertyKey): string {
  return typeof key === "symbol" ? `${holder}[${key.description}]` : `${holder}.${key}`;
}
