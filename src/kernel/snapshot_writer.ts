/**
 * Writes a namespace down: data by the value codec, functions and classes of cells by their source, host functions by their
 * name, imports by their specifier.
 *
 * @module
 */

import { Array, JSON, Map, Object, RangeError, Set, TextEncoder } from "../rpc/builtins.ts";
import { isPlainJson } from "../rpc/plain_json.ts";
import type {
  LostName,
  ModuleImport,
  NamespaceEntry,
  SnapshotDocument,
  SnapshotEntry,
  SnapshotReport,
} from "../rpc/protocol.ts";
import { tag, type Tagged, type TreeExtension, type TreeWriter } from "../rpc/tree.ts";
import { TreeEncoder } from "../rpc/tree_encoder.ts";
import { PRIVATE_MEMBERS } from "./function_source.ts";
import type { Intrinsics } from "./intrinsics.ts";
import { type NamedValue, toEntry } from "./namespace.ts";
import type { SnapshotContext } from "./snapshot_context.ts";
import { captureOf, rawSource } from "./source_text.ts";

/** A snapshot: what is in it, and its bytes. */
export interface WrittenSnapshot {
  /** What is in it, and what is not. */
  readonly report: SnapshotReport;
  /** The document as JSON, and the contents of buffers. */
  readonly attachments: Uint8Array[];
}

/** About what an object takes in memory, in bytes. */
const OBJECT_COST = 48;

const { getPrototypeOf, getOwnPropertyDescriptor, getOwnPropertySymbols, keys } = Object;
const objectPrototype = Object.prototype;
const functionPrototype = Function.prototype;

/**
 * Writes a snapshot.
 *
 * @param context The namespace, and what it is made of.
 * @param maxBytes How large it may be, roughly. What does not fit in stays out.
 */
export function writeSnapshot(context: SnapshotContext, maxBytes: number): WrittenSnapshot {
  const values = context.namespace.values();
  const plain = new PlainNames(context.intrinsics, maxBytes);
  for (let i = 0; i < values.length; i++) plain.check(i, values[i]!.value);
  while (true) {
    try {
      return new SnapshotWriter(context, plain, maxBytes).write(values);
    } catch (error) {
      // Something in a tree is part of what was to be written as plain data: that has to be a tree as well.
      if (!(error instanceof SharedObject)) throw error;
      plain.share(error.owner);
    }
  }
}

/** Thrown where a tree reaches into plain data. */
class SharedObject {
  constructor(readonly owner: number) {}
}

/** Which values are plain data that shares nothing with others. */
class PlainNames {
  /** The first value that an object was met in, by index. */
  readonly #owners = new Map<object, number>();
  readonly #plain = new Set<number>();
  readonly #shared = new Set<number>();
  readonly #intrinsics: Intrinsics;
  readonly #maxCost: number;
  /** What all plain values take. */
  cost = 0;

  constructor(intrinsics: Intrinsics, maxCost: number) {
    this.#intrinsics = intrinsics;
    this.#maxCost = maxCost;
  }

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
      return this.#intrinsics.pathOf(object) === undefined;
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

  has(index: number): boolean {
    return this.#plain.has(index) && !this.#shared.has(index);
  }

  /** The plain value that an object is part of. */
  ownerOf(value: object): number | undefined {
    const owner = this.#owners.get(value);
    return owner !== undefined && this.has(owner) ? owner : undefined;
  }

  share(index: number): void {
    this.#shared.add(index);
  }
}

class SnapshotWriter implements TreeExtension {
  readonly #context: SnapshotContext;
  readonly #plain: PlainNames;
  readonly #encoder: TreeEncoder;
  readonly #modules = new Map<string, ModuleImport>();

  constructor(context: SnapshotContext, plain: PlainNames, maxBytes: number) {
    this.#context = context;
    this.#plain = plain;
    this.#encoder = new TreeEncoder({
      instances: "refuse",
      extension: this,
      maxCost: Math.max(0, maxBytes - plain.cost),
    });
  }

  write(values: readonly NamedValue[]): WrittenSnapshot {
    const entries: SnapshotEntry[] = [];
    const names: NamespaceEntry[] = [];
    const lost: LostName[] = [];
    for (let i = 0; i < values.length; i++) {
      const { name, value, constant, computed } = values[i]!;
      const entry: SnapshotEntry = { name, ...(constant ? { constant } : {}) };
      try {
        if (computed) throw this.#encoder.refusal("computed by a getter");
        if (this.#plain.has(i)) entry.plain = value;
        else {
          entry.first = this.#encoder.count;
          entry.tree = this.#encoder.encode(value, name);
        }
        entries[entries.length] = entry;
        names[names.length] = toEntry(values[i]!);
      } catch (error) {
        if (error instanceof SharedObject) throw error;
        lost[lost.length] = { name, reason: reasonOf(error, name) };
      }
    }
    const document: SnapshotDocument = { modules: [...this.#modules.values()], names: entries };
    // First the buffers: only then do views in the document say where in them they begin.
    const buffers = this.#encoder.attachments();
    const text = new TextEncoder().encode(JSON.stringify(document));
    return { report: { names, lost }, attachments: [text, ...buffers] };
  }

  encode(value: object, writer: TreeWriter): Tagged | undefined {
    const owner = this.#plain.ownerOf(value);
    if (owner !== undefined) throw new SharedObject(owner);
    const provided = this.#context.namespace.providedNameOf(value);
    if (provided !== undefined) return tag("host", provided);
    if (this.#context.isReference(value)) {
      throw writer.refusal("a reference to something of the host that has no name of its own");
    }
    const path = this.#context.intrinsics.pathOf(value);
    if (path !== undefined) return tag("builtin", path);
    const origin = this.#context.modules.originOf(value);
    if (origin !== undefined) {
      const key = JSON.stringify(origin.module);
      this.#modules.set(key, origin.module);
      return tag("import", key, origin.name ?? null);
    }
    if (typeof value === "function") return this.#function(value, writer);
    const prototype = getPrototypeOf(value) as object | null;
    if (prototype === objectPrototype || prototype === null || Array.isArray(value)) {
      if (getOwnPropertySymbols(value).length > 0) {
        throw writer.refusal("an object with a symbol as a key");
      }
      if (prototype === null || prototype === objectPrototype) return undefined;
    }
    return this.#instance(value, { prototype: prototype!, writer });
  }

  #function(value: object, writer: TreeWriter): Tagged {
    const { form, text, name } = this.#context.sources.of(value, (what) => writer.refusal(what));
    const prototype: unknown = getOwnPropertyDescriptor(value, "prototype")?.value;
    const members = typeof prototype === "object" && prototype !== null ? prototype : {};
    const isClass = text.startsWith("class");
    if (!isClass && getPrototypeOf(members) !== objectPrototype && !isGenerator(text)) {
      throw writer.refusal("a function with a prototype of its own");
    }
    // The superclass has to be there before the class.
    const parent = isClass ? getPrototypeOf(value) as object : functionPrototype;
    const parentNode = parent === functionPrototype ? null : writer.child("extends", parent);
    return tag(
      "function",
      [form, text, name],
      parentNode,
      this.#members(value, writer),
      this.#members(members, writer),
    );
  }

  /** What was given to a function or to its prototype behind its source: static fields, methods that were added. */
  #members(holder: object, writer: TreeWriter): Record<string, unknown> | null {
    const names = keys(holder);
    if (names.length === 0) return null;
    const members: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      const value = writer.child(name, (holder as Record<string, unknown>)[name]);
      Object.defineProperty(members, name, { value, enumerable: true });
    }
    return members;
  }

  #instance(
    value: object,
    { prototype, writer }: { prototype: object; writer: TreeWriter },
  ): Tagged | undefined {
    const { intrinsics, modules } = this.#context;
    const Class: unknown = getOwnPropertyDescriptor(prototype, "constructor")?.value;
    const isClass = typeof Class === "function" &&
      getOwnPropertyDescriptor(Class, "prototype")?.value === prototype;
    if (!isClass) throw writer.refusal("an object whose prototype is that of no class");
    // The codec knows what to do with instances of built-ins.
    if (intrinsics.pathOf(Class) !== undefined) return undefined;
    for (let parent: object | null = Class; parent !== null; parent = getPrototypeOf(parent)) {
      if (parent === functionPrototype) break;
      if (modules.originOf(parent) !== undefined) {
        throw writer.refusal("an instance of a class that comes from a module");
      }
      const builtin = intrinsics.pathOf(parent);
      if (builtin !== undefined) {
        if (writer.isBuiltin(value)) break;
        throw writer.refusal(`an instance of a class that extends ${builtin}`);
      }
      if (captureOf(rawSource(parent)) === PRIVATE_MEMBERS) {
        throw writer.refusal("an instance of a class with private members");
      }
    }
    // In this order: the reader makes the object before its class.
    const base = writer.base(value);
    return tag("instance", base, writer.child("constructor", Class));
  }
}

/** Generator functions have a prototype that is no one's. */
function isGenerator(text: string): boolean {
  return /^(?:async\s*)?(?:function\s*)?\*/.test(text);
}

/** Why a value cannot be written: the codec's error, as the end of a sentence about the name. */
function reasonOf(thrown: unknown, name: string): string {
  try {
    const message = `${(thrown as { message: unknown }).message}`.replace(/^Cannot encode /, "");
    return message.startsWith(`${name}: `)
      ? message.slice(name.length + 2)
      : message.replace(/: it is /, " is ");
  } catch {
    return "something in it throws";
  }
}
