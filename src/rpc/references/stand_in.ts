/**
 * Stand-ins for objects and functions of the other side. A member of a member is a path; nothing is sent before it is
 * called, awaited or iterated.
 *
 * @module
 */

import {
  Map,
  Object,
  type Promise,
  Proxy,
  Reflect,
  String,
  Symbol,
  TypeError,
  WeakMap,
} from "../builtins.ts";
import { mayWrite, refuseChange, refuseWrite, type Writable } from "./_write_access.ts";
import { partOf } from "../lists.ts";

/** The operations on objects that the other side has lent. */
export interface Borrower {
  /** Calls a function, or a member. */
  call(id: number, path: readonly string[], args: readonly unknown[]): Promise<unknown>;
  /** Reads a member. */
  read(id: number, path: readonly string[]): Promise<unknown>;
  /** Assigns to a member. */
  write(id: number, path: readonly string[], value: unknown): Promise<unknown>;
  /** Returns a stand-in for an iterator. */
  iterate(id: number, path: readonly string[]): Promise<unknown>;
}

/** The kind of value that a stand-in stands for. */
export type StandInKind = "function" | "object";

/** Options of {@linkcode StandIns.create}. */
export interface StandInOptions {
  /** The kind of value that it stands for. */
  readonly kind: StandInKind;
  /** The name of the function, or of the object's class. */
  readonly name: string;
  /** Whether it can be iterated with `for await`. */
  readonly iterable: boolean;
  /** The prototype of its class, if this side has the class as well. @default none */
  readonly prototype?: object | undefined;
  /** The members to which this side may assign. @default none */
  readonly writable?: Writable | undefined;
}

const { apply, get } = Reflect;
const { asyncIterator, toPrimitive, toStringTag } = Symbol;

/** Members that every object has. A stand-in answers them itself. */
const OWN: ReadonlyMap<string | symbol, unknown> = new Map(
  ["toString", "valueOf", "toLocaleString", "hasOwnProperty", "isPrototypeOf"].map((name) => [
    name,
    Object.prototype[name as never],
  ]),
);

/**
 * Members that are always absent: a stand-in must not look like a promise, and `JSON.stringify` gets what is visible.
 */
const ABSENT: ReadonlyMap<string | symbol, undefined> = new Map(
  ["then", "toJSON", "constructor", "__proto__", "prototype"].map((name) => [name, undefined]),
);

/** Options of {@linkcode StandIns}. */
export interface StandInsOptions {
  /**
   * The treatment of a rejected call that nobody awaits. On the host it must not end the process, as a `reported`
   * rejection does. @default "reported"
   */
  readonly rejections?: "reported" | "dropped";
  /**
   * Returns the prototype for stand-ins of objects whose class this side does not have.
   *
   * @default one for each stand-in, with the name of the class
   */
  readonly prototypeOf?: (className: string) => object;
  /** Called with each assignment. It may fail. @default it is reported as unhandled */
  readonly onWrite?: (writing: Promise<unknown>) => void;
}

/** Creates stand-ins. */
export class StandIns {
  readonly #borrower: Borrower;
  readonly #dropsRejections: boolean;
  readonly #members = new WeakMap<object, string>();
  readonly #writable = new WeakMap<object, Writable>();
  readonly #prototypeOf: (className: string) => object;
  readonly #onWrite: (writing: Promise<unknown>) => void;

  /**
   * @param borrower Performs the operations on the lent objects.
   * @param options What to do with rejected calls.
   */
  constructor(borrower: Borrower, options: StandInsOptions = {}) {
    const { rejections = "reported", prototypeOf = prototypeNamed, onWrite = () => {} } = options;
    this.#borrower = borrower;
    this.#dropsRejections = rejections === "dropped";
    this.#prototypeOf = prototypeOf;
    this.#onWrite = onWrite;
  }

  /** Lets this side assign to members of an object. */
  allowWrites(standIn: object, writable: Writable): void {
    this.#writable.set(standIn, writable);
  }

  /**
   * Creates a stand-in.
   *
   * @param id The number of the lent object.
   * @param options A description of the lent object.
   */
  create(id: number, options: StandInOptions): object {
    return options.kind === "function"
      ? this.#function(id, options.name)
      : this.#object(id, options);
  }

  /** Returns the path of a member that was not awaited yet, or `undefined` if the value is no such member. */
  memberOf(value: object): string | undefined {
    return this.#members.get(value);
  }

  #function(id: number, name: string): object {
    const standIn = (...args: unknown[]): Promise<unknown> => this.#call(id, { name, args });
    Object.defineProperty(standIn, "name", { value: name, configurable: true });
    return standIn;
  }

  #object(id: number, { name, iterable, prototype, writable }: StandInOptions): object {
    const paths = new Map<string, object>();
    const root: object = new Proxy(Object.create(prototype ?? this.#prototypeOf(name)) as object, {
      ...UNCHANGEABLE,
      set: (_, key, value) => this.#write(root, { id, path: [key], value }),
      get: (_, key) => {
        if (key === asyncIterator) {
          return iterable ? () => iterate(() => this.#borrower.iterate(id, [])) : undefined;
        }
        if (typeof key === "symbol") return key === toStringTag ? name : undefined;
        if (OWN.has(key)) return OWN.get(key);
        if (ABSENT.has(key)) return undefined;
        let path = paths.get(key);
        if (path === undefined) paths.set(key, path = this.#path(root, id, [key]));
        return path;
      },
      // This side does not know which members there are.
      has: (_, key) => typeof key === "string" && !ABSENT.has(key),
    });
    if (writable !== undefined) this.#writable.set(root, writable);
    return root;
  }

  /** Creates a member that was not requested yet: it can be called, awaited and iterated, and has members. */
  #path(root: object, id: number, path: readonly string[]): object {
    const read = () => this.#borrower.read(id, path);
    const walked = path.join(".");
    // The text that `console.log` shows.
    const shown = `${walked}, not awaited`;
    const target = Object.defineProperty(function () {}, "name", { value: shown });
    const member: object = new Proxy(target, {
      ...UNCHANGEABLE,
      set: (_, key, value) => {
        const longer: (string | symbol)[] = partOf(path);
        longer[longer.length] = key;
        return this.#write(root, { id, path: longer, value });
      },
      apply: (_, __, args: unknown[]) => this.#call(id, { path, args }),
      construct: () => {
        throw new TypeError(
          `Cannot make a ${String(path.at(-1))}: it is a class of the other side`,
        );
      },
      get: (_, key) => {
        if (key === "then") return promiseMethod(read, "then");
        if (key === "catch") return promiseMethod(read, "catch");
        if (key === "finally") return promiseMethod(read, "finally");
        if (key === asyncIterator) return () => iterate(() => this.#borrower.iterate(id, path));
        // Otherwise a sum would be a string, and a comparison false.
        if (key === toPrimitive) return () => refuseUse(walked);
        if (typeof key === "symbol" || key === "toJSON") return undefined;
        if (key === "call" || key === "apply" || key === "bind") return get(target, key);
        const longer = partOf(path);
        longer[longer.length] = key;
        return this.#path(root, id, longer);
      },
    });
    this.#members.set(member, walked);
    return member;
  }

  #write(
    root: object,
    { id, path, value }: { id: number; path: readonly (string | symbol)[]; value: unknown },
  ): boolean {
    if (!mayWrite(this.#writable.get(root), path)) throw refuseWrite(String(path.at(-1)));
    const writing = this.#borrower.write(id, path, value);
    if (this.#dropsRejections) writing.catch(() => {});
    this.#onWrite(writing);
    return true;
  }

  #call(
    id: number,
    { name = "", path = [], args }: {
      name?: string;
      path?: readonly string[];
      args: readonly unknown[];
    },
  ): Promise<unknown> {
    const calling = this.#borrower.call(id, path, args);
    if (this.#dropsRejections) calling.catch(() => {});
    return callResult(calling, path.length === 0 ? name : path.join("."));
  }
}

/** Returns a prototype with a class name, so that `console.log` and error messages show it. */
function prototypeNamed(name: string): object {
  return Object.defineProperty(class {}, "name", { value: name }).prototype as object;
}

/** Iterates with an iterator of the other side. Leaving early ends the iteration there. */
async function* iterate(start: () => Promise<unknown>): AsyncGenerator<unknown> {
  const iterator = await start() as AsyncIterator<unknown>;
  // An iterator that is done, or has failed, does not have to be ended.
  let ended = true;
  try {
    while (true) {
      const { done, value } = await iterator.next();
      if (done) return;
      ended = false;
      yield value;
      ended = true;
    }
  } finally {
    if (!ended) await iterator.return?.();
  }
}

type PromiseMethod = "then" | "catch" | "finally";

/** Returns a method of a member's promise. The member is read when the method is called. */
function promiseMethod(read: () => Promise<unknown>, name: PromiseMethod): unknown {
  return (...args: unknown[]) => {
    const promise = read();
    return apply(promise[name] as (...args: unknown[]) => unknown, promise, args);
  };
}

/**
 * Makes the result of a call iterable without an `await` of its own: `for await (const row of table.rows())`; and refuses its
 * use as a value, for the sum of a promise and a number is a text.
 *
 * @param calling The call.
 * @param name The name of what is called.
 */
export function callResult(calling: Promise<unknown>, name: string): Promise<unknown> {
  Object.defineProperty(calling, toPrimitive, {
    value: () => {
      throw new TypeError(`Cannot use ${name}() as a value: it is a promise, await it first`);
    },
  });
  // In a kernel all promises are iterable already.
  if (asyncIterator in calling) return calling;
  Object.defineProperty(calling, asyncIterator, {
    value: async function* () {
      yield* await calling as AsyncIterable<unknown>;
    },
  });
  return calling;
}

/** Traps that refuse changes: the object is on the other side and is changed there. */
const UNCHANGEABLE: ProxyHandler<object> = {
  defineProperty: (_, key) => refuse(`${String(key)} but by an assignment`),
  deleteProperty: (_, key) => refuse(`${String(key)} by deleting it`),
  setPrototypeOf: () => refuse("its prototype"),
  preventExtensions: () => refuse("its extensibility"),
};

function refuse(what: string): never {
  throw refuseChange(what);
}

function refuseUse(walked: string): never {
  throw new TypeError(`Cannot use ${walked} as a value: it is on the other side, await it first`);
}
