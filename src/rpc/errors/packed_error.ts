/**
 * Errors as data: what an error says crosses, and where it was thrown stays on its side.
 *
 * An error arrives as one of the nearest built-in class, with its name, message, cause, the errors in it, and those of its
 * own properties that are data and can be copied. Everything is bounded on both sides.
 *
 * @module
 */

import {
  AggregateError,
  Array,
  DOMException,
  Error,
  EvalError,
  JSON,
  Map,
  Object,
  RangeError,
  ReferenceError,
  Set,
  SuppressedError,
  SyntaxError,
  TypeError,
  URIError,
} from "../builtins.ts";
import { headOf, truncate } from "../../text/truncate.ts";
import { decode, encode } from "../values/codec.ts";

/** A thrown value as data: an error, or any other value, which crosses as itself. */
type Packed = { readonly error: PackedError } | { readonly value: unknown };

/** An error as data. */
interface PackedError {
  /** The name of the nearest built-in class. */
  readonly base: string;
  readonly name: string;
  readonly message: string;
  /** Its own properties, as the value codec writes them. */
  readonly own: readonly { readonly name: string; readonly value: unknown }[];
  readonly cause?: Packed;
  readonly errors?: readonly Packed[];
  readonly error?: Packed;
  readonly suppressed?: Packed;
}

/** How deep causes and inner errors are nested. */
const MAX_DEPTH = 6;

/** Maximum number of errors in one, causes included. */
const MAX_ERRORS = 30;

/** Maximum number of own properties of an error. */
const MAX_PROPERTIES = 30;

/** Maximum length of a name. */
const MAX_NAME_CHARS = 200;

/** Maximum length of a message: an agent shows less of it to its model. */
const MAX_MESSAGE_CHARS = 20_000;

/** Maximum length of all properties and values of a packed error, as JSON. */
const MAX_VALUE_CHARS = 100_000;

/** The built-in classes, subclasses first. */
const CLASSES = new Map<string, new (...args: never[]) => Error>(
  [
    ["AggregateError", AggregateError],
    ["SuppressedError", SuppressedError],
    ["EvalError", EvalError],
    ["RangeError", RangeError],
    ["ReferenceError", ReferenceError],
    ["SyntaxError", SyntaxError],
    ["TypeError", TypeError],
    ["URIError", URIError],
    ["DOMException", DOMException as new (...args: never[]) => Error],
  ],
);

/** Properties that cross by other means, or that describe the side on which an error was thrown. */
const SPECIAL = new Set<string>([
  "name",
  "message",
  "stack",
  "cause",
  "errors",
  "error",
  "suppressed",
]);

const { getOwnPropertyDescriptor, getPrototypeOf, hasOwn, keys } = Object;

/**
 * Returns the name of an error: that of its class, where the class has given it none.
 *
 * @param error The error.
 * @throws What a getter of it throws.
 */
export function nameOfError(error: Error): string {
  const name = `${error.name}`;
  for (let holder: object | null = error; holder !== null; holder = getPrototypeOf(holder)) {
    if (!hasOwn(holder, "name")) continue;
    const { constructor } = holder as { constructor: unknown };
    // Built-in classes have a name for all that inherit from them.
    if (holder === error || constructor !== Error && CLASSES.get(name) !== constructor) return name;
    break;
  }
  const { constructor } = error as { constructor: unknown };
  if (typeof constructor !== "function" || constructor.name === "") return name;
  return `${constructor.name}`;
}

/**
 * Makes data of a thrown value.
 *
 * @param thrown Any value.
 * @returns The data, which `JSON.stringify` writes without loss; `undefined` if the value cannot be copied.
 */
export function packThrown(thrown: unknown): unknown {
  try {
    return new Packer().pack(thrown, 0);
  } catch {
    // A getter or a proxy.
    return undefined;
  }
}

/**
 * Makes a thrown value of data.
 *
 * @param packed The data, which may be anything.
 * @returns The value in a list; `undefined` if the data is none that {@linkcode packThrown} makes.
 */
export function unpackThrown(packed: unknown): [thrown: unknown] | undefined {
  try {
    return [unpack(packed, 0)];
  } catch {
    return undefined;
  }
}

class Packer {
  #left = MAX_VALUE_CHARS;
  #errorCount = 0;

  pack(thrown: unknown, depth: number): Packed | undefined {
    if (!(thrown instanceof Error)) {
      const value = this.#encode(thrown);
      return value === undefined ? undefined : { value };
    }
    if (depth === MAX_DEPTH || ++this.#errorCount > MAX_ERRORS) return undefined;
    const inner = (key: string) =>
      hasOwn(thrown, key) ? this.pack(dataOf(thrown, key), depth + 1) : undefined;
    const [cause, error, suppressed] = [inner("cause"), inner("error"), inner("suppressed")];
    const isPair = thrown instanceof SuppressedError;
    const errors = thrown instanceof AggregateError ? this.#errors(thrown, depth + 1) : undefined;
    return {
      error: {
        base: baseOf(thrown),
        name: headOf(nameOfError(thrown), MAX_NAME_CHARS),
        message: cut(`${thrown.message}`),
        own: this.#properties(thrown, isPair),
        ...(cause === undefined ? {} : { cause }),
        ...(errors === undefined ? {} : { errors }),
        ...(isPair && error !== undefined ? { error } : {}),
        ...(isPair && suppressed !== undefined ? { suppressed } : {}),
      },
    };
  }

  #errors(aggregate: Error, depth: number): Packed[] {
    const errors = dataOf(aggregate, "errors");
    const packed: Packed[] = [];
    if (!Array.isArray(errors)) return packed;
    for (let i = 0; i < errors.length && packed.length < MAX_ERRORS; i++) {
      const one = this.pack(errors[i], depth);
      if (one !== undefined) packed[packed.length] = one;
    }
    return packed;
  }

  #properties(error: Error, isPair: boolean): PackedError["own"] {
    const own: { name: string; value: unknown }[] = [];
    const names = keys(error);
    for (let i = 0; i < names.length && own.length < MAX_PROPERTIES; i++) {
      const name = names[i]!;
      const isOther = name === "error" || name === "suppressed" ? !isPair : !SPECIAL.has(name);
      if (!isOther || name.length > MAX_NAME_CHARS) continue;
      const value = this.#encode(dataOf(error, name));
      if (value !== undefined) own[own.length] = { name, value };
    }
    return own;
  }

  /** Returns a value as the codec writes it; `undefined` if it is no data, or too large. */
  #encode(item: unknown): unknown {
    if (typeof item === "function") return undefined;
    try {
      const { value, attachments } = encode(item);
      if (attachments.length > 0) return undefined;
      const { length } = JSON.stringify(value);
      if (length > this.#left) return undefined;
      this.#left -= length;
      return value;
    } catch {
      return undefined;
    }
  }
}

function unpack(packed: unknown, depth: number): unknown {
  const { error, value } = packed as { error?: PackedError; value?: unknown };
  if (error === undefined) return decode(value);
  if (depth > MAX_DEPTH) {
    throw new RangeError("Cannot read an error: its causes are nested too deep");
  }
  const { base, name, message, own, cause, errors } = error;
  if (typeof name !== "string" || typeof message !== "string") throw new TypeError("malformed");
  const made = construct(`${base}`, { ...error, message: cut(message) }, depth);
  if (made.name !== name) {
    define(made, "name", { value: headOf(name, MAX_NAME_CHARS), hidden: true });
  }
  if (cause !== undefined) define(made, "cause", { value: unpack(cause, depth + 1), hidden: true });
  if (errors !== undefined && base === "AggregateError") {
    const list: unknown[] = [];
    for (let i = 0; i < errors.length && i < MAX_ERRORS; i++) {
      list[i] = unpack(errors[i], depth + 1);
    }
    define(made, "errors", { value: list, hidden: true });
  }
  for (let i = 0; i < own.length && i < MAX_PROPERTIES; i++) {
    const { name: key, value: item } = own[i]!;
    if (typeof key === "string" && !hasOwn(made, key)) define(made, key, { value: decode(item) });
  }
  return made;
}

function construct(base: string, { name, message, error, suppressed }: PackedError, depth: number) {
  if (base === "DOMException") return new DOMException(message, name) as unknown as Error;
  if (base === "AggregateError") return new AggregateError([], message);
  if (base === "SuppressedError") {
    const inner = (one: Packed | undefined) => one === undefined ? one : unpack(one, depth + 1);
    return new SuppressedError(inner(error), inner(suppressed), message);
  }
  const Class = (CLASSES.get(base) ?? Error) as new (message: string) => Error;
  return new Class(message);
}

function define(
  target: object,
  name: string,
  { value, hidden = false }: { readonly value: unknown; readonly hidden?: boolean },
): void {
  Object.defineProperty(target, name, {
    value,
    writable: true,
    enumerable: !hidden,
    configurable: true,
  });
}

function baseOf(error: Error): string {
  let base = "Error";
  CLASSES.forEach((Class, name) => {
    if (base === "Error" && error instanceof Class) base = name;
  });
  return base;
}

/** Returns the value of a property, without calling a getter. */
function dataOf(holder: object, key: string): unknown {
  return getOwnPropertyDescriptor(holder, key)?.value;
}

/** Returns the beginning of a message that is too long, at a whole character. */
function cut(message: string): string {
  return truncate(message, MAX_MESSAGE_CHARS);
}
