/**
 * The source of functions: as their author wrote it, without what the rewrite put in, and as it is.
 *
 * @module
 */

import { Object, Reflect, RegExp, String } from "../../rpc/builtins.ts";

// As src/cell/_guards.ts writes them. What stands around an `await` leaves its parentheses, which change nothing.
const GUARD = /\$cell\d*_f\[0\]&&\$cell\d*\.g\(\)(?:;|\|\|)/g;
const RESUME = /\$cell\d*\.a(?=\(await\b)/g;
const MARK = /\/\*\$cell\d*:[^*]*\*\/(?=[)}])/g;
/** The mark of a function or class itself: a bracket of its own ends the text. */
const OWN_MARK = /\/\*\$cell\d*:([^*]*)\*\/[)}]$/;
/** What only code of cells has, with the name of the helper. Each function has a guard, each class a mark. */
const TRACE = /(\$cell\d*)_f\[0\]&&|\/\*(\$cell\d*):[^*]*\*\/[)}]$/;

// Captured, because cells may replace them.
const { apply } = Reflect;
const { replace } = String.prototype;
const { exec } = RegExp.prototype;
const { toString: native } = Function.prototype;

/**
 * Leaves out guards and marks.
 *
 * @param text The source of a function, or a text that quotes it.
 */
export function withoutGuards(text: string): string {
  const unguarded = apply(replace, text, [GUARD, ""]);
  return apply(replace, apply(replace, unguarded, [RESUME, ""]), [MARK, ""]) as string;
}

/**
 * The source of a function or class with its guards and marks, whatever cells have made of `toString`.
 *
 * @param fn The function or class.
 * @throws {TypeError} If it is neither.
 */
export function rawSource(fn: object): string {
  return apply(native, fn, []) as string;
}

/**
 * What a function or class has captured: the first thing that it would miss if it were made again from its source alone.
 *
 * @param rawText What {@linkcode rawSource} gives.
 * @returns A name, `#name`, `this`, `arguments`, `super` or `new.target`; `#` for a class that misses nothing but whose
 *   instances have private members; `undefined` if there is no mark.
 */
export function captureOf(rawText: string): string | undefined {
  return (apply(exec, OWN_MARK, [rawText]) as string[] | null)?.[1] || undefined;
}

/**
 * The name of the evaluator's helper in the source of a function or class of a cell.
 *
 * @param rawText What {@linkcode rawSource} gives.
 * @returns The name; nothing if no cell has made it.
 */
export function helperOf(rawText: string): string | undefined {
  const trace = apply(exec, TRACE, [rawText]) as string[] | null;
  return trace?.[1] ?? trace?.[2];
}

/**
 * Whether the source is that of a class.
 *
 * @param text The source of a function or class, with or without guards.
 */
export function isClassText(text: string): boolean {
  return /^class[\s{/]/.test(text);
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
