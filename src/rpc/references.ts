/**
 * References: objects and functions that stay on their side, and stand-ins for them on the other. Both sides lend and
 * borrow. What is lent is counted each time it is sent, and given back when its stand-in is no longer used, with the number
 * of times that it had arrived: one that is on its way is never lost. (Reference counting as in CapTP,
 * http://erights.org/elib/distrib/captp/.)
 *
 * @module
 */

import {
  Array,
  FinalizationRegistry,
  Map,
  Reflect,
  Symbol,
  TypeError,
  WeakMap,
  WeakRef,
} from "./builtins.ts";
import { decode, encode, type EncodedValue } from "./codec.ts";
import type { Payload } from "./connection.ts";
import { isObject, resolvePath } from "./members.ts";
import type { ReleaseParams, UseParams } from "./protocol.ts";
import { type StandInKind, StandIns } from "./stand_in.ts";
import {
  tag,
  type Tagged,
  type TreeExtension,
  type TreeReader,
  type TreeReaderExtension,
} from "./tree.ts";
import { isInstance } from "./tree_encoder.ts";

/** Options of {@linkcode References}. */
export interface ReferencesOptions {
  /** What becomes of class instances that are not asked for as references: they are lent, or copied as data. */
  readonly instances: "lend" | "copy";
  /** Asks the other side to use something that it has lent. */
  readonly use: (request: UseParams, attachments: readonly Uint8Array[]) => Promise<Payload>;
  /** Tells the other side that something which has arrived so often is no longer used. */
  readonly release: (counts: ReleaseParams) => void;
}

/** Options of {@linkcode References.encode} and {@linkcode References.lend}. */
export interface LendOptions {
  /** How the value is called in errors. */
  readonly name: string;
  /** The members that may be reached, if it is lent. @default all that its class declares */
  readonly members?: ReadonlySet<string> | undefined;
}

/** Something that the other side has a stand-in for. */
interface Lent {
  readonly value: object;
  readonly name: string;
  readonly members: ReadonlySet<string> | undefined;
  /** How often it was sent, less what was given back. */
  count: number;
}

/** How often a stand-in has arrived. */
interface Arrivals {
  readonly id: number;
  count: number;
}

/** What one side lends, and what it borrows. */
export class References implements TreeExtension, TreeReaderExtension {
  readonly #options: ReferencesOptions;
  readonly #lent = new Map<number, Lent>();
  readonly #ids = new Map<object, number>();
  readonly #borrowed = new Map<number, WeakRef<object>>();
  readonly #arrivals = new WeakMap<object, Arrivals>();
  readonly #standIns: StandIns;
  readonly #dropped: FinalizationRegistry<Arrivals>;
  /** What the message that is being written lends. */
  #sending: number[] = [];
  #members: ReadonlySet<string> | undefined;
  #name = "value";
  #nextId = 1;

  /** @param options Whether instances are lent, and how borrowed things are used. */
  constructor(options: ReferencesOptions) {
    this.#options = options;
    this.#standIns = new StandIns({
      call: (id, path, args) => this.#use({ how: "call", ref: id, path: [...path] }, args),
      read: (id, path) => this.#use({ how: "read", ref: id, path: [...path] }),
      iterate: (id, path) => this.#use({ how: "iterate", ref: id, path: [...path] }),
    });
    this.#dropped = new FinalizationRegistry((arrivals) => {
      // Another stand-in may have come in its place meanwhile.
      if (this.#borrowed.get(arrivals.id)?.deref() === undefined) {
        this.#borrowed.delete(arrivals.id);
      }
      options.release({ ref: arrivals.id, count: arrivals.count });
    });
  }

  /** How much is lent, and how much borrowed. */
  get counts(): { lent: number; borrowed: number } {
    return { lent: this.#lent.size, borrowed: this.#borrowed.size };
  }

  /**
   * Encodes a value, with references in it where something cannot be copied.
   *
   * @param value The value.
   * @param options How it is called, and what of it may be reached.
   * @throws {TypeError} If something in it can neither be copied nor lent; nothing is lent then.
   */
  encodeValue(value: unknown, options: LendOptions): EncodedValue {
    this.#sending = [];
    this.#name = options.name;
    this.#members = options.members;
    try {
      return encode(value, {
        instances: this.#options.instances === "copy" ? "data" : "refuse",
        name: options.name,
        extension: this,
      });
    } catch (error) {
      for (let i = 0; i < this.#sending.length; i++) this.release(this.#sending[i]!, 1);
      throw error;
    }
  }

  /**
   * Encodes a reference to a value that would otherwise be copied. What cannot be changed in place is encoded as it is.
   *
   * @param value The value.
   * @param options How it is called, and what of it may be reached.
   */
  encodeReference(value: unknown, options: LendOptions): EncodedValue {
    if (!isObject(value)) return this.encodeValue(value, options);
    this.#name = options.name;
    this.#members = options.members;
    return { value: { tree: this.#encode(value) }, attachments: [] };
  }

  /** Decodes what the other side has encoded. */
  decodeValue(encoded: unknown, attachments: readonly Uint8Array[] = []): unknown {
    return decode(encoded, attachments, { extension: this });
  }

  /** Takes back what the other side no longer uses. */
  release(id: number, count: number): void {
    const lent = this.#lent.get(id);
    if (lent === undefined) return;
    lent.count -= count;
    if (lent.count > 0) return;
    this.#lent.delete(id);
    this.#ids.delete(lent.value);
  }

  /** How something that is lent is called, with a path from it on. */
  nameOf({ ref, path }: UseParams): string {
    return [this.#lent.get(ref)?.name ?? `reference ${ref}`, ...path].join(".");
  }

  /** Decodes the arguments of a call of something that is lent. */
  argumentsOf({ args }: UseParams, attachments: readonly Uint8Array[] = []): unknown[] {
    const list = args === undefined ? [] : this.decodeValue(args, attachments);
    if (!Array.isArray(list)) throw new TypeError("Cannot call a reference: it has no arguments");
    return list;
  }

  /**
   * Uses something that is lent, for the other side.
   *
   * @param request What is to be done with it.
   * @param args The arguments of a call.
   * @throws {TypeError} If it is not lent, has no such member, or cannot be used so; otherwise what its code throws.
   */
  async perform(request: UseParams, args: readonly unknown[]): Promise<unknown> {
    const { how, ref, path } = request;
    const lent = this.#lent.get(ref);
    if (lent === undefined) {
      throw new TypeError(`Cannot use reference ${ref}: it is not lent any more`);
    }
    const { holder, value } = await resolvePath(lent.value, path, lent);
    if (how === "read") return await value;
    if (how === "iterate") return iteratorOf(await value, this.nameOf(request));
    if (typeof value === "function") return await Reflect.apply(value, holder, args);
    throw new TypeError(`Cannot call ${this.nameOf(request)}: it is no function`);
  }

  /** Encodes the answer to a request. */
  encodeAnswer(request: UseParams, answer: unknown): EncodedValue {
    const name = `the result of ${this.nameOf(request)}`;
    // Of an iterator only a reference is of use.
    return request.how === "iterate"
      ? this.encodeReference(answer, { name })
      : this.encodeValue(answer, { name });
  }

  /** Whether a value is a stand-in. */
  isStandIn(value: unknown): boolean {
    return isObject(value) && this.#arrivals.has(value);
  }

  async #use(request: UseParams, args?: readonly unknown[]): Promise<unknown> {
    const sent = args === undefined ? undefined : this.encodeValue(args, { name: "arguments" });
    const params: UseParams = sent === undefined ? request : { ...request, args: sent.value };
    const { value, attachments } = await this.#options.use(params, sent?.attachments ?? []);
    return this.decodeValue((value as { value: unknown }).value, attachments);
  }

  encode(value: object): Tagged | undefined {
    const arrivals = this.#arrivals.get(value);
    const isStandIn = arrivals !== undefined;
    const isLent = isStandIn || typeof value === "function" ||
      this.#options.instances === "lend" && isInstance(value);
    return isLent ? this.#encode(value) : undefined;
  }

  decode(list: readonly unknown[], reader: TreeReader): [unknown] | undefined {
    const [tag, id, kind, name, iterable] = list;
    if (tag === "yours") {
      const lent = this.#lent.get(id as number);
      if (lent === undefined) throw new TypeError(`Cannot decode reference ${id}: it is not lent`);
      return [reader.number(lent.value)];
    }
    if (tag !== "mine" || typeof id !== "number") return undefined;
    if (kind !== "function" && kind !== "object") return undefined;
    return [reader.number(this.#borrow(id, { kind, name, iterable }))];
  }

  find(): undefined {}

  #encode(value: object): Tagged {
    const arrivals = this.#arrivals.get(value);
    if (arrivals !== undefined) return tag("yours", arrivals.id);
    const id = this.#lend(value);
    return typeof value === "function"
      ? tag("mine", id, "function", `${value.name}`, false)
      : tag("mine", id, "object", classNameOf(value), isIterable(value));
  }

  #lend(value: object): number {
    let id = this.#ids.get(value);
    if (id === undefined) {
      id = this.#nextId++;
      this.#ids.set(value, id);
      const lent: Lent = { value, name: this.#name, members: this.#members, count: 0 };
      this.#lent.set(id, lent);
    }
    this.#lent.get(id)!.count++;
    this.#sending.push(id);
    return id;
  }

  #borrow(
    id: number,
    given: { kind: StandInKind; name: unknown; iterable: unknown },
  ): object {
    const known = this.#borrowed.get(id)?.deref();
    if (known !== undefined) {
      this.#arrivals.get(known)!.count++;
      return known;
    }
    const name = typeof given.name === "string" ? given.name : "";
    const iterable = given.iterable === true;
    const standIn = this.#standIns.create(id, { kind: given.kind, name, iterable });
    const arrivals = { id, count: 1 };
    this.#arrivals.set(standIn, arrivals);
    this.#borrowed.set(id, new WeakRef(standIn));
    this.#dropped.register(standIn, arrivals);
    return standIn;
  }
}

function classNameOf(value: object): string {
  const { constructor } = value;
  return typeof constructor === "function" ? `${constructor.name}` : "";
}

/** Asynchronous or not, it is waited for. */
function iteratorOf(value: unknown, name: string): unknown {
  const iterable = value as { [Symbol.asyncIterator]?: unknown; [Symbol.iterator]?: unknown };
  const method = isObject(value)
    ? iterable[Symbol.asyncIterator] ?? iterable[Symbol.iterator]
    : undefined;
  if (typeof method !== "function") {
    throw new TypeError(`Cannot iterate ${name}: it is not iterable`);
  }
  return Reflect.apply(method, value, []);
}

function isIterable(value: object): boolean {
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}
