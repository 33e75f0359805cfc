/**
 * The reading half of the value codec; see codec.ts. Its input may come from a hostile peer.
 *
 * @module
 */

import {
  Array,
  Date,
  DOMException,
  type Error,
  JSON,
  Map,
  Object,
  RangeError,
  Set,
  TypeError,
  type Uint8Array,
  URL,
  URLSearchParams,
} from "../builtins.ts";
import { AttachmentReader } from "./_attachments.ts";
import { Budget } from "./budget/budget.ts";
import { hiddenMethodReason, hidesMethod } from "./_hidden_methods.ts";
import { makeBlob, makeFile } from "./blobs.ts";
import {
  bigint,
  fail,
  found,
  headers,
  hide,
  integer,
  malformed,
  number,
  NUMBERS,
  regexp,
  text,
  toError,
  VIEWS,
} from "./_node_parts.ts";
import { MAX_DEPTH } from "./plain_json.ts";
import type { TreeReader, TreeReaderExtension } from "./tree.ts";

/** Maximum length of a sparse array. An array may claim a length beyond its elements; this bounds the cost of a lie. */
const MAX_SPARSE_LENGTH = 2 ** 32 - 1;

/** Options of {@linkcode TreeDecoder}. */
export interface TreeDecoderOptions {
  /** Reads values that the codec does not know. @default none */
  readonly extension?: TreeReaderExtension;
  /** The list that receives the objects of the tree by their number. @default another one */
  readonly objects?: object[];
  /** The buffers of attachments that were read already. @default none */
  readonly buffers?: Map<Uint8Array, ArrayBuffer>;
  /**
   * Whether the value comes from the other side of a connection. It is read within a budget then, and no function in it
   * may hide a built-in method. @default false
   */
  readonly crosses?: boolean;
}

/** Reads trees with tags. */
export class TreeDecoder implements TreeReader {
  readonly #attachments: AttachmentReader;
  /** Objects by number, in the order in which the encoder reached them. */
  readonly #objects: object[];
  readonly #extension: TreeReaderExtension | undefined;
  readonly #budget: Budget | undefined;
  #next = 0;
  #depth = 0;

  /**
   * @param attachments The attachments of the message.
   * @param options The reader of other values, and the state shared with other trees.
   */
  constructor(attachments: readonly Uint8Array[], options: TreeDecoderOptions = {}) {
    this.#attachments = new AttachmentReader(attachments, options.buffers ?? new Map());
    this.#extension = options.extension;
    this.#objects = options.objects ?? [];
    this.#budget = options.crosses ? new Budget() : undefined;
  }

  /**
   * Reads a tree.
   *
   * @param node A node that `TreeEncoder` made.
   * @throws {TypeError} If the node is malformed.
   * @throws {RangeError} If a value from the other side exceeds its budget.
   */
  decode(node: unknown): unknown {
    if (typeof node !== "object" || node === null) return node;
    if (this.#budget !== undefined && this.#depth > MAX_DEPTH) {
      throw new RangeError(
        `Cannot decode a value: it is nested more than ${MAX_DEPTH} levels deep`,
      );
    }
    this.#depth++;
    const value = this.#object(node);
    this.#depth--;
    return value;
  }

  #object(node: object): unknown {
    if (Array.isArray(node)) return this.#array(node);
    if (Object.hasOwn(node, "$")) {
      const list = (node as { $: unknown }).$;
      if (!Array.isArray(list) || Object.keys(node).length > 1) throw malformed(node);
      return this.#tagged(list);
    }
    return this.#record(node as Record<string, unknown>);
  }

  #array(nodes: unknown[]): unknown[] {
    const array: unknown[] = this.number([]);
    for (let i = 0; i < nodes.length; i++) array[i] = this.decode(nodes[i]);
    return array;
  }

  #record(node: Record<string, unknown>): object {
    return this.assign(this.number({}), node);
  }

  number<T extends object>(value: T): T {
    this.#objects[this.#next++] = value;
    return value;
  }

  reserve(): (value: object) => void {
    const number = this.#next++;
    return (value) => {
      this.#objects[number] = value;
    };
  }

  assign<T extends object>(target: T, node: unknown): T {
    if (typeof node !== "object" || node === null || Array.isArray(node)) throw malformed(node);
    const record = node as Record<string, unknown>;
    const names = Object.keys(record);
    for (let i = 0; i < names.length; i++) this.#define(target, names[i]!, record[names[i]!]);
    return target;
  }

  #define(target: object, name: string, node: unknown): void {
    const value = this.decode(node);
    if (
      typeof value === "function" && this.#budget !== undefined && hidesMethod(target, name)
    ) {
      const reason = hiddenMethodReason(target, name);
      throw new TypeError(`Cannot decode a value: ${JSON.stringify(name)} is ${reason}`);
    }
    define(target, name, value);
  }

  #tagged(list: unknown[]): unknown {
    const { 0: tag, 1: first, 2: second, 3: third, 4: fourth } = list;
    this.#budget?.add(tag);
    switch (tag) {
      case "undefined":
        return undefined;
      case "number":
        return found(NUMBERS, first);
      case "bigint":
        return bigint(text(first));
      case "ref":
        return this.#reference(list);
      case "object":
        return this.#record(first as Record<string, unknown>);
      case "array":
        return this.#sparse(integer(first), second);
      case "date":
        return this.number(new Date(first === null ? NaN : number(first)));
      case "regexp":
        return this.number(regexp(text(first), text(second)));
      case "url":
        return this.number(new URL(text(first)));
      case "params":
        return this.number(new URLSearchParams(text(first)));
      case "headers":
        return this.number(headers(first, () => this.#budget?.add(tag)));
      case "box":
        return this.#box(first);
      case "map":
        return this.#map(first);
      case "set":
        return this.#set(first);
      case "error":
        return this.#error(toError(text(first), text(second)), text(first), third);
      case "exception":
        return this.#error(new DOMException(text(second), text(first)), text(first), third);
      case "buffer":
        return this.number(this.#attachments.buffer(first));
      case "text":
        return this.#attachments.text(first);
      case "blob":
        return this.number(makeBlob(this.#attachments.blob(first), text(second)));
      case "file":
        return this.number(
          makeFile(this.#attachments.blob(first), {
            type: text(second),
            name: text(third),
            lastModified: number(fourth),
          }),
        );
      case "view":
        return this.number(
          new (found(VIEWS, first))(
            this.#attachments.buffer(second),
            integer(third),
            integer(fourth),
          ),
        );
      default: {
        const extended = this.#extension?.decode(list, this);
        if (extended === undefined) throw malformed(list);
        return extended[0];
      }
    }
  }

  #reference(list: unknown[]): object {
    const { 1: first, 2: tree } = list;
    const number = integer(first);
    if (tree !== undefined) return this.#extension?.find(number, text(tree)) ?? fail(list);
    return this.#objects[number] ?? this.#extension?.find(number) ?? fail(list);
  }

  #sparse(length: number, entries: unknown): unknown[] {
    if (length > MAX_SPARSE_LENGTH || !Array.isArray(entries)) throw malformed(entries);
    this.#budget?.array(length, entries.length);
    const array: unknown[] = this.number([]);
    array.length = length;
    for (let i = 0; i < entries.length; i++) {
      const entry: unknown = entries[i];
      if (!Array.isArray(entry)) throw malformed(entry);
      this.#define(array, text(entry[0]), entry[1]);
    }
    if (array.length !== length) throw malformed(length);
    return array;
  }

  #box(node: unknown): object {
    // The wrapper object was numbered before its value, which is a primitive and has no number.
    const primitive = this.decode(node);
    if (typeof primitive === "object" || primitive === undefined) throw malformed(node);
    return this.number(Object(primitive) as object);
  }

  #map(nodes: unknown): Map<unknown, unknown> {
    if (!Array.isArray(nodes) || nodes.length % 2 !== 0) throw malformed(nodes);
    const map = this.number(new Map<unknown, unknown>());
    const keys: unknown[] = [];
    const values: unknown[] = [];
    for (let i = 0; i < nodes.length; i += 2) {
      keys[keys.length] = this.decode(nodes[i]);
      values[values.length] = this.decode(nodes[i + 1]);
    }
    this.#fill(keys, (i) => map.set(keys[i], values[i]));
    return map;
  }

  #set(nodes: unknown): Set<unknown> {
    if (!Array.isArray(nodes)) throw malformed(nodes);
    const set = this.number(new Set<unknown>());
    const items: unknown[] = [];
    for (let i = 0; i < nodes.length; i++) items[i] = this.decode(nodes[i]);
    this.#fill(items, (i) => set.add(items[i]));
    return set;
  }

  #fill(keys: readonly unknown[], add: (index: number) => void): void {
    if (this.#budget !== undefined) return this.#budget.fill(keys, add);
    for (let i = 0; i < keys.length; i++) add(i);
  }

  #error(error: Error, name: string, own: unknown): Error {
    this.number(error);
    if (error.name !== name) {
      Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
    }
    // `cause` and `errors` are not enumerable on an error that was constructed with them.
    this.assign(error, own);
    hide(error, "cause");
    hide(error, "errors");
    return error;
  }
}

/** Defines a property. An assignment to `__proto__` would change the prototype. */
function define(target: object, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(target, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  } else (target as Record<string, unknown>)[name] = value;
}
