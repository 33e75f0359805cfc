/**
 * The test of the engine's switches before a kernel runs.
 *
 * @module
 */

import { Error, Promise, TypeError } from "../rpc/builtins.ts";
import vm from "node:vm";

/**
 * Tests the two switches on which the isolation rests.
 *
 * @throws {Error} If one does not work: such a kernel must not run.
 */
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
