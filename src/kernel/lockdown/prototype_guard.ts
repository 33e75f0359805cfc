/**
 * Keeps the prototypes of built-ins where they are, also of those to which cells may add methods: an object that is put
 * between `Array.prototype` and `Object.prototype` would see what the kernel puts into its own arrays.
 *
 * @module
 */

import { Object, Reflect, TypeError, WeakSet } from "../../rpc/builtins.ts";

const { apply, defineProperty, getOwnPropertyDescriptor } = Reflect;

/** The objects whose prototype stays. */
const guarded = new WeakSet<object>();

/** Keeps the prototype of an object. */
export function keepPrototype(holder: object): void {
  guarded.add(holder);
}

/** Replaces the three functions that change prototypes by ones that know of the kept ones. To be called once. */
export function installPrototypeGuard(): void {
  const check = (value: unknown) => {
    if (guarded.has(value as object)) {
      throw new TypeError(
        "Cannot change the prototype of a built-in: cells cannot replace built-ins",
      );
    }
  };
  const natives = { object: Object.setPrototypeOf, reflect: Reflect.setPrototypeOf };
  const { get, set } = getOwnPropertyDescriptor(Object.prototype, "__proto__")!;
  const guards = {
    setPrototypeOf(value: object, prototype: object | null): unknown {
      check(value);
      return natives.object(value, prototype);
    },
    reflect(target: object, prototype: object | null): boolean {
      return !guarded.has(target) && natives.reflect(target, prototype);
    },
    set(this: unknown, prototype: unknown): void {
      check(this);
      apply(set!, this, [prototype]);
    },
  };
  defineProperty(guards.reflect, "name", { value: "setPrototypeOf" });
  defineProperty(guards.set, "name", { value: "set __proto__" });
  const method = { writable: true, configurable: true };
  defineProperty(Object, "setPrototypeOf", { ...method, value: guards.setPrototypeOf });
  defineProperty(Reflect, "setPrototypeOf", { ...method, value: guards.reflect });
  defineProperty(Object.prototype, "__proto__", { get, set: guards.set, configurable: true });
}
