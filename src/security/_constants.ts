/** What can be computed from constants without running the cell. */

/** Longer texts are no names. */
const MAX_CHARS = 256;

type Constant = string | readonly string[];

/** Methods of text whose result is text, or a list of it. */
const TEXT_METHODS: ReadonlySet<string> = new Set(
  "at charAt concat replace replaceAll slice split substring toLowerCase toString toUpperCase trim valueOf"
    .split(" "),
);

/** Methods of lists. */
const LIST_METHODS: ReadonlySet<string> = new Set([
  "at",
  "concat",
  "join",
  "reverse",
  "slice",
  "toReversed",
]);

/** Functions from text to text. */
const FUNCTIONS: ReadonlyMap<string, (...texts: string[]) => string> = new Map([
  ["String", (text) => text ?? ""],
  ["String.fromCharCode", (...codes) => String.fromCharCode(...codes.map(Number))],
  ["String.fromCodePoint", (...codes) => String.fromCodePoint(...codes.map(Number))],
  ["String.raw", (text) => text ?? ""],
  ["atob", (text) => atob(text ?? "")],
  ["decodeURIComponent", (text) => decodeURIComponent(text ?? "")],
  ["JSON.parse", (text) => {
    const value: unknown = JSON.parse(text ?? "");
    if (typeof value !== "string") throw new TypeError("Cannot fold: no text");
    return value;
  }],
]);

/**
 * The result of a method on constants.
 *
 * @param on What it is called on.
 * @param name The method.
 * @param args Its arguments.
 */
export function constantMethod(
  on: Constant,
  name: string,
  ...args: readonly string[]
): Constant | undefined {
  const isText = typeof on === "string";
  if (!(isText ? TEXT_METHODS : LIST_METHODS).has(name) || size(on) > MAX_CHARS) return undefined;
  const method = (isText ? String : Array).prototype[name as never] as (
    ...args: string[]
  ) => unknown;
  return folded(() => Reflect.apply(method, isText ? on : [...on], args));
}

/**
 * The result of a global function of constants.
 *
 * @param path The function, for example `String.fromCharCode`.
 * @param args Its arguments.
 */
export function constantCall(path: string, args: readonly string[]): Constant | undefined {
  const call = FUNCTIONS.get(path);
  if (call === undefined || size(args) > MAX_CHARS) return undefined;
  return folded(() => call(...args));
}

function folded(compute: () => unknown): Constant | undefined {
  try {
    const result = compute();
    const isText = typeof result === "string";
    const isList = Array.isArray(result) && result.every((item) => typeof item === "string");
    return isText || isList ? result : undefined;
  } catch {
    // It throws in the cell as well.
    return undefined;
  }
}

function size(constant: Constant): number {
  let sum = constant.length;
  if (typeof constant !== "string") { for (const { length } of constant) sum += length; }
  return sum;
}
