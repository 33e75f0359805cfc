/** Evaluation of constant expressions without running the cell. */

/** Maximum length of a computed text. Longer texts are not names. */
const MAX_CHARS = 256;

type Constant = string | readonly string[];

/** Methods of strings whose result is a string, or a list of strings. */
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

/** Functions from strings to a string. */
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
 * Evaluates a method on constants.
 *
 * @param on The object of the call.
 * @param name The name of the method.
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
 * Evaluates a call of a global function on constants.
 *
 * @param path The path of the function, for example `String.fromCharCode`.
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
    // The call throws in the cell as well.
    return undefined;
  }
}

function size(constant: Constant): number {
  let sum = constant.length;
  if (typeof constant !== "string") { for (const { length } of constant) sum += length; }
  return sum;
}
