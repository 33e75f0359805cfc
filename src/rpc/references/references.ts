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
} from "../builtins.ts";
import type { BlobContents } from "../values/blobs.ts";
import { decode, encode, type EncodedValue } from "../values/codec.ts";
import type { Payload } from "../wire/handler.ts";
import { Lendings } from "./_lendings.ts";
import { LentIterator } from "./_lent_iterator.ts";
import { isAwaited, isInstance, isObject } from "../values/kinds.ts";
import { resolvePath } from "./members.ts";
import { toUseParams } from "./_use_params.ts";
import type { ReferenceCounts, ReleaseParams, UseParams } from "../protocol.ts";
import { SharedTypes } from "../values/shared_types.ts";
import { type StandInOptions, StandIns, type StandInsOptions } from "./stand_in.ts";
import { tag, type Tagged, type TreeReader, type TreeReaderExtension } from "../values/tree.ts";
import { partOf } from "../lists.ts";

/** Options of {@linkcode References}. */
export interface ReferencesOptions extends StandInsOptions {
  /** What becomes of class instances that are not asked for as references: they are lent, or copied as data. */
  readonly instances: "lend" | "copy";
  /** Asks the other side to use something that it has lent. */
  readonly use: (request: UseRequest) => Promise<unknown>;
  /** Tells the other side that something which has arrived so often is no longer used. */
  readonly release: (counts: ReleaseParams) => void;
}

/** A request to use something that the other side has lent. */
export interface UseRequest {
  /** How it is called in errors. */
  readonly name: string;
  /** Writes the request. What it lends has to be sent. */
  write(blobs: BlobContents): Payload & { readonly value: UseParams };
  /** Reads the answer, as soon as it is there: what is in it may be given back by what comes behind it. */
  receive(answer: Payload): unknown;
}

/** Options of {@linkcode References.encodeValue} and {@linkcode References.encodeReference}. */
export interface LendOptions {
  /** How the value is called in errors. */
  readonly name: string;
  /** How it is called where it is used, if it is lent. @default as its class */
  readonly lentAs?: string | undefined;
  /** What the Blobs in it hold. @default nobody has read them: Blobs are refused */
  readonly blobs?: BlobContents | undefined;
}

/** An encoded value, and what it lends. */
export interface LentValue extends EncodedValue {
  /** Takes back what it lends. Called if it does not leave. */
  readonly unsent: () => void;
}

/** A request of the other side, understood. What it is about stays there until it is done. */
export interface Use {
  /** What is used, for the account of the cell. */
  readonly name: string;
  /**
   * Does it.
   *
   * @throws {TypeError} If there is no such member, or it cannot be used so; otherwise what its code throws.
   */
  perform(): Promise<unknown>;
  /** Encodes the answer, with what Blobs in it hold. */
  encode(answer: unknown, blobs: BlobContents): LentValue;
}

/** How something is lent. */
interface Lending extends Partial<LendOptions> {
  /** What the message lends. */
  readonly lease: number[];
}

/** How often a stand-in has arrived. */
interface Arrivals {
  readonly id: number;
  count: number;
}

/** What is reached from what is lent is called after it, but names do not grow for ever. */
const MAX_NAME_CHARS = 200;

/** What one side lends, and what it borrows. */
export class References implements TreeReaderExtension {
  readonly #options: ReferencesOptions;
  readonly #lendings = new Lendings();
  readonly #borrowed = new Map<number, WeakRef<object>>();
  readonly #arrivals = new WeakMap<object, Arrivals>();
  readonly #standIns: StandIns;
  readonly #dropped: FinalizationRegistry<Arrivals>;
  /** The classes that both sides have. */
  readonly types: SharedTypes = new SharedTypes();

  /** @param options Whether instances are lent, and how borrowed things are used. */
  constructor(options: ReferencesOptions) {
    this.#options = options;
    this.#standIns = new StandIns({
      call: (id, path, args) => this.#use({ how: "call", ref: id, path: partOf(path) }, args),
      read: (id, path) => this.#use({ how: "read", ref: id, path: partOf(path) }),
      iterate: (id, path) => this.#use({ how: "iterate", ref: id, path: partOf(path) }),
    }, options);
    this.#dropped = new FinalizationRegistry((arrivals) => {
      // Another stand-in may have come in its place meanwhile.
      if (this.#borrowed.get(arrivals.id)?.deref() === undefined) {
        this.#borrowed.delete(arrivals.id);
      }
      options.release({ ref: arrivals.id, count: arrivals.count });
    });
  }

  /** How much is lent, and how much borrowed. */
  get counts(): ReferenceCounts {
    return { lent: this.#lendings.size, borrowed: this.#borrowed.size };
  }

  /**
   * Lets the other side reach only some members of an object, however it comes to it. Lists add up.
   *
   * @param value The object.
   * @param members Their names.
   */
  narrow(value: object, members: Iterable<string>): void {
    this.#lendings.narrow(value, members);
  }

  /**
   * Encodes a value, with references in it where something cannot be copied.
   *
   * @param value The value.
   * @param options How it is called.
   * @throws {TypeError} If something in it can neither be copied nor lent; nothing is lent then.
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
   * Encodes a reference to a value that would otherwise be copied. What cannot be changed in place is encoded as it is.
   *
   * @param value The value.
   * @param options How it is called.
   */
  encodeReference(value: unknown, { name, lentAs }: LendOptions): LentValue {
    if (!isObject(value)) return this.encodeValue(value, { name });
    return this.#sending((lease) => ({
      value: { tree: this.#encode(value, { lease, name, lentAs }) },
      attachments: [],
    }));
  }

  /** Decodes what the other side has encoded. */
  decodeValue(encoded: unknown, attachments: readonly Uint8Array[] = []): unknown {
    return decode(encoded, attachments, { extension: this });
  }

  /** Decodes what the other side has answered. */
  decodeAnswer({ value, attachments }: Payload): unknown {
    return this.decodeValue((value as { value: unknown }).value, attachments);
  }

  /**
   * Takes back what the other side no longer uses. Does nothing if it was not lent so often.
   *
   * @param counts What, and how often it had arrived. The other side may have sent anything.
   */
  release(counts: unknown): void {
    const { ref, count } = counts as Partial<ReleaseParams>;
    this.#lendings.release(ref, count);
  }

  /**
   * Understands a request of the other side, which may be anything. Whatever becomes of the reference, it can be done.
   *
   * @param params The request.
   * @param attachments What came with it.
   * @throws {TypeError} If it is no request, or of something that is not lent.
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
      perform: async () => {
        const membersOf = (holder: object) => this.#lendings.membersOf(holder);
        const { holder, value } = await resolvePath(lent.value, path, {
          name: lent.name,
          membersOf,
        });
        if (how === "read") return await value;
        if (how === "call") {
          if (typeof value === "function") return await Reflect.apply(value, holder, args);
          throw new TypeError(`Cannot call ${name}: it is no function`);
        }
        const iterated = await value;
        if (!isObject(iterated) || membersOf(iterated) === undefined) {
          return new LentIterator(iterated, name);
        }
        throw new TypeError(`Cannot iterate ${name}: only its members can be reached`);
      },
      encode: (answer, blobs) => {
        // Of an iterator only a reference is of use.
        return how === "iterate"
          ? this.encodeReference(answer, { name, lentAs: name })
          : this.encodeValue(answer, { name: `the result of ${name}`, blobs });
      },
    };
  }

  /** Whether a value is a stand-in, or a member of one. */
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
    const { 0: tag, 1: id, 2: kind, 3: name, 4: iterable, 5: type } = list;
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
      })),
    ];
  }

  find(): undefined {}

  /** What is lent by an attempt that fails is not lent. */
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
    // Whatever code of the value runs here, nothing is lent yet.
    const own = kind === "function" ? nameOfFunction(value) : nameOfClass(value);
    const iterable = kind === "object" && isIterable(value);
    const names = [lentAs, own, name, `unnamed ${kind}`];
    const shown = names.find((it) => it !== "" && it.length <= MAX_NAME_CHARS)!;
    const id = this.#lendings.add(value, shown);
    lease[lease.length] = id;
    const type = this.types.of(value)?.name;
    return type === undefined
      ? tag("mine", id, kind, own, iterable)
      : tag("mine", id, kind, own, iterable, type);
  }

  #borrow(id: number, given: StandInOptions): object {
    const known = this.#borrowed.get(id)?.deref();
    if (known !== undefined) {
      this.#arrivals.get(known)!.count++;
      return known;
    }
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
