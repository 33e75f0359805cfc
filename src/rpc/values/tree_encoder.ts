/**
 * The writing half of the value codec; see codec.ts.
 *
 * @module
 */

import { isClonable, UNCLONABLE } from "./kinds.ts";
import { Array, BigInt, Map, Number, Object, RangeError, Reflect, TypeError } from "../builtins.ts";
import { Budget } from "./budget/budget.ts";
import { hiddenMethodReason, hidesMethod } from "./_hidden_methods.ts";
import type { BlobContents } from "./blobs.ts";
import { BuiltinWriter } from "./_builtin_writer.ts";
import { hasExtraKeys, isLargeText, isPlainNumber, MAX_DEPTH } from "./plain_json.ts";
import { tag, type TreeExtension, type TreeWriter } from "./tree.ts";
import { hasMatch } from "../patterns.ts";

// Captured, because cells run in the realm of the kernel and may replace them.
const { getPrototypeOf, keys, hasOwn } = Object;
const { isArray } = Array;
const { apply } = Reflect;
const toStringTag = Object.prototype.toString;
const objectPrototype = Object.prototype;
const bigintToString = BigInt.prototype.toString;

/** Options for writing trees. */
export interface TreeOptions {
  /** How to write class instances. */
  readonly instances: "refuse" | "data";
  /** Writes functions and other values that it knows. @default none: functions are refused */
  readonly extension?: TreeExtension;
  /**
   * Whether the value crosses to the other side of a connection. It has a budget then, and no function in it may hide a
   * built-in method. @default false
   */
  readonly crosses?: boolean;
  /** Whether large strings are moved as bytes. @default false */
  readonly movesText?: boolean;
  /** The contents of Blobs. @default none: Blobs are refused */
  readonly blobs?: BlobContents | undefined;
  /** Approximate maximum memory of all trees together, in bytes. @default `Infinity` */
  readonly maxCost?: number;
}

/** Approximate memory of a node in bytes, without the characters of strings. */
const NODE_COST = 16;

/** A tree that has objects. */
interface WrittenTree {
  readonly name: string;
  /** The number of its first object. */
  readonly first: number;
}

/**
 * Encodes values as trees with tags. Numbers objects in the order in which it reaches them; one that it reaches again
 * is written as its number within its tree, with the name of the tree if that is an earlier one. So a tree depends on
 * its value, and on the trees that it shares objects with, but not on other trees.
 */
export class TreeEncoder implements TreeWriter {
  readonly #options: TreeOptions;
  readonly #numbers = new Map<object, number>();
  /** The objects by number. */
  readonly #objects: object[] = [];
  readonly #trees: WrittenTree[] = [];
  /** The number of the first object of the present tree. */
  #first = 0;
  readonly #builtins: BuiltinWriter;
  readonly #path: (string | number)[] = [];
  readonly #maxCost: number;
  readonly #budget: Budget | undefined;
  #name = "value";
  #cost = 0;

  /** @param options How to write trees. */
  constructor(options: TreeOptions) {
    this.#options = options;
    this.#maxCost = options.maxCost ?? Infinity;
    this.#budget = options.crosses
      ? new Budget((reason) => new RangeError(`Cannot encode ${this.#name}: ${reason}`))
      : undefined;
    this.#builtins = new BuiltinWriter({
      child: (key, value) => this.child(key, value),
      checkFunction: (holder, name) => this.checkFunction(holder, name),
      primitive: (value) => this.#encode(value),
      spend: (cost) => this.#spend(cost),
      refusal: (what, options) => this.refusal(what, options),
      budget: this.#budget,
    }, options.blobs);
  }

  /** The attachments of the last tree: the index among all of them, for each index that stands in the tree. */
  get attachmentIndices(): number[] {
    return this.#builtins.buffers.indices;
  }

  /**
   * Encodes any value. A failed attempt leaves no trace.
   *
   * @param value Any value.
   * @param name Its name in errors and references, which no other tree of this encoder has.
   * @throws {TypeError} If something in it cannot be encoded.
   * @throws {RangeError} If it is nested too deep, or is too large.
   */
  encode(value: unknown, name: string): unknown {
    const first = this.#objects.length;
    const cost = this.#cost;
    const { buffers } = this.#builtins;
    buffers.begin();
    this.#first = first;
    this.#name = name;
    this.#path.length = 0;
    try {
      const node = this.#encode(value);
      if (this.#objects.length > first) this.#trees[this.#trees.length] = { name, first };
      return node;
    } catch (error) {
      for (let i = first; i < this.#objects.length; i++) this.#numbers.delete(this.#objects[i]!);
      this.#objects.length = first;
      buffers.forget();
      this.#cost = cost;
      throw error;
    }
  }

  /** Returns the bytes of all trees. To be called when the last tree is written: only then are the trees complete. */
  attachments(): Uint8Array[] {
    return this.#builtins.buffers.attachments();
  }

  child(key: string | number, value: unknown): unknown {
    const path = this.#path;
    path[path.length] = key;
    const node = this.#encode(value);
    path.length--;
    return node;
  }

  /** Checks the name of a property that is a function. */
  checkFunction(holder: object, name: string): void {
    if (this.#budget === undefined || !hidesMethod(holder, name)) return;
    this.#path[this.#path.length] = name;
    throw this.refusal(hiddenMethodReason(holder, name));
  }

  base(value: object): unknown {
    if (isArray(value)) return this.#array(value);
    return this.#builtins.encode(value) ?? this.#record(value);
  }

  isBuiltin(value: object): boolean {
    return isClonable(value);
  }

  refusal(what: string, options?: ErrorOptions): TypeError {
    let path = this.#name;
    for (let i = 0; i < this.#path.length; i++) {
      const key = this.#path[i]!;
      path += typeof key === "number" || !hasMatch(/^[A-Za-z_$][\w$]*$/, key)
        ? `[${typeof key === "number" ? key : JSON.stringify(key)}]`
        : `.${key}`;
    }
    return new TypeError(`Cannot encode ${path}: it is ${what}`, options);
  }

  #encode(value: unknown): unknown {
    this.#spend(NODE_COST);
    switch (typeof value) {
      case "string":
        this.#spend(value.length);
        return this.#options.movesText && isLargeText(value) ? this.#builtins.text(value) : value;
      case "boolean":
        return value;
      case "number":
        return isPlainNumber(value) ? value : tag("number", value === 0 ? "-0" : `${value}`);
      case "undefined":
        return tag("undefined");
      case "bigint":
        // Hexadecimal digits take linear time, decimal ones do not.
        return tag("bigint", apply(bigintToString, value, [16]));
      case "object":
        return value === null ? null : this.#object(value);
      case "function":
        return this.#object(value);
      default:
        throw this.refusal(`a ${typeof value}`);
    }
  }

  #spend(cost: number): void {
    this.#cost += cost;
    if (this.#cost > this.#maxCost) {
      throw new RangeError(`Cannot encode ${this.#name}: it is too large`);
    }
  }

  #object(value: object): unknown {
    const number = this.#numbers.get(value);
    if (number !== undefined) {
      if (number >= this.#first) return tag("ref", number - this.#first);
      if (this.#options.extension?.isWrittenAgain?.(value) !== true) return this.#elsewhere(number);
    }
    if (this.#path.length >= MAX_DEPTH) {
      throw new RangeError(
        `Cannot encode ${this.#name}: it is nested more than ${MAX_DEPTH} levels deep`,
      );
    }
    this.#numbers.set(value, this.#objects.length);
    this.#objects[this.#objects.length] = value;
    const extended = this.#options.extension?.encode(value, this);
    if (extended !== undefined) {
      this.#budget?.add(extended.$[0]);
      return extended;
    }
    if (typeof value === "function") throw this.refusal("a function inside a value");
    if (isArray(value)) return this.#array(value);
    const prototype = getPrototypeOf(value);
    if (prototype === objectPrototype || prototype === null) return this.#record(value);
    return this.#builtins.encode(value) ?? this.#instance(value);
  }

  /** Writes a reference to an object of an earlier tree. */
  #elsewhere(number: number): unknown {
    let low = 0;
    let high = this.#trees.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#trees[middle]!.first <= number) low = middle;
      else high = middle - 1;
    }
    const { first, name } = this.#trees[low]!;
    return tag("ref", number - first, name);
  }

  #array(array: unknown[]): unknown {
    const extra = hasExtraKeys(array);
    const items: unknown[] = [];
    let dense = !extra;
    for (let i = 0; dense && i < array.length; i++) {
      if (array[i] === undefined && !hasOwn(array, i)) dense = false;
      else items[i] = this.child(i, array[i]);
    }
    if (dense) return items;
    // Children encoded before the hole must not be numbered twice, so `items` is kept and continued.
    const entries: [string, unknown][] = [];
    for (let i = 0; i < items.length; i++) entries[i] = [`${i}`, items[i]];
    const names = keys(array);
    this.#budget?.array(array.length, names.length);
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      const index = Number(name);
      if (index < items.length && `${index}` === name && index in items) continue;
      const item: unknown = array[name as never];
      if (typeof item === "function") this.checkFunction(array, name);
      entries[entries.length] = [name, this.child(name, item)];
    }
    return tag("array", array.length, entries);
  }

  #record(value: object): unknown {
    const record = value as Record<string, unknown>;
    const node: Record<string, unknown> = {};
    const names = keys(record);
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      this.#spend(name.length);
      const item = record[name];
      if (typeof item === "function") this.checkFunction(record, name);
      const child = this.child(name, item);
      if (name === "__proto__") {
        Object.defineProperty(node, name, { value: child, enumerable: true });
      } else node[name] = child;
    }
    return hasOwn(node, "$") ? tag("object", node) : node;
  }

  #instance(value: object): unknown {
    const kind = apply(toStringTag, value, []).slice(8, -1);
    if (UNCLONABLE.has(kind)) {
      throw this.refusal(`${hasMatch(/^[AEIOU]/, kind) ? "an" : "a"} ${kind}`);
    }
    if (this.#options.instances === "data") {
      // Web and language objects (Headers, Temporal, iterators) keep their data where it cannot be copied.
      if (kind !== "Object" && keys(value).length === 0) {
        throw this.refusal(`a ${kind}, whose data cannot be copied`);
      }
      return this.#record(value);
    }
    const name = className(value);
    throw this.refusal(`an instance of ${name}, which is no plain data`);
  }
}

function className(value: object): string {
  const { constructor } = value;
  return typeof constructor === "function" && constructor.name !== ""
    ? constructor.name
    : "an unnamed class";
}
