/**
 * The globals of cells: a chosen set. All others are removed before the first cell runs.
 *
 * @module
 */

import { GUEST_GLOBALS } from "../../rpc/guest_globals.ts";

/**
 * Removes every global that is not on the list and puts a reduced `Deno` in place. Symbol-keyed globals stay: Deno's own
 * event classes need them.
 *
 * @param members The members of `Deno` that stay.
 * @param options The option to keep WebAssembly.
 * @returns The names that are left.
 */
export function curateGlobals(
  members: readonly string[],
  { wasm }: { readonly wasm: boolean },
): Set<string> {
  const deno = reducedDeno(members);
  // It leads to the runtime's internals, from whatever still holds the full object.
  Reflect.deleteProperty(Deno, (Deno as unknown as { internal: symbol }).internal);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const kept = GUEST_GLOBALS.has(name) && (wasm || name !== "WebAssembly");
    if (!kept && !Reflect.deleteProperty(globalThis, name)) {
      throw new Error(`Cannot start the kernel: the global ${name} cannot be removed`);
    }
  }
  Object.defineProperty(globalThis, "Deno", {
    value: deno,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  return new Set(Object.getOwnPropertyNames(globalThis));
}

function reducedDeno(members: readonly string[]): object {
  const full = Deno as unknown as Record<string, unknown>;
  const reduced: Record<string, unknown> = {};
  for (const name of members) {
    if (name in full) reduced[name] = full[name];
  }
  return reduced;
}
