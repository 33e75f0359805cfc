/**
 * Reads snapshots: restores the namespace that one holds.
 *
 * @module
 */

import {
  Array,
  type ArrayBuffer,
  Error,
  JSON,
  Map,
  Object,
  RangeError,
  ReferenceError,
  Set,
  TypeError,
  type Uint8Array,
} from "../../rpc/builtins.ts";
import type { LostName, RestoreReport, SnapshotEntry } from "../../rpc/protocol.ts";
import { type AnyClass, revive } from "../../rpc/values/shared_types.ts";
import type { TreeReader, TreeReaderExtension } from "../../rpc/values/tree.ts";
import { TreeDecoder } from "../../rpc/values/tree_decoder.ts";
import { readLossReason } from "./loss_reason.ts";
import { applyShape } from "./property_shape.ts";
import type { FunctionSource } from "./function_source.ts";
import type { SnapshotContext } from "./snapshot_context.ts";
import { parseSnapshot, type SnapshotDocument } from "./snapshot_document.ts";
import { filterList, mapList } from "../../rpc/lists.ts";

const { getPrototypeOf, setPrototypeOf, getOwnPropertyDescriptor, hasOwn } = Object;

/**
 * Imports the modules that a snapshot needs.
 *
 * @param context The namespace, and the parts that it is made of.
 * @param attachments The attachments that `writeSnapshot` returned.
 * @param except Names that stay as they are.
 * @returns A function that reads it, in one synchronous stretch. It runs code of cells: classes may have static members.
 * @throws {TypeError} If it is no snapshot.
 */
export async function openSnapshot(
  context: SnapshotContext,
  attachments: readonly Uint8Array[],
  { except }: { except: readonly string[] },
): Promise<() => RestoreReport> {
  const document = parseSnapshot(attachments);
  const modules = new Map<string, object | Error>();
  for (let i = 0; i < document.modules.length; i++) {
    const { specifier, attributes } = document.modules[i]!;
    const key = JSON.stringify({ specifier, attributes });
    try {
      modules.set(key, await context.modules.import(specifier, attributes) as object);
    } catch (error) {
      modules.set(key, error as Error);
    }
  }
  const reader = new SnapshotReader(context, { document, modules, except });
  return () => reader.read();
}

const TOO_DEEP = "it is nested too deep";

/** A name on its way back. */
interface Pending {
  readonly entry: SnapshotEntry;
  /** The attachments of its tree. */
  readonly attachments: readonly Uint8Array[];
  /** The objects of its tree, by number. */
  readonly objects: object[];
  /** Whether the name is to be bound; otherwise it is only read for others that share something with it. */
  readonly wanted: boolean;
  state: "waiting" | "reading" | "read" | "lost";
  value?: unknown;
  /** The value for code that runs meanwhile, if that is another one. */
  scratch?: unknown;
}

class SnapshotReader {
  readonly #context: SnapshotContext;
  readonly #modules: ReadonlyMap<string, object | Error>;
  readonly #pending: readonly Pending[];
  readonly #byName = new Map<string, Pending>();
  readonly #buffers = new Map<Uint8Array, ArrayBuffer>();
  readonly #lost: LostName[] = [];

  constructor(
    context: SnapshotContext,
    { document, modules, except }: {
      document: SnapshotDocument;
      modules: ReadonlyMap<string, object | Error>;
      except: readonly string[];
    },
  ) {
    this.#context = context;
    this.#modules = modules;
    const kept = new Set(except);
    this.#pending = mapList(document.names, ({ entry, attachments }) => {
      const { name } = entry;
      const wanted = !kept.has(name);
      const item: Pending = { entry, attachments, objects: [], wanted, state: "waiting" };
      this.#byName.set(name, item);
      return item;
    });
  }

  read(): RestoreReport {
    const { namespace } = this.#context;
    const wanted = filterList(this.#pending, ({ wanted }) => wanted);
    // A class may need a name while it is made, which may stand behind it: code that reads a name gets it read first. It may give
    // names another value, too; it did so when it was made first, and the result of that is in the snapshot.
    const givingBack = mapList(
      wanted,
      (item) => namespace.defineLazily(item.entry.name, () => this.#demand(item)),
    );
    for (let i = 0; i < wanted.length; i++) this.#load(wanted[i]!);
    for (let i = 0; i < wanted.length; i++) {
      // There was no room on the stack for giving a reason.
      if (wanted[i]!.state === "reading") this.#lose(wanted[i]!, new RangeError(TOO_DEEP));
      if (wanted[i]!.state === "lost") givingBack[i]!();
      else this.#bind(wanted[i]!);
    }
    // Names of what the host provides are bound already.
    const isProvided = (name: string) => {
      const provided = namespace.provided(name);
      return provided !== undefined && provided === namespace.get(name);
    };
    const isBack = ({ entry, state }: Pending) => state === "read" && !isProvided(entry.name);
    const names = mapList(filterList(wanted, isBack), ({ entry }) => entry.name);
    return { names, lost: this.#lost };
  }

  #decode(list: readonly unknown[], reader: TreeReader): [unknown] | undefined {
    const { 0: tag, 1: first, 2: second, 3: third, 4: fourth } = list;
    switch (tag) {
      case "builtin":
        return [reader.number(found(this.#context.intrinsics.at(`${first}`), `${first}`))];
      case "host":
        return [reader.number(this.#provided(`${first}`))];
      case "import":
        return [reader.number(this.#imported(`${first}`, second))];
      case "function":
        return [this.#function(first, { reader, parent: second, own: third, shared: fourth })];
      case "bare":
        return [setPrototypeOf(objectFrom(first, reader), null)];
      case "instance": {
        const value = objectFrom(first, reader);
        const { prototype } = objectFrom(second, reader) as { prototype: object };
        return [setPrototypeOf(value, prototype)];
      }
      case "shaped": {
        const value = objectFrom(first, reader);
        applyShape(value, { node: second, reader });
        return [value];
      }
      case "revived": {
        const fill = reader.reserve();
        const Class = objectFrom(first, reader) as unknown as AnyClass;
        const value = revive(Class, reader.decode(second));
        fill(value);
        return [value];
      }
      default:
        return undefined;
    }
  }

  /** Returns an object of a name, which is read now if it waits. */
  #find(number: number, name: string): object {
    const owner = this.#byName.get(name);
    if (owner !== undefined) this.#load(owner);
    const object = owner?.objects[number];
    if (object === undefined) {
      throw new ReferenceError(`it needs a part of ${name}, which is not back`);
    }
    return object;
  }

  #demand(item: Pending): unknown {
    this.#load(item);
    const { entry, state, value } = item;
    // A class that enters itself in a list that it is part of: the list has begun.
    const begun = item.objects[0];
    if (state === "reading" && begun !== undefined) return begun;
    if (state !== "read") throw new ReferenceError(`${entry.name} is not defined`);
    if (isTree(entry) || typeof value !== "object") return value;
    // A copy, since changes that code makes while its class is made were made before the snapshot was taken.
    return item.scratch ??= JSON.parse(JSON.stringify(value));
  }

  #load(item: Pending): void {
    if (item.state !== "waiting") return;
    item.state = "reading";
    const { entry } = item;
    try {
      item.value = isTree(entry) ? this.#tree(item) : entry.plain;
      item.state = "read";
    } catch (error) {
      this.#lose(item, error);
    }
  }

  #bind(item: Pending): void {
    const { name, constant } = item.entry;
    try {
      this.#context.namespace.define(name, item.value, { writable: constant !== true });
    } catch (error) {
      this.#lose(item, error);
    }
  }

  #lose(item: Pending, error: unknown): void {
    const reason = readLossReason(error);
    if (item.wanted) this.#lost[this.#lost.length] = { name: item.entry.name, reason };
    item.state = "lost";
  }

  #tree({ entry, attachments, objects }: Pending): unknown {
    const extension: TreeReaderExtension = {
      decode: (list, reader) => this.#decode(list, reader),
      find: (number, name = entry.name) => this.#find(number, name),
    };
    const decoder = new TreeDecoder(attachments, { extension, objects, buffers: this.#buffers });
    return decoder.decode(entry.tree);
  }

  #provided(name: string): object {
    const found = this.#context.namespace.provided(name);
    if (found === undefined) throw new TypeError(`no ${name} is provided here`);
    return found;
  }

  #imported(key: string, name: unknown): object {
    const module = this.#modules.get(key);
    if (module === undefined || module instanceof Error) {
      throw module ?? new TypeError("it comes from a module that is not in the snapshot");
    }
    if (name === null) return module;
    const value = getOwnPropertyDescriptor(module, `${name}`)?.value as object | undefined;
    return found(value, `${name}`);
  }

  #function(
    source: unknown,
    { reader, parent, own, shared }: {
      reader: TreeReader;
      parent: unknown;
      own: unknown;
      shared: unknown;
    },
  ): object {
    const { 0: form, 1: text, 2: name } = Array.isArray(source) ? source as unknown[] : [];
    if (typeof form !== "string" || typeof text !== "string" || typeof name !== "string") {
      throw new TypeError("the source of a function is malformed");
    }
    // It was numbered before its superclass, and can only be made behind it.
    const fill = reader.reserve();
    const superclass = parent === null ? undefined : objectFrom(parent, reader);
    const made = this.#context.sources.make({ form: form as FunctionSource["form"], text, name });
    fill(made);
    // The name of the superclass may stand for another class by now.
    if (superclass !== undefined && getPrototypeOf(made) !== superclass) {
      setPrototypeOf(made, superclass);
      const { prototype } = made as { prototype: object };
      setPrototypeOf(prototype, (superclass as { prototype: object }).prototype);
    }
    if (own !== null) applyShape(made, { node: own, reader });
    if (shared !== null) {
      const { prototype } = made as { prototype?: object };
      if (prototype === undefined) throw new TypeError("it is malformed");
      applyShape(prototype, { node: shared, reader });
    }
    return made;
  }
}

function isTree(entry: SnapshotEntry): boolean {
  return hasOwn(entry, "tree");
}

function objectFrom(node: unknown, reader: TreeReader): object {
  const value = reader.decode(node);
  if (typeof value === "object" && value !== null || typeof value === "function") return value;
  throw new TypeError("it is malformed");
}

function found(value: object | undefined, what: string): object {
  if (value === undefined) throw new TypeError(`there is no ${what} here`);
  return value;
}
