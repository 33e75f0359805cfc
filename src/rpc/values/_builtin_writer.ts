/** Built-ins as nodes of a tree; see tree_encoder.ts. */

import {
  AggregateError,
  ArrayBuffer,
  BigInt,
  Boolean,
  DataView,
  Date,
  DOMException,
  Error,
  Map,
  Number,
  Object,
  Reflect,
  RegExp,
  Set,
  String,
  TextEncoder,
  URL,
  URLSearchParams,
} from "../builtins.ts";
import { type BlobContents, isBlob, isFile } from "./blobs.ts";
import type { Budget } from "./budget/budget.ts";
import { BufferUses } from "./_buffer_uses.ts";
import { headerEntries, isHeaders } from "./_headers.ts";
import { tag, type Tagged } from "./tree.ts";

// Captured, because cells run in the realm of the kernel and may replace them.
const { keys, hasOwn } = Object;
const { isView } = ArrayBuffer;
const { apply } = Reflect;
const toStringTag = Object.prototype.toString;
const mapHas = Map.prototype.has;
const setHas = Set.prototype.has;
const mapForEach = Map.prototype.forEach;
const setForEach = Set.prototype.forEach;
const paramsToString = URLSearchParams.prototype.toString;
const dateGetTime = Date.prototype.getTime;
const encoder = new TextEncoder();

/** The operations with which built-ins are written. */
export interface PartWriter {
  /** Writes a part. */
  child(key: string | number, value: unknown): unknown;
  /** Checks the name of a property that is a function. */
  checkFunction(holder: object, name: string): void;
  /** Counts what the other side has to make. @default nothing is counted */
  readonly budget: Budget | undefined;
  /** Writes a primitive. */
  primitive(value: unknown): unknown;
  /** Counts the approximate size of a part, in bytes. */
  spend(cost: number): void;
  /** Returns the error for a value that cannot be written. */
  refusal(what: string, options?: ErrorOptions): Error;
}

/** Writes built-ins, and collects their buffers. */
export class BuiltinWriter {
  readonly buffers: BufferUses = new BufferUses();
  readonly #writer: PartWriter;
  readonly #blobs: BlobContents | undefined;

  constructor(writer: PartWriter, blobs: BlobContents | undefined) {
    this.#writer = writer;
    this.#blobs = blobs;
  }

  /**
   * Encodes a built-in. Recognises it by a method that works on the genuine kind only, so that no other object can pass
   * for one.
   */
  encode(value: object): Tagged | undefined {
    const node = this.#encode(value);
    if (node !== undefined) this.#writer.budget?.add(node.$[0]);
    return node;
  }

  #encode(value: object): Tagged | undefined {
    if (isView(value)) return this.#view(value);
    if (isBlob(value)) return this.#blob(value);
    let headers: [string, string][] | undefined;
    try {
      if (value instanceof DOMException) void value.code;
      if (value instanceof URL) return tag("url", value.href);
      if (value instanceof URLSearchParams) return tag("params", apply(paramsToString, value, []));
      if (isHeaders(value)) headers = headerEntries(value);
      if (value instanceof Date) {
        const time = apply(dateGetTime, value, []);
        return tag("date", time === time ? time : null);
      }
      if (value instanceof RegExp) return tag("regexp", value.source, value.flags);
      if (value instanceof Boolean || value instanceof Number || value instanceof String) {
        return tag("box", this.#writer.primitive(value.valueOf()));
      }
      if (value instanceof BigInt) return tag("box", this.#writer.primitive(value.valueOf()));
      if (value instanceof Map) apply(mapHas, value, []);
      else if (value instanceof Set) apply(setHas, value, []);
      else if (value instanceof ArrayBuffer) void value.byteLength;
    } catch (cause) {
      throw this.#writer.refusal("not what its prototype says", { cause });
    }
    if (headers !== undefined) return this.#headers(headers);
    if (value instanceof Error) return this.#error(value);
    if (value instanceof Map) return this.#map(value);
    if (value instanceof Set) return this.#set(value);
    if (value instanceof ArrayBuffer) return this.#buffer(value);
    return undefined;
  }

  /** Writes a string as bytes. */
  text(text: string): Tagged {
    const bytes = encoder.encode(text);
    const isWhole = bytes.byteLength === bytes.buffer.byteLength;
    return tag("text", this.buffers.expose((isWhole ? bytes : bytes.slice()).buffer));
  }

  #blob(blob: Blob): Tagged {
    if (this.#blobs === undefined) {
      throw this.#writer.refusal("a Blob, whose contents have to be waited for");
    }
    const content = this.#blobs.get(blob);
    // The value is written again once the contents have been read.
    if (content === undefined) return tag("undefined");
    this.#writer.spend(content.byteLength);
    const index = this.buffers.expose(content);
    if (!isFile(blob)) return tag("blob", index, blob.type);
    return tag("file", index, blob.type, blob.name, blob.lastModified);
  }

  #map(map: Map<unknown, unknown>): Tagged {
    const keys: unknown[] = [];
    const items: unknown[] = [];
    apply(mapForEach, map, [(item: unknown, key: unknown) => {
      keys[keys.length] = key;
      items[items.length] = item;
    }]);
    this.#writer.budget?.keys(keys);
    const nodes: unknown[] = [];
    for (let i = 0; i < keys.length; i++) {
      nodes[2 * i] = this.#writer.child(`key ${i}`, keys[i]);
      nodes[2 * i + 1] = this.#writer.child(`value ${i}`, items[i]);
    }
    return tag("map", nodes);
  }

  #set(set: Set<unknown>): Tagged {
    const items: unknown[] = [];
    apply(setForEach, set, [(item: unknown) => {
      items[items.length] = item;
    }]);
    this.#writer.budget?.keys(items);
    const nodes: unknown[] = [];
    for (let i = 0; i < items.length; i++) nodes[i] = this.#writer.child(`item ${i}`, items[i]);
    return tag("set", nodes);
  }

  #error(error: Error): Tagged {
    const own: Record<string, unknown> = {};
    const names = keys(error);
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      if (name === "stack") continue;
      const item: unknown = error[name as never];
      if (typeof item === "function") this.#writer.checkFunction(error, name);
      own[name] = this.#writer.child(name, item);
    }
    if (hasOwn(error, "cause")) own.cause = this.#writer.child("cause", error.cause);
    if (error instanceof AggregateError) own.errors = this.#writer.child("errors", error.errors);
    const kind = error instanceof DOMException ? "exception" : "error";
    return tag(kind, `${error.name}`, `${error.message}`, own);
  }

  #headers(entries: [string, string][]): Tagged {
    this.#writer.budget?.add("headers", entries.length);
    for (let i = 0; i < entries.length; i++) {
      this.#writer.spend(entries[i]![0].length + entries[i]![1].length);
    }
    return tag("headers", entries);
  }

  #buffer(buffer: ArrayBuffer): Tagged {
    if (buffer.detached) throw this.#writer.refusal("a detached ArrayBuffer");
    this.#spendBuffer(buffer);
    return tag("buffer", this.buffers.expose(buffer));
  }

  #view(view: ArrayBufferView): Tagged {
    const { buffer, byteOffset, byteLength } = view;
    if (!(buffer instanceof ArrayBuffer)) throw this.#writer.refusal("a view of shared memory");
    if (buffer.detached) throw this.#writer.refusal("a view of a detached ArrayBuffer");
    this.#spendBuffer(buffer);
    const type = apply(toStringTag, view, []).slice(8, -1);
    const length = view instanceof DataView
      ? byteLength
      : (view as ArrayBufferView & { length: number }).length;
    const node = tag("view", type, this.buffers.indexOf(buffer), byteOffset, length);
    this.buffers.addView(buffer, {
      start: byteOffset,
      end: byteOffset + byteLength,
      node: node.$,
    });
    return node;
  }

  #spendBuffer(buffer: ArrayBuffer): void {
    if (!this.buffers.has(buffer)) this.#writer.spend(buffer.byteLength);
  }
}
