/**
 * The source of functions: as their author wrote it, without what the rewrite put in, and as it is.
 *
 * @module
 */

import { Object, Reflect } from "../../rpc/builtins.ts";
import { hasMatch, matchOf, replaceMatches } from "../../rpc/patterns.ts";

/** The texts that the rewrite inserts, each with the written text in its place; see `src/cell/rewrite/_guards.ts`. */
const INSERTED: readonly {
  readonly pattern: RegExp;
  readonly replace: (parts: readonly string[]) => string;
}[] = [
  // Guards, with the bracket that they open.
  {
    pattern: /(?:[;{] )?\$cell\d*_f\[0\]&&\$cell\d*\.g\(\)(?:;|\|\|(?: \()?)/g,
    replace: () => "",
  },
  // The call around an `await`.
  { pattern: /\$cell\d*\.a\((?=await\b)/g, replace: () => "" },
  // The brackets that end both.
  { pattern: /\/\*\$cell\d*:[^*)]*\)\*\/[)}]/g, replace: () => "" },
  // Marks.
  { pattern: /\/\*\$cell\d*:[^*)]*\*\/(?=[)}])/g, replace: () => "" },
  // The name of a declared function, which calls whatever has that name.
  { pattern: /\/\*\$cell\d*\.([^*]*)\*\//g, replace: (parts) => parts[1]! },
];
/** The mark of a function or class itself: a bracket of its own, or one that was put in, ends the text. */
const OWN_MARK = /\/\*\$cell\d*:([^*)]*)\)?\*\/[)}]$/;
/** Text that only code of cells has, with the name of the helper. Each function has a guard, each class a mark. */
const TRACE = /(\$cell\d*)_f\[0\]&&|\/\*(\$cell\d*):[^*]*\*\/[)}]$/;

// Captured, because cells may replace it.
const { apply } = Reflect;
const { toString: native } = Function.prototype;

/**
 * Returns a text as it was written, without guards and marks.
 *
 * @param text The source of a function, or a text that quotes it.
 */
export function withoutGuards(text: string): string {
  let clean = text;
  for (let i = 0; i < INSERTED.length; i++) {
    clean = replaceMatches(clean, INSERTED[i]!);
  }
  return clean;
}

/**
 * Returns the source of a function or class with its guards and marks, whatever cells have done to `toString`.
 *
 * @param fn The function or class.
 * @throws {TypeError} If it is neither.
 */
export function rawSource(fn: object): string {
  return apply(native, fn, []) as string;
}

/**
 * Returns the first name that a function or class has captured, and would miss if it were made again from its source alone.
 *
 * @param rawText The text that {@linkcode rawSource} returned.
 * @returns A name, `#name`, `this`, `arguments`, `super` or `new.target`; `#static` for a class with static private fields;
 *   `#` for one that misses nothing but whose instances have private members; `undefined` if there is no mark.
 */
export function captureOf(rawText: string): string | undefined {
  return matchOf(OWN_MARK, rawText)?.[1] || undefined;
}

/**
 * Returns the name of the evaluator's helper in the source of a function or class of a cell.
 *
 * @param rawText The text that {@linkcode rawSource} returned.
 * @returns The name, or `undefined` if no cell has made it.
 */
export function helperOf(rawText: string): string | undefined {
  const trace = matchOf(TRACE, rawText);
  return trace?.[1] ?? trace?.[2];
}

/**
 * Returns whether a source is that of a class.
 *
 * @param text The source of a function or class, with or without guards.
 */
export function isClassText(text: string): boolean {
  return hasMatch(/^class[\s{/]/, text);
}

/** Makes `toString` of functions leave out guards and marks. */
export function installSourceText(): void {
  Object.defineProperty(Function.prototype, "toString", {
    value: function toString(this: unknown): string {
      return withoutGuards(apply(native, this, []) as string);
    },
    writable: true,
    configurable: true,
  });
}
