/** Access to `Headers`, whose class Deno loads on first use: a kernel that needs none never loads it. */

import { Object, realm, Reflect } from "../builtins.ts";

const { apply } = Reflect;
const toStringTag = Object.prototype.toString;
const { get, value } = Object.getOwnPropertyDescriptor(globalThis, "Headers")!;

let HeadersClass: typeof Headers | undefined;
let forEach: typeof Headers.prototype.forEach | undefined;

function load(): typeof Headers {
  HeadersClass ??= (get === undefined ? value : apply(get, realm, [])) as typeof Headers;
  // Captured, because cells run in the realm of the kernel and may replace it.
  forEach ??= HeadersClass.prototype.forEach;
  return HeadersClass;
}

/** Returns whether a value is an instance of `Headers`. */
export function isHeaders(value: object): value is Headers {
  return apply(toStringTag, value, []) === "[object Headers]" && value instanceof load();
}

/** Returns the entries, sorted by name. Each `Set-Cookie` has an entry of its own. */
export function headerEntries(headers: Headers): [string, string][] {
  load();
  const entries: [string, string][] = [];
  apply(forEach!, headers, [(value: string, name: string) => {
    entries[entries.length] = [name, value];
  }]);
  return entries;
}

/** Creates headers with these entries. */
export function makeHeaders(entries: [string, string][]): Headers {
  const headers = new (load())();
  for (let i = 0; i < entries.length; i++) {
    const { 0: name, 1: value } = entries[i]!;
    // Several values of one name come as one. Blanks at its end would be cut off, and mean that the last ones are empty.
    let end = value.length;
    while (end > 0 && value.endsWith(", ", end)) end -= 2;
    headers.append(name, value.slice(0, end));
    for (; end < value.length; end += 2) headers.append(name, "");
  }
  return headers;
}
