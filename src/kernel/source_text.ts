/**
 * The source of functions, as their author wrote it: without what the rewrite put in.
 *
 * @module
 */

// As src/cell/_guards.ts writes them. What stands around an `await` leaves its parentheses, which change nothing.
const GUARD = /\$cell\d*_f\[0\]&&\$cell\d*\.g\(\)(?:;|\|\|)/g;
const RESUME = /\$cell\d*\.a(?=\(await\b)/g;

/** Makes `toString` of functions leave out guards. */
export function installSourceText(): void {
  const native = Function.prototype.toString;
  const { apply } = Reflect;
  const replace = String.prototype.replace;
  Object.defineProperty(Function.prototype, "toString", {
    value: function toString(this: unknown): string {
      const source = apply(native, this, []) as string;
      return apply(replace, apply(replace, source, [GUARD, ""]), [RESUME, ""]) as string;
    },
    writable: true,
    configurable: true,
  });
}
