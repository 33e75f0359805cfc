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
} from "./builtins.ts";

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
}

const { apply, get } = Reflect;
const { asyncIterator, toStringTag } = Symbol;

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

/** Makes stand-ins. */
export class StandIns {
  readonly #borrower: Borrower;

  /** @param borrower Uses what they stand for. */
  constructor(borrower: Borrower) {
    this.#borrower = borrower;
  }

  /**
   * Makes a stand-in.
   *
   * @param id The number of what it stands for.
   * @param options What that is.
   */
  create(id: number, { kind, name, iterable }: StandInOptions): object {
    return kind === "function" ? this.#function(id, name) : this.#object(id, { name, iterable });
  }

  #function(id: number, name: string): object {
    const standIn = (...args: unknown[]): Promise<unknown> => {
      // What it stands for is needed until the call has ended.
      const calling = this.#borrower.call(id, [], args);
      return iterableCall(keep(calling, standIn));
    };
    Object.defineProperty(standIn, "name", { value: name, configurable: true });
    return standIn;
  }

  #object(id: number, { name, iterable }: { name: string; iterable: boolean }): object {
    const paths = new Map<string, object>();
    // So that `console.log` and error messages say what it is.
    const Class = Object.defineProperty(class {}, "name", { value: name });
    const root: object = new Proxy(Object.create(Class.prototype) as object, {
      get: (target, key) => {
        if (key === asyncIterator) {
          return iterable ? () => this.#iterate(root, id, []) : undefined;
        }
        if (typeof key === "symbol") return key === toStringTag ? name : undefined;
        if (OWN.has(key)) return get(target, key);
        if (ABSENT.has(key)) return undefined;
        let path = paths.get(key);
        if (path === undefined) paths.set(key, path = this.#path(root, id, [key]));
        return path;
      },
      set: (_, key) => refuseChange(key),
      defineProperty: (_, key) => refuseChange(key),
      deleteProperty: (_, key) => refuseChange(key),
      setPrototypeOf: () => refuseChange("prototype"),
      // The members are not known on this side.
      has: (_, key) => typeof key === "string" && !ABSENT.has(key),
    });
    return root;
  }

  /** A member that has not been asked for yet: it can be called, awaited, iterated, and has members. */
  #path(root: object, id: number, path: readonly string[]): object {
    const borrower = this.#borrower;
    const read = () => keep(borrower.read(id, path), root);
    const target = Object.defineProperty(function () {}, "name", { value: path.at(-1)! });
    return new Proxy(target, {
      apply: (_, __, args) => iterableCall(keep(borrower.call(id, path, args), root)),
      construct: () => {
        throw new TypeError(
          `Cannot make a ${String(path.at(-1))}: it is a class of the other side`,
        );
      },
      get: (_, key) => {
        if (key === "then") return promiseMethod(read, "then");
        if (key === "catch") return promiseMethod(read, "catch");
        if (key === "finally") return promiseMethod(read, "finally");
        if (key === asyncIterator) return () => this.#iterate(root, id, path);
        if (typeof key === "symbol" || key === "toJSON") return undefined;
        if (key === "call" || key === "apply" || key === "bind" || OWN.has(key)) {
          return get(target, key);
        }
        return this.#path(root, id, [...path, key]);
      },
      set: (_, key) => refuseChange(key),
    });
  }

  async *#iterate(root: object, id: number, path: readonly string[]): AsyncGenerator<unknown> {
    const iterator = await keep(this.#borrower.iterate(id, path), root) as AsyncIterator<unknown>;
    let ended = false;
    try {
      while (true) {
        const { done, value } = await iterator.next();
        if (done) {
          ended = true;
          return value;
        }
        yield value;
      }
    } finally {
      if (!ended) await iterator.return?.();
    }
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

/** Keeps a stand-in from being given back while it is used. */
async function keep<T>(using: Promise<T>, standIn: object): Promise<T> {
  try {
    return await using;
  } finally {
    void standIn;
  }
}

function refuseChange(key: string | symbol): never {
  throw new TypeError(
    `Cannot change ${
      String(key)
    }: the object is on the other side, where its methods can change it`,
  );
}
