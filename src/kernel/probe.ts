/**
 * What a kernel tries out before it runs.
 *
 * @module
 */

import { Error, Promise, TypeError } from "../rpc/builtins.ts";
import vm from "node:vm";

/** The two switches that the isolation stands on are tried out: a kernel in which one fails does not run. */
export async function probe(): Promise<void> {
  let failure: string | undefined;
  try {
    (0, eval)("1");
    failure = "code from strings runs";
  } catch {
    // As it should be.
  }
  try {
    const refuse = () => Promise.reject(new TypeError("refused"));
    const script = new vm.Script(`import("node:fs")`, { importModuleDynamically: refuse as never });
    await (script.runInThisContext() as Promise<unknown>);
    failure = "imports are not held back";
  } catch {
    // As it should be.
  }
  if (failure !== undefined) throw new Error(`Cannot start the kernel: ${failure}`);
}
