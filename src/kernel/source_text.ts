/**
 * The source of functions, as their author wrote it: without what the rewrite put in.
 *
 * @module
 */

import { Object, Reflect, String } from "../rpc/builtins.ts";

// As src/cell/_guards.ts writes them. What stands around an `await` leaves its parentheses, which change nothing.
const GUARD = /\$cell\d*_f\[0\]&&\$cell\d*\.g\(\)(?:;|\|\|)/g;
const RESUME = /\$cell\d*\.a(?=\(await\b)/g;

// Captured, because cells may replace them.
const { apply } = Reflect;
const { replace } = String.prototype;

/**
 * Leaves out guards.
 *
 * @param text The source of a function, or a text that quotes it.
 */
export function withoutGuards(text: string): string {
  return apply(replace, apply(replace, text, [GUARD, ""]), [RESUME, ""]) as string;
}

/** Makes `toString` of functions leave out guards. */
export function installSourceText(): void {
  const native = Function.prototype.toString;
  Object.defineProperty(Function.prototype, "toString", {
    value: function toString(this: unknown): string {
      return withoutGuards(apply(native, this, []) as string);
    },
    writable: true,
    configurable: true,
  });
}
// TEMP
const native2 = Function.prototype.toString;
export function rawSource(fn: object): string {
  return apply(native2, fn, []) as string;
}
export function captureOf(raw: string): string | undefined {
  return /\/\*\$cell\d*:([^*]+)\*\/[)}]$/.exec(raw)?.[1];
}
export function isFromCell(raw: string): boolean {
  return /\*\$cell:/.test(raw) || /\$cell\d*_f\[0\]/.test(raw);
}
export function helperOf(raw: string): string {
  return /(\$cell\d*)_f\[0\]/.exec(raw)?.[1] ?? "$cell";
}
