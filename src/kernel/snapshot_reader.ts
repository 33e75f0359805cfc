/**
 * Brings a namespace back that was written down.
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
  ReferenceError,
  Set,
  TextDecoder,
  TypeError,
} from "../rpc/builtins.ts";
import type { LostName, RestoreReport, SnapshotDocument, SnapshotEntry } from "../rpc/protocol.ts";
import type { TreeReader, TreeReaderExtension } from "../rpc/tree.ts";
import { TreeDecoder } from "../rpc/tree_decoder.ts";
import type { FunctionSource } from "./function_source.ts";
import type { SnapshotContext } from "./snapshot_context.ts";

const { getPrototypeOf, setPrototypeOf, getOwnPropertyDescriptor } = Object;

/**
 * Reads a snapshot into a session.
 *
 * @param context The namespace, and what it is made of.
 * @param attachments What `writeSnapshot` gave.
 * @param except Names that stay as they are.
 * @throws {TypeError} If it is no snapshot.
 */
export async function readSnapshot(
  context: SnapshotContext,
  attachments: readonly Uint8Array[],
  { except }: { except: readonly string[] },
): Promise<RestoreReport> {
  const document = parse(attachments[0]);
  const modules = new Map<string, object | Error>();
  for (const { specifier, attributes } of document.modules) {
    const key = JSON.stringify({ specifier, attributes });
    try {
      modules.set(key, await context.modules.import(specifier, attributes) as object);
    } catch (error) {
      modules.set(key, error as Error);
    }
  }
  return new SnapshotReader(context, {
    document,
    modules,
    attachments: attachments.slice(1),
    except: new Set(except),
  }).read();
}

function parse(bytes: Uint8Array | undefined): SnapshotDocument {
  const document = JSON.parse(new TextDecoder().decode(bytes)) as Partial<SnapshotDocument> | null;
  if (!Array.isArray(document?.modules) || !Array.isArray(document.names)) {
    throw new TypeError("Cannot restore a snapshot: it is malformed");
  }
  return document as SnapshotDocument;
}

/** A name on its way back. */
interface Pending {
  readonly entry: SnapshotEntry;
  /** Whether it is to be bound; otherwise it is only there for others that share something with it. */
  readonly wanted: boolean;
  state: "waiting" | "reading" | "read" | "lost";
}

class SnapshotReader implements TreeReaderExtension {
  readonly #context: SnapshotContext;
  readonly #attachments: readonly Uint8Array[];
  readonly #modules: ReadonlyMap<string, object | Error>;
  readonly #pending: Pending[];
  readonly #objects: object[] = [];
  readonly #buffers: ArrayBuffer[] = [];
  readonly #lost: LostName[] = [];

  constructor(
    context: SnapshotContext,
    { document, modules, attachments, except }: {
      document: SnapshotDocument;
      modules: ReadonlyMap<string, object | Error>;
      attachments: readonly Uint8Array[];
      except: ReadonlySet<string>;
    },
  ) {
    this.#context = context;
    this.#attachments = attachments;
    this.#modules = modules;
    this.#pending = document.names.map((entry) => ({
      entry,
      wanted: !except.has(entry.name),
      state: "waiting",
    }));
  }

  read(): RestoreReport {
    const { namespace } = this.#context;
    const wanted = this.#pending.filter(({ wanted }) => wanted);
    // A class may need a name while it is made, which may stand behind it: whoever asks for a name gets it read.
    for (const item of wanted) {
      namespace.defineLazily(item.entry.name, () => this.#demand(item));
    }
    for (const item of wanted) this.#load(item);
    for (const { entry, state } of wanted) if (state === "lost") namespace.forget(entry.name);
    // What the host provides under its own name is there anyway.
    const isProvided = (name: string) => {
      const provided = namespace.provided(name);
      return provided !== undefined && provided === namespace.get(name);
    };
    const names = wanted
      .filter(({ entry, state }) => state === "read" && !isProvided(entry.name))
      .map(({ entry }) => entry.name);
    return { names, lost: this.#lost };
  }

  decode(list: readonly unknown[], reader: TreeReader): [unknown] | undefined {
    const [tag, first, second, third, fourth] = list;
    switch (tag) {
      case "builtin":
        return [reader.number(found(this.#context.intrinsics.at(`${first}`), `${first}`))];
      case "host":
        return [reader.number(this.#provided(`${first}`))];
      case "import":
        return [reader.number(this.#imported(`${first}`, second))];
      case "function":
        return [this.#function(first, { reader, parent: second, own: third, shared: fourth })];
      case "instance": {
        const value = reader.decode(first) as object;
        const Class = reader.decode(second) as { prototype: object };
        return [setPrototypeOf(value, Class.prototype)];
      }
      default:
        return undefined;
    }
  }

  /** Another tree has this object: that name is read now. */
  find(number: number): object | undefined {
    const owner = this.#pending.findLast(({ entry }) =>
      entry.first !== undefined && entry.first <= number
    );
    if (owner?.state === "waiting") this.#load(owner);
    const object = this.#objects[number];
    if (object === undefined) {
      throw new ReferenceError(`it needs a part of ${owner?.entry.name}, which is not back`);
    }
    return object;
  }

  #demand(item: Pending): unknown {
    this.#load(item);
    const { name } = item.entry;
    if (item.state !== "read") throw new ReferenceError(`${name} is not defined`);
    return this.#context.namespace.get(name);
  }

  #load(item: Pending): void {
    if (item.state !== "waiting") return;
    item.state = "reading";
    const { entry } = item;
    try {
      const value = "tree" in entry ? this.#tree(entry) : entry.plain;
      if (item.wanted) {
        const writable = entry.constant !== true;
        this.#context.namespace.define(entry.name, value, { writable });
      }
      item.state = "read";
    } catch (error) {
      item.state = "lost";
      if (item.wanted) this.#lost.push({ name: entry.name, reason: reasonOf(error) });
    }
  }

  #tree(entry: SnapshotEntry): unknown {
    const decoder = new TreeDecoder(this.#attachments, {
      extension: this,
      objects: this.#objects,
      buffers: this.#buffers,
      first: entry.first ?? 0,
    });
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
    if (!Array.isArray(source)) throw new TypeError("the source of a function is malformed");
    const [form, text, name] = source as [FunctionSource["form"], string, string];
    // It was numbered before its superclass, and can only be made behind it.
    const fill = reader.reserve();
    const superclass = parent === null ? undefined : reader.decode(parent) as object;
    const made = this.#context.sources.make({ form, text, name });
    fill(made);
    // The name of the superclass may stand for another class by now.
    if (superclass !== undefined && getPrototypeOf(made) !== superclass) {
      setPrototypeOf(made, superclass);
      const { prototype } = made as { prototype: object };
      setPrototypeOf(prototype, (superclass as { prototype: object }).prototype);
    }
    if (own !== null) reader.assign(made, own);
    if (shared !== null) reader.assign((made as { prototype: object }).prototype, shared);
    return made;
  }
}

function found(value: object | undefined, what: string): object {
  if (value === undefined) throw new TypeError(`there is no ${what} here`);
  return value;
}

/** Why a name is not back: what a cell's code has thrown may be anything. */
function reasonOf(thrown: unknown): string {
  try {
    return `${(thrown as { message: unknown }).message}`;
  } catch {
    return "what makes it throws";
  }
}
