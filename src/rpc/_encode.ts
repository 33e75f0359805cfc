/** The writing half of the value codec; see codec.ts. */

import {
  AggregateError,
  Array,
  ArrayBuffer,
  BigInt,
  Boolean,
  DataView,
  Date,
  Error,
  JSON,
  Map,
  Number,
  Object,
  RangeError,
  Reflect,
  RegExp,
  Set,
  String,
  TypeError,
  URL,
} from "./builtins.ts";
import { BufferUses } from "./_buffer_uses.ts";
import { hasExtraKeys, isPlainNumber, MAX_DEPTH } from "./_plain.ts";

// Captured, because cells run in the realm of the kernel and may replace them.
const { getPrototypeOf, keys, hasOwn } = Object;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const { apply } = Reflect;
const toStringTag = Object.prototype.toString;
const objectPrototype = Object.prototype;
const mapHas = Map.prototype.has;
const setHas = Set.prototype.has;
const mapForEach = Map.prototype.forEach;
const setForEach = Set.prototype.forEach;
const bigintToString = BigInt.prototype.toString;
const dateGetTime = Date.prototype.getTime;

/** How a tree is made. */
export interface TreeOptions {
  /** What becomes of class instances. */
  readonly instances: "refuse" | "data";
  /** The value's name in errors. */
  readonly name: string;
}

/**
 * Encodes any value as a tree with tags. Objects are numbered in the order in which they are reached; one that is
 * reached again is written as its number.
 *
 * @param value Any value.
 * @param options How to treat class instances.
 * @throws {TypeError} If something in it cannot be encoded.
 * @throws {RangeError} If it is nested too deep.
 */
export function encodeTree(
  value: unknown,
  options: TreeOptions,
): { tree: unknown; attachments: Uint8Array[] } {
  const encoder = new TreeEncoder(options);
  const tree = encoder.encode(value);
  return { tree, attachments: encoder.buffers.attachments() };
}

type Tagged = { $: unknown[] };

class TreeEncoder {
  readonly #options: TreeOptions;
  readonly #numbers = new Map<object, number>();
  readonly buffers: BufferUses = new BufferUses();
  readonly #path: (string | number)[] = [];

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  encode(value: unknown): unknown {
    switch (typeof value) {
      case "string":
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
      default:
        throw this.#refusal(
          typeof value === "function" ? "a function inside a value" : `a ${typeof value}`,
        );
    }
  }

  #object(value: object): unknown {
    const number = this.#numbers.get(value);
    if (number !== undefined) return tag("ref", number);
    if (this.#path.length >= MAX_DEPTH) {
      throw new RangeError(
        `Cannot encode ${this.#options.name}: it is nested more than ${MAX_DEPTH} levels deep`,
      );
    }
    this.#numbers.set(value, this.#numbers.size);
    if (isArray(value)) return this.#array(value);
    const prototype = getPrototypeOf(value);
    if (prototype === objectPrototype || prototype === null) return this.#record(value);
    return this.#builtin(value) ?? this.#instance(value);
  }

  #array(array: unknown[]): unknown {
    const extra = hasExtraKeys(array);
    const items: unknown[] = [];
    let dense = !extra;
    for (let i = 0; dense && i < array.length; i++) {
      if (array[i] === undefined && !hasOwn(array, i)) dense = false;
      else items[i] = this.#child(i, array[i]);
    }
    if (dense) return items;
    // Children that were encoded before the hole must not be numbered twice, so `items` is kept and continued.
    const entries: [string, unknown][] = [];
    const names = keys(array);
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      const encoded = i < items.length ? items[i] : this.#child(name, array[name as never]);
      entries[i] = [name, encoded];
    }
    return tag("array", array.length, entries);
  }

  #record(value: object): unknown {
    const record = value as Record<string, unknown>;
    const node: Record<string, unknown> = {};
    const names = keys(record);
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      const child = this.#child(name, record[name]);
      if (name === "__proto__") {
        Object.defineProperty(node, name, { value: child, enumerable: true });
      } else node[name] = child;
    }
    return hasOwn(node, "$") ? tag("object", node) : node;
  }

  /** Built-ins are told by calling a method that only works on the real thing, so nothing can pass for one. */
  #builtin(value: object): Tagged | undefined {
    if (isView(value)) return this.#view(value);
    if (value instanceof Error) return this.#error(value);
    try {
      if (value instanceof URL) return tag("url", value.href);
      if (value instanceof Date) {
        const time = apply(dateGetTime, value, []);
        return tag("date", time === time ? time : null);
      }
      if (value instanceof RegExp) return tag("regexp", value.source, value.flags);
      if (value instanceof Boolean || value instanceof Number || value instanceof String) {
        return tag("box", this.encode(value.valueOf()));
      }
      if (value instanceof BigInt) return tag("box", this.encode(value.valueOf()));
      if (value instanceof Map) apply(mapHas, value, []);
      else if (value instanceof Set) apply(setHas, value, []);
      else if (value instanceof ArrayBuffer) void value.byteLength;
    } catch (cause) {
      throw this.#refusal("not what its prototype says", { cause });
    }
    if (value instanceof Map) return this.#map(value);
    if (value instanceof Set) return this.#set(value);
    if (value instanceof ArrayBuffer) return this.#buffer(value);
    return undefined;
  }

  #map(map: Map<unknown, unknown>): Tagged {
    const entries: unknown[] = [];
    const pairs: unknown[] = [];
    apply(mapForEach, map, [(item: unknown, key: unknown) => {
      pairs[pairs.length] = key;
      pairs[pairs.length] = item;
    }]);
    for (let i = 0; i < pairs.length; i++) {
      entries[i] = this.#child(i % 2 === 0 ? `key ${i / 2}` : `value ${(i - 1) / 2}`, pairs[i]);
    }
    return tag("map", entries);
  }

  #set(set: Set<unknown>): Tagged {
    const items: unknown[] = [];
    apply(setForEach, set, [(item: unknown) => {
      items[items.length] = item;
    }]);
    const nodes: unknown[] = [];
    for (let i = 0; i < items.length; i++) nodes[i] = this.#child(`item ${i}`, items[i]);
    return tag("set", nodes);
  }

  #error(error: Error): Tagged {
    const own: Record<string, unknown> = {};
    for (const name of keys(error)) {
      if (name !== "stack") own[name] = this.#child(name, error[name as never]);
    }
    if (hasOwn(error, "cause")) own.cause = this.#child("cause", error.cause);
    if (error instanceof AggregateError) own.errors = this.#child("errors", error.errors);
    return tag("error", `${error.name}`, `${error.message}`, own);
  }

  #buffer(buffer: ArrayBuffer): Tagged {
    if (buffer.detached) throw this.#refusal("a detached ArrayBuffer");
    return tag("buffer", this.buffers.expose(buffer));
  }

  #view(view: ArrayBufferView): Tagged {
    const { buffer, byteOffset, byteLength } = view;
    if (!(buffer instanceof ArrayBuffer)) throw this.#refusal("a view of shared memory");
    if (buffer.detached) throw this.#refusal("a view of a detached ArrayBuffer");
    const type = apply(toStringTag, view, []).slice(8, -1);
    const length = view instanceof DataView
      ? byteLength
      : (view as ArrayBufferView & { length: number }).length;
    const node = tag("view", type, this.buffers.indexOf(buffer), byteOffset, length);
    this.buffers.addView(buffer, { start: byteOffset, end: byteOffset + byteLength, node: node.$ });
    return node;
  }

  #instance(value: object): unknown {
    const kind = apply(toStringTag, value, []).slice(8, -1);
    if (UNCLONABLE.has(kind)) throw this.#refusal(`a ${kind}`);
    if (this.#options.instances === "data") {
      // Web and language objects (Headers, Temporal, iterators) keep their data where nobody can copy it.
      if (kind !== "Object" && keys(value).length === 0) {
        throw this.#refusal(`a ${kind}, whose data cannot be copied`);
      }
      return this.#record(value);
    }
    const name = className(value);
    throw this.#refusal(`an instance of ${name}, which is no plain data`);
  }

  #child(key: string | number, value: unknown): unknown {
    const path = this.#path;
    path[path.length] = key;
    const node = this.encode(value);
    path.length--;
    return node;
  }

  #refusal(what: string, options?: ErrorOptions): TypeError {
    let path = this.#options.name;
    for (const key of this.#path) {
      path += typeof key === "number" || !/^[A-Za-z_$][\w$]*$/.test(key)
        ? `[${typeof key === "number" ? key : JSON.stringify(key)}]`
        : `.${key}`;
    }
    return new TypeError(`Cannot encode ${path}: it is ${what}`, options);
  }
}

/** Built-ins that have no data to copy. */
const UNCLONABLE: ReadonlySet<string> = new Set([
  "Promise",
  "WeakMap",
  "WeakSet",
  "WeakRef",
  "FinalizationRegistry",
  "Generator",
  "AsyncGenerator",
  "SharedArrayBuffer",
  "Symbol",
]);

function tag(name: string, ...rest: unknown[]): Tagged {
  return { $: [name, ...rest] };
}

function className(value: object): string {
  const { constructor } = value;
  return typeof constructor === "function" && constructor.name !== ""
    ? constructor.name
    : "an unnamed class";
}
