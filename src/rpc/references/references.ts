/**
 * References: objects and functions that stay on their side, and stand-ins for them on the other. Both sides lend and
 * borrow. A lent object is counted each time it is sent. It is given back when its stand-in is garbage, with the number
 * of times that it had arrived, so that one that is still on its way is never lost. (Reference counting as in CapTP,
 * http://erights.org/elib/distrib/captp/.)
 *
 * @module
 */

import {
  Array,
  FinalizationRegistry,
  Map,
  Symbol,
  TypeError,
  WeakMap,
  WeakRef,
} from "../builtins.ts";
import type { BlobContents } from "../values/blobs.ts";
import { decode, encode, type EncodedValue } from "../values/codec.ts";
import type { Payload } from "../wire/handler.ts";
import { Lendings } from "./_lendings.ts";
import { performUse } from "./_perform.ts";
import { toWritable, type Writable } from "./_write_access.ts";
import { isAwaited, isInstance, isObject } from "../values/kinds.ts";
import { toUseParams } from "./_use_params.ts";
import type { ReferenceCounts, ReleaseParams, UseParams } from "../protocol.ts";
import { SharedTypes } from "../values/shared_types.ts";
import { type StandInOptions, StandIns, type StandInsOptions } from "./stand_in.ts";
import { tag, type Tagged, type TreeReader, type TreeReaderExtension } from "../values/tree.ts";
import { partOf } from "../lists.ts";

/** Options of {@linkcode References}. */
export interface ReferencesOptions extends StandInsOptions {
  /** How to pass class instances that were not requested as references: lend them, or copy them as data. */
  readonly instances: "lend" | "copy";
  /** Maximum number of references that one side lends the other at once. @default `Infinity` */
  readonly maxReferences?: number;
  /** Asks the other side to use an object that it has lent. */
  readonly use: (request: UseRequest) => Promise<unknown>;
  /** Notifies the other side that a reference, which had arrived so many times, is no longer used. */
  readonly release: (counts: ReleaseParams) => void;
}

/** A request to use an object that the other side has lent. */
export interface UseRequest {
  /** The name of the object in errors. */
  readonly name: string;
  /** Writes the request. The references that it lends must then be sent. */
  write(blobs: BlobContents): Payload & { readonly value: UseParams };
  /** Reads the answer as soon as it arrives: a later message may give back the references in it. */
  receive(answer: Payload): unknown;
}

/** Options of {@linkcode References.encodeValue} and {@linkcode References.encodeReference}. */
export interface LendOptions {
  /** The name of the value in errors. */
  readonly name: string;
  /** The name of the value where it is used, if it is lent. @default the name of its class */
  readonly lentAs?: string | undefined;
  /** The contents of the Blobs in the value. @default none: Blobs are refused */
  readonly blobs?: BlobContents | undefined;
}

/** An encoded value, and the references that it lends. */
export interface LentValue extends EncodedValue {
  /** Takes back the lent references. Called if the value is not sent. */
  readonly unsent: () => void;
}

/** A checked request of the other side. Keeps the lent object until it is done. */
export interface Use {
  /** The name of the used object or member, for the list of a cell's host calls. */
  readonly name: string;
  /**
   * Performs the use.
   *
   * @throws {TypeError} If there is no such member, or it cannot be used in this way; otherwise what its code throws.
   */
  perform(): Promise<unknown>;
  /** Encodes the answer, with the contents of the Blobs in it. */
  encode(answer: unknown, blobs: BlobContents): LentValue;
}

/** How to lend a value. */
interface Lending extends Partial<LendOptions> {
  /** The numbers of the objects that the message lends. */
  readonly lease: number[];
}

/** How often a reference has arrived. */
interface Arrivals {
  readonly id: number;
  count: number;
}

/** Maximum length of a name. A member of a lent object is named after it, so names would grow without bound. */
const MAX_NAME_CHARS = 200;

/** The references that one side lends and borrows. */
export class References implements TreeReaderExtension {
  readonly #options: ReferencesOptions;
  readonly #lendings: Lendings;
  readonly #borrowed = new Map<number, WeakRef<object>>();
  readonly #arrivals = new WeakMap<object, Arrivals>();
  readonly #standIns: StandIns;
  readonly #dropped: FinalizationRegistry<Arrivals>;
  /** The classes that both sides have. */
  readonly types: SharedTypes = new SharedTypes();

  /** @param options Whether instances are lent, and how borrowed things are used. */
  constructor(options: ReferencesOptions) {
    this.#options = options;
    this.#lendings = new Lendings(options.maxReferences);
    this.#standIns = new StandIns({
      call: (id, path, args) => this.#use({ how: "call", ref: id, path: partOf(path) }, args),
      read: (id, path) => this.#use({ how: "read", ref: id, path: partOf(path) }),
      iterate: (id, path) => this.#use({ how: "iterate", ref: id, path: partOf(path) }),
      write: (id, path, value) => this.#use({ how: "write", ref: id, path: partOf(path) }, [value]),
    }, options);
    this.#dropped = new FinalizationRegistry((arrivals) => {
      // Another stand-in may have taken its place meanwhile.
      if (this.#borrowed.get(arrivals.id)?.deref() === undefined) {
        this.#borrowed.delete(arrivals.id);
      }
      options.release({ ref: arrivals.id, count: arrivals.count });
    });
  }

  /** The numbers of lent and borrowed references. */
  get counts(): ReferenceCounts {
    return { lent: this.#lendings.size, borrowed: this.#borrowed.size };
  }

  /**
   * Restricts an object to some members, on whatever way the other side reaches it. Lists add up.
   *
   * @param value The object.
   * @param members Their names.
   */
  narrow(value: object, members: Iterable<string>): void {
    this.#lendings.narrow(value, members);
  }

  /**
   * Lets the other side assign to members of an object.
   *
   * @param value The object.
   * @param writable The members: all, some, or none.
   * @returns A function that takes it back.
   */
  allowWrites(value: object, writable: Writable | undefined): () => void {
    const before = this.#lendings.writableOf(value);
    this.#lendings.allowWrites(value, writable);
    return () => this.#lendings.allowWrites(value, before);
  }

  /**
   * Encodes a value, with references in it where something cannot be copied.
   *
   * @param value The value.
   * @param options The name of the value in errors, and the contents of its Blobs.
   * @throws {TypeError} If a part can be neither copied nor lent; nothing is lent then.
   */
  encodeValue(value: unknown, { name, lentAs, blobs }: LendOptions): LentValue {
    const { instances } = this.#options;
    return this.#sending((lease) =>
      encode(value, {
        instances: instances === "copy" ? "data" : "refuse",
        name,
        blobs,
        extension: {
          encode: (part, writer) => {
            const member = this.#standIns.memberOf(part);
            if (member !== undefined) {
              throw writer.refusal(`the member ${member} of a reference, which was not awaited`);
            }
            const isBorrowed = this.#arrivals.has(part);
            if (!isBorrowed && this.types.copies(part)) return this.types.write(part, writer);
            const isLent = isBorrowed || typeof part === "function" ||
              isAwaited(part) || instances === "lend" && isInstance(part);
            if (!isLent) return undefined;
            return this.#encode(part, part === value ? { lease, name, lentAs } : { lease });
          },
        },
      })
    );
  }

  /**
   * Encodes a reference to a value that would otherwise be copied. Primitives are encoded as they are.
   *
   * @param value The value.
   * @param options The name of the value.
   */
  encodeReference(value: unknown, { name, lentAs }: LendOptions): LentValue {
    if (!isObject(value)) return this.encodeValue(value, { name });
    return this.#sending((lease) => ({
      value: { tree: this.#encode(value, { lease, name, lentAs }) },
      attachments: [],
    }));
  }

  /** Decodes a value that the other side has encoded. */
  decodeValue(encoded: unknown, attachments: readonly Uint8Array[] = []): unknown {
    return decode(encoded, attachments, { extension: this });
  }

  /** Decodes an answer of the other side. */
  decodeAnswer({ value, attachments }: Payload): unknown {
    return this.decodeValue((value as { value: unknown }).value, attachments);
  }

  /**
   * Takes back a reference that the other side no longer uses. Ignores a count larger than was sent.
   *
   * @param counts The reference's number, and how often it had arrived. Comes from the peer and may be anything.
   */
  release(counts: unknown): void {
    const { ref, count } = counts as Partial<ReleaseParams>;
    this.#lendings.release(ref, count);
  }

  /**
   * Checks a request of the other side, and prepares the use. The lent object is kept even if it is released meanwhile.
   *
   * @param params The request, which may be anything.
   * @param attachments The attachments of the request.
   * @throws {TypeError} If it is not a request, or its object is not lent.
   */
  open(params: unknown, attachments?: readonly Uint8Array[]): Use {
    const request = toUseParams(params);
    const { how, ref, path } = request;
    const lent = this.#lendings.get(ref);
    if (lent === undefined) throw new TypeError(`Cannot use reference ${ref}: it is not lent`);
    const name = path.length === 0 ? lent.name : `${lent.name}.${path.join(".")}`;
    const args = request.args === undefined ? [] : this.decodeValue(request.args, attachments);
    if (!Array.isArray(args)) throw new TypeError(`Cannot use ${name}: it is given no arguments`);
    return {
      name,
      perform: () => performUse(request, { lent, lendings: this.#lendings, name, args }),
      encode: (answer, blobs) => {
        // An iterator is useful as a reference only.
        return how === "iterate"
          ? this.encodeReference(answer, { name, lentAs: name })
          : this.encodeValue(answer, { name: `the result of ${name}`, blobs });
      },
    };
  }

  /** Returns whether a value is a stand-in, or a member of one. */
  isStandIn(value: unknown): boolean {
    return isObject(value) &&
      (this.#arrivals.has(value) || this.#standIns.memberOf(value) !== undefined);
  }

  #use(request: UseParams, args?: readonly unknown[]): Promise<unknown> {
    const { path } = request;
    return this.#options.use({
      name: path.length === 0 ? "a function" : path.join("."),
      write: (blobs) => {
        if (args === undefined) return { value: request };
        const { value: encoded, ...rest } = this.encodeValue(args, { name: "arguments", blobs });
        return { value: { ...request, args: encoded }, ...rest };
      },
      receive: (answer) => this.decodeAnswer(answer),
    });
  }

  decode(list: readonly unknown[], reader: TreeReader): [unknown] | undefined {
    const { 0: tag, 1: id, 2: kind, 3: name, 4: iterable, 5: type, 6: writable } = list;
    if (typeof id !== "number") return this.types.read(list, reader);
    if (tag === "yours") {
      const lent = this.#lendings.get(id);
      if (lent === undefined) throw new TypeError(`Cannot decode reference ${id}: it is not lent`);
      return [reader.number(lent.value)];
    }
    if (tag !== "mine" || kind !== "function" && kind !== "object") return undefined;
    return [
      reader.number(this.#borrow(id, {
        kind,
        name: typeof name === "string" ? name : "",
        iterable: iterable === true,
        prototype: this.types.named(type)?.Class.prototype as object | undefined,
        writable: toWritable(writable),
      })),
    ];
  }

  find(): undefined {}

  /** Encodes a value, and takes the lent references back if that fails. */
  #sending(write: (lease: number[]) => EncodedValue): LentValue {
    const lease: number[] = [];
    const unsent = () => {
      for (let i = 0; i < lease.length; i++) this.#lendings.release(lease[i], 1);
    };
    try {
      return { ...write(lease), unsent };
    } catch (error) {
      unsent();
      throw error;
    }
  }

  #encode(value: object, { lease, name = "", lentAs = "" }: Lending): Tagged {
    const arrivals = this.#arrivals.get(value);
    if (arrivals !== undefined) return tag("yours", arrivals.id);
    const kind = typeof value === "function" ? "function" : "object";
    // Code of the value may run here; nothing is lent yet.
    const own = kind === "function" ? nameOfFunction(value) : nameOfClass(value);
    const iterable = kind === "object" && isIterable(value);
    const names = [lentAs, own, name, `unnamed ${kind}`];
    const shown = names.find((it) => it !== "" && it.length <= MAX_NAME_CHARS)!;
    const id = this.#lendings.add(value, shown);
    lease[lease.length] = id;
    const type = this.types.of(value)?.name;
    const writable = this.#lendings.writableOf(value);
    if (writable !== undefined) return tag("mine", id, kind, own, iterable, type ?? null, writable);
    return type === undefined
      ? tag("mine", id, kind, own, iterable)
      : tag("mine", id, kind, own, iterable, type);
  }

  #borrow(id: number, given: StandInOptions): object {
    const known = this.#borrowed.get(id)?.deref();
    if (known !== undefined) {
      this.#arrivals.get(known)!.count++;
      if (given.writable !== undefined) this.#standIns.allowWrites(known, given.writable);
      return known;
    }
    // The other side has the same limit, and an honest one keeps it.
    if (!this.#borrowed.has(id)) this.#lendings.checkCount(this.#borrowed.size, `reference ${id}`);
    const standIn = this.#standIns.create(id, given);
    const arrivals = { id, count: 1 };
    this.#arrivals.set(standIn, arrivals);
    this.#borrowed.set(id, new WeakRef(standIn));
    this.#dropped.register(standIn, arrivals);
    return standIn;
  }
}

function nameOfFunction({ name }: { name?: unknown }): string {
  return `${name}`;
}

function nameOfClass({ constructor }: object): string {
  return typeof constructor === "function" ? `${constructor.name}` : "";
}

function isIterable(value: object): boolean {
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}
