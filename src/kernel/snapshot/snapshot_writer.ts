/**
 * Writes snapshots of a namespace: data by the value codec, functions and classes of cells by their source, host functions by their
 * name, imports by their specifier.
 *
 * @module
 */

import { Array, JSON, Map, Math, Object, Reflect } from "../../rpc/builtins.ts";
import { isProxy } from "node:util/types";
import type {
  LostName,
  ModuleImport,
  NamespaceEntry,
  SnapshotBuffers,
  SnapshotEntry,
  SnapshotReport,
} from "../../rpc/protocol.ts";
import { type AnyClass, stateOf } from "../../rpc/values/shared_types.ts";
import { tag, type Tagged, type TreeExtension, type TreeWriter } from "../../rpc/values/tree.ts";
import { TreeEncoder } from "../../rpc/values/tree_encoder.ts";
import { PRIVATE_MEMBERS } from "./function_source.ts";
import { type NamedValue, toEntry } from "../namespace/namespace.ts";
import { writeAttachments } from "./snapshot_parts.ts";
import { writeLossReason } from "./loss_reason.ts";
import { PlainNames } from "./plain_names.ts";
import { shapeOf, shapeOfFunction, shapeOfPrototype, writeShape } from "./property_shape.ts";
import type { SnapshotContext } from "./snapshot_context.ts";
import { captureOf, isClassText, rawSource } from "../namespace/source_text.ts";
import { valuesOf } from "../../rpc/lists.ts";
import { hasMatch } from "../../rpc/patterns.ts";

/** A snapshot: the report of its contents, and its bytes. */
export interface WrittenSnapshot {
  /** The names that are in it, and those that are not. */
  readonly report: SnapshotReport;
  /** The manifest, the parts with names, and the contents of buffers. */
  readonly attachments: Uint8Array[];
}

const { getPrototypeOf, getOwnPropertyDescriptor } = Object;
const { apply } = Reflect;
const { toString: toStringTag } = Object.prototype;
const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;
const functionPrototype = Function.prototype;

/**
 * Writes a snapshot.
 *
 * @param context The namespace, and the parts that it is made of.
 * @param maxBytes Maximum size in bytes, roughly. Values that do not fit in stay out.
 */
export function writeSnapshot(context: SnapshotContext, maxBytes: number): WrittenSnapshot {
  const values = context.namespace.values();
  const plain = new PlainNames(context.intrinsics, maxBytes);
  for (let i = 0; i < values.length; i++) plain.check(i, values[i]!.value);
  for (let attempt = 0;; attempt++) {
    const writer = new SnapshotWriter(context, { plain, maxBytes, patient: attempt >= MAX_HASTY });
    const written = writer.write(values);
    if (written !== undefined) return written;
  }
}

/**
 * Most often one value or two turn out to be shared, and beginning again at once costs least. Where it is many, an attempt
 * that goes on finds them all.
 */
const MAX_HASTY = 3;

/** Thrown where a tree reaches into a value that was taken for plain data. */
class SharedObject {}

class SnapshotWriter implements TreeExtension {
  readonly #context: SnapshotContext;
  readonly #plain: PlainNames;
  readonly #encoder: TreeEncoder;
  readonly #modules = new Map<string, ModuleImport>();
  /** Whether to go on when a value turns out to be shared that was taken for plain data, to find all of them. */
  readonly #patient: boolean;
  #outdated = false;

  constructor(
    context: SnapshotContext,
    { plain, maxBytes, patient }: { plain: PlainNames; maxBytes: number; patient: boolean },
  ) {
    this.#context = context;
    this.#plain = plain;
    this.#patient = patient;
    this.#encoder = new TreeEncoder({
      instances: "refuse",
      extension: this,
      maxCost: Math.max(0, maxBytes - plain.cost),
    });
  }

  /** Returns `undefined` if it has to be done again. */
  write(values: readonly NamedValue[]): WrittenSnapshot | undefined {
    const entries: SnapshotEntry[] = [];
    const buffers: SnapshotBuffers[] = [];
    const names: NamespaceEntry[] = [];
    const lost: LostName[] = [];
    for (let i = 0; i < values.length; i++) {
      const { name, value, constant, computed } = values[i]!;
      if (computed) {
        lost[lost.length] = { name, reason: "it is computed by a getter" };
        continue;
      }
      const entry: SnapshotEntry = { name, ...(constant ? { constant } : {}) };
      try {
        if (this.#plain.has(i)) entry.plain = value;
        else {
          entry.tree = this.#encoder.encode(value, name);
          const attachments = this.#encoder.attachmentIndices;
          if (attachments.length > 0) buffers[buffers.length] = { name, attachments };
        }
        entries[entries.length] = entry;
        names[names.length] = toEntry(values[i]!);
      } catch (error) {
        if (error instanceof SharedObject) return undefined;
        lost[lost.length] = { name, reason: writeLossReason(error, name) };
      }
    }
    if (this.#outdated) return undefined;
    // First the buffers: only then do views in the trees say where in them they begin.
    const contents = this.#encoder.attachments();
    try {
      const modules = valuesOf(this.#modules);
      const attachments = writeAttachments(entries, { modules, buffers, contents });
      return { report: { names, lost }, attachments };
    } catch (error) {
      // A getter in plain data that has only now begun to throw: a tree has its own place for each refusal.
      if (this.#plain.clear()) return undefined;
      throw error;
    }
  }

  /** Built-ins are found by their path, so that names that use the same ones do not depend on each other. */
  isWrittenAgain(value: object): boolean {
    return this.#context.intrinsics.pathOf(value) !== undefined;
  }

  encode(value: object, writer: TreeWriter): Tagged | undefined {
    if (this.#plain.share(value)) {
      this.#outdated = true;
      if (!this.#patient) throw new SharedObject();
    }
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
    if (isProxy(value)) throw writer.refusal("a Proxy, whose handler cannot be read");
    const isBuiltin = Array.isArray(value) || writer.isBuiltin(value);
    // The codec has the words for refusing it.
    if (!isBuiltin && this.#isOfBuiltinClass(value)) return undefined;
    const shape = shapeOf(value, { isBuiltin });
    const base = () => shape?.isWhole === true ? {} : writer.base(value);
    const node = this.#object(value, { base, writer });
    return shape === undefined ? node : tag("shaped", node ?? base(), writeShape(shape, writer));
  }

  #isOfBuiltinClass(value: object): boolean {
    const prototype = getPrototypeOf(value) as object | null;
    if (prototype === null || prototype === objectPrototype) return false;
    const Class: unknown = getOwnPropertyDescriptor(prototype, "constructor")?.value;
    return typeof Class === "function" && this.#context.intrinsics.pathOf(Class) !== undefined;
  }

  /** Writes an object without its shape; returns `undefined` if its base says all. */
  #object(value: object, parts: { base: () => unknown; writer: TreeWriter }): Tagged | undefined {
    const prototype = getPrototypeOf(value) as object | null;
    if (prototype === null) return tag("bare", parts.base());
    if (prototype === objectPrototype || prototype === arrayPrototype) return undefined;
    return this.#instance(value, { ...parts, prototype });
  }

  #function(value: object, writer: TreeWriter): Tagged {
    const { form, text, name } = this.#context.sources.of(value, (what) => writer.refusal(what));
    const prototype: unknown = getOwnPropertyDescriptor(value, "prototype")?.value;
    const members = typeof prototype === "object" && prototype !== null ? prototype : {};
    const isClass = isClassText(text);
    if (!isClass && getPrototypeOf(members) !== objectPrototype && !isGenerator(text)) {
      throw writer.refusal("a function with a prototype of its own");
    }
    // The superclass has to be there before the class.
    const parent = isClass ? getPrototypeOf(value) as object : functionPrototype;
    const parentNode = parent === functionPrototype ? null : writer.child("extends", parent);
    const own = shapeOfFunction(value, text);
    const shared = shapeOfPrototype(members, { fn: value, text });
    return tag(
      "function",
      [form, text, name],
      parentNode,
      own === undefined ? null : writeShape(own, writer),
      shared === undefined ? null : writeShape(shared, writer),
    );
  }

  #instance(
    value: object,
    { base, prototype, writer }: { base: () => unknown; prototype: object; writer: TreeWriter },
  ): Tagged | undefined {
    const { intrinsics, modules } = this.#context;
    const Class: unknown = getOwnPropertyDescriptor(prototype, "constructor")?.value;
    const isClass = typeof Class === "function" &&
      getOwnPropertyDescriptor(Class, "prototype")?.value === prototype;
    if (!isClass) {
      // The codec has a word for it.
      if (apply(toStringTag, value, []) !== "[object Object]") return undefined;
      throw writer.refusal("an object whose prototype is that of no class");
    }
    // The codec knows what to do with instances of built-ins.
    if (intrinsics.pathOf(Class) !== undefined) return undefined;
    const state = stateOf(value, Class as AnyClass);
    if (state !== undefined) {
      return tag("revived", writer.child("constructor", Class), writer.child("state", state[0]));
    }
    for (let parent: object | null = Class; parent !== null; parent = getPrototypeOf(parent)) {
      if (parent === functionPrototype) break;
      if (modules.originOf(parent) !== undefined) {
        throw writer.refusal("an instance of a class that comes from a module");
      }
      const builtin = intrinsics.pathOf(parent);
      if (builtin !== undefined) {
        if (builtin === "Object" || writer.isBuiltin(value)) break;
        throw writer.refusal(`an instance of a class that extends ${builtin}`);
      }
      if (captureOf(rawSource(parent)) === PRIVATE_MEMBERS) {
        throw writer.refusal("an instance of a class with private members");
      }
    }
    // In this order: the reader makes the object before its class.
    const node = base();
    return tag("instance", node, writer.child("constructor", Class));
  }
}

/** Returns whether a function is a generator: those have a prototype of their own. */
function isGenerator(text: string): boolean {
  return hasMatch(/^(?:async\s*)?(?:function\s*)?\*/, text);
}
