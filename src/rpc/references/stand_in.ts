/**
 * Stand-ins for objects and functions of the other side: a member of a member is a path, and nothing is sent before it is
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
import { partOf } from "../lists.ts";

/** Uses what the other side has lent. */
export interface Borrower {
  /** Calls a function, or a member. */
  call(id: number, path: readonly string[], args: readonly unknown[]): Promise<unknown>;
  /** Reads a member. */
  read(id: number, path: readonly string[]): Promise<unknown>;
  /** Gives a stand-in for an iterator. */
  iterate(id: number, path: readonly string[]): Promise<unknown>;
}

/** What a stand-in stands for. */
export type StandInKind = "function" | "object";

/** Options of {@linkcode StandIns.create}. */
export interface StandInOptions {
  /** What it stands for. */
  readonly kind: StandInKind;
  /** The name of the function, or of the object's class. */
  readonly name: string;
  /** Whether it can be iterated with `for await`. */
  readonly iterable: boolean;
  /** What it inherits from, where its class is on this side as well. @default nothing */
  readonly prototype?: object | undefined;
}

const { apply, get } = Reflect;
const { asyncIterator, toPrimitive, toStringTag } = Symbol;

/** What every object has, and what a stand-in has itself. */
const OWN: ReadonlyMap<string | symbol, unknown> = new Map(
  ["toString", "valueOf", "toLocaleString", "hasOwnProperty", "isPrototypeOf"].map((name) => [
    name,
    Object.prototype[name as never],
  ]),
);

/** Members that are nowhere: a promise is no stand-in, and what asks for JSON gets what it sees. */
const ABSENT: ReadonlyMap<string | symbol, undefined> = new Map(
  ["then", "toJSON", "constructor", "__proto__", "prototype"].map((name) => [name, undefined]),
);

/** Options of {@linkcode StandIns}. */
export interface StandInsOptions {
  /**
   * What becomes of a rejected call that nobody waits for. On the host it must not end the process, which one that is
   * `reported` does. @default "reported"
   */
  readonly rejections?: "reported" | "dropped";
}

/** Makes stand-ins. */
export class StandIns {
  readonly #borrower: Borrower;
  readonly #dropsRejections: boolean;
  readonly #members = new WeakMap<object, string>();

  /**
   * @param borrower Uses what they stand for.
   * @param options What becomes of rejected calls.
   */
  constructor(borrower: Borrower, { rejections = "reported" }: StandInsOptions = {}) {
    this.#borrower = borrower;
    this.#dropsRejections = rejections === "dropped";
  }

  /**
   * Makes a stand-in.
   *
   * @param id The number of what it stands for.
   * @param options What that is.
   */
  create(id: number, options: StandInOptions): object {
    return options.kind === "function"
      ? this.#function(id, options.name)
      : this.#object(id, options);
  }

  /** The path of a member that nobody has waited for yet; nothing if a value is none. */
  memberOf(value: object): string | undefined {
    return this.#members.get(value);
  }

  #function(id: number, name: string): object {
    const standIn = (...args: unknown[]): Promise<unknown> => this.#call(id, [], args);
    Object.defineProperty(standIn, "name", { value: name, configurable: true });
    return standIn;
  }

  #object(id: number, { name, iterable, prototype }: StandInOptions): object {
    const paths = new Map<string, object>();
    const root: object = new Proxy(Object.create(prototype ?? classNamed(name)) as object, {
      ...UNCHANGEABLE,
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
      // The members are not known on this side.
      has: (_, key) => typeof key === "string" && !ABSENT.has(key),
    });
    return root;
  }

  /** A member that has not been asked for yet: it can be called, awaited, iterated, and has members. */
  #path(root: object, id: number, path: readonly string[]): object {
    const read = () => this.#borrower.read(id, path);
    const walked = path.join(".");
    // What `console.log` shows.
    const shown = `${walked}, not awaited`;
    const target = Object.defineProperty(function () {}, "name", { value: shown });
    const member: object = new Proxy(target, {
      ...UNCHANGEABLE,
      apply: (_, __, args) => this.#call(id, path, args),
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
        // Or a sum would be a text, and a comparison false.
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

  #call(id: number, path: readonly string[], args: readonly unknown[]): Promise<unknown> {
    const calling = this.#borrower.call(id, path, args);
    if (this.#dropsRejections) calling.catch(() => {});
    return iterableCall(calling);
  }
}

/** The prototype of a class of a name, so that `console.log` and error messages say what it is. */
function classNamed(name: string): object {
  return Object.defineProperty(class {}, "name", { value: name }).prototype as object;
}

/** Uses an iterator of the other side. Whoever leaves early ends it there. */
async function* iterate(start: () => Promise<unknown>): AsyncGenerator<unknown> {
  const iterator = await start() as AsyncIterator<unknown>;
  // One that is done has ended, and so has one that has failed.
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

/** A path is read when somebody waits for it. */
function promiseMethod(read: () => Promise<unknown>, name: PromiseMethod): unknown {
  return (...args: unknown[]) => {
    const promise = read();
    return apply(promise[name] as (...args: unknown[]) => unknown, promise, args);
  };
}

/** The result of a call can be iterated without an `await` of its own: `for await (const row of table.rows())`. */
export function iterableCall(calling: Promise<unknown>): Promise<unknown> {
  // In a kernel all promises are.
  if (asyncIterator in calling) return calling;
  Object.defineProperty(calling, asyncIterator, {
    value: async function* () {
      yield* await calling as AsyncIterable<unknown>;
    },
  });
  return calling;
}

/** What is on the other side is changed there. */
const UNCHANGEABLE: ProxyHandler<object> = {
  set: (_, key) => refuseChange(key),
  defineProperty: (_, key) => refuseChange(key),
  deleteProperty: (_, key) => refuseChange(key),
  setPrototypeOf: () => refuseChange("prototype"),
  preventExtensions: () => refuseChange("extensibility"),
};

function refuseChange(key: string | symbol): never {
  throw new TypeError(
    `Cannot change ${
      String(key)
    }: the object is on the other side, where its methods can change it`,
  );
}

function refuseUse(walked: string): never {
  throw new TypeError(`Cannot use ${walked} as a value: it is on the other side, await it first`);
}
