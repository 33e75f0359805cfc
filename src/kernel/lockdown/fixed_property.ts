/**
 * Properties of built-ins that cells cannot change, and that can still be assigned to on what inherits from them.
 *
 * A read-only property forbids the assignment on every object that inherits it, which ordinary programs make:
 * `next.toString = () => "3"`. An accessor in its place passes the assignment on to the object. (The "override mistake", and
 * the way of SES around it: https://github.com/endojs/endo/blob/master/packages/ses/src/enable-property-overrides.js.)
 *
 * @module
 */

import { Map, Reflect, TypeError } from "../../rpc/builtins.ts";

const { defineProperty, getOwnPropertyDescriptor } = Reflect;

/** A getter of a fixed property. */
type Getter = () => unknown;

/** A setter of a fixed property. */
type Setter = (this: unknown, value: unknown) => void;

/** All getters, each with its value behind it: there are more than a thousand, and few kernels ever look for one. */
const made: unknown[] = [];

/** The values by their getters, once one was looked for. */
let values: Map<unknown, unknown> | undefined;

/**
 * Makes a property read-only. Assignments to it fail on whatever inherits it, too.
 *
 * @param holder The built-in.
 * @param key The property; it may be one that is fixed already.
 */
export function fixValue(holder: object, key: PropertyKey): void {
  const property = getOwnPropertyDescriptor(holder, key);
  if (property === undefined || !property.configurable) return;
  property.configurable = false;
  if ("value" in property) property.writable = false;
  defineProperty(holder, key, property);
}

/**
 * Makes a property read-only that can be assigned to on whatever inherits it.
 *
 * @param holder The built-in.
 * @param key The property; one that is computed is fixed as it is.
 */
export function fixOverridable(holder: object, key: PropertyKey): void {
  const property = getOwnPropertyDescriptor(holder, key);
  if (property === undefined || !property.configurable) return;
  if (!("value" in property)) {
    property.configurable = false;
    defineProperty(holder, key, property);
    return;
  }
  fix(holder, key, { value: property.value, enumerable: property.enumerable === true });
}

/**
 * Reserves a name that the language looks up on values of the kernel: cells can give it to objects of their own only.
 *
 * @param holder The built-in, which does not have it.
 * @param key The name.
 */
export function reserve(holder: object, key: PropertyKey): void {
  fix(holder, key, { value: undefined, enumerable: false });
}

/**
 * Returns the value of a property from its descriptor, also where an accessor has taken its place.
 *
 * @param property The descriptor.
 */
export function fixedValue(property: PropertyDescriptor): unknown {
  if (property.get === undefined) return property.value;
  if (values === undefined) {
    values = new Map();
    for (let i = 0; i < made.length; i += 2) values.set(made[i], made[i + 1]);
  }
  return values.get(property.get);
}

function fix(
  holder: object,
  key: PropertyKey,
  { value, enumerable }: { value: unknown; enumerable: boolean },
): void {
  const get: Getter = () => value;
  const set: Setter = {
    // A method, because an arrow function has no receiver of its own, and a function could be constructed.
    set(this: unknown, assigned: unknown): void {
      assign(this, { holder, key, value: assigned });
    },
  }.set;
  made[made.length] = get;
  made[made.length] = value;
  defineProperty(holder, key, { get, set, enumerable, configurable: false });
}

/** Does what an assignment does where the property is inherited and can be changed. */
function assign(
  receiver: unknown,
  { holder, key, value }: { holder: object; key: PropertyKey; value: unknown },
): void {
  const name = typeof key === "symbol" ? `[${key.description}]` : `'${key}'`;
  if (receiver === holder) {
    throw new TypeError(`Cannot assign to ${name}: cells cannot replace built-ins`);
  }
  if (typeof receiver !== "object" && typeof receiver !== "function" || receiver === null) {
    throw new TypeError(`Cannot create property ${name} on a ${typeof receiver}`);
  }
  const own = getOwnPropertyDescriptor(receiver, key);
  const isWritable = own === undefined || own.writable === true;
  const property = own === undefined
    ? { value, writable: true, enumerable: true, configurable: true }
    : { value };
  if (!isWritable || !defineProperty(receiver, key, property)) {
    throw new TypeError(`Cannot assign to read only property ${name}`);
  }
}
