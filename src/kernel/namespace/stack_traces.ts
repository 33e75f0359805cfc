/**
 * The stacks of errors, as cells see them.
 *
 * @module
 */

import { Error, Object, Reflect } from "../../rpc/builtins.ts";
import type { StackMapper } from "./stack_mapper.ts";

/** Frames that V8 collects: the machinery's own do not count towards those that are shown. */
const COLLECTED_FRAMES = 30;

const { apply } = Reflect;

/** Describes a frame. */
type Describe = (this: NodeJS.CallSite) => string;

/**
 * Makes errors show places in cells, to cells as well. The accessor cannot be replaced: frames lead to functions and files
 * of the machinery.
 *
 * @param stacks Maps positions.
 */
export function installStackTraces(stacks: StackMapper): void {
  const describe = frameDescriber();
  const prepare = (error: Error, sites: readonly NodeJS.CallSite[]): string => {
    let header: string;
    try {
      // Anything can be given a stack.
      const { name = "Error", message = "" } = error;
      header = message === "" ? `${name}` : `${name}: ${message}`;
    } catch {
      header = "Error";
    }
    let stack = header;
    for (let i = 0; i < sites.length; i++) stack += `\n    at ${apply(describe, sites[i]!, [])}`;
    return stacks.rewrite(stack);
  };
  Object.freeze(prepare);
  Object.defineProperty(Error, "prepareStackTrace", { get: () => prepare, set: () => {} });
  restoreStackLimit();
}

/** Sets the number of frames that errors collect, which cells can change for themselves. */
export function restoreStackLimit(): void {
  // Not by assignment: a cell may have put a setter there.
  Reflect.defineProperty(Error, "stackTraceLimit", {
    value: COLLECTED_FRAMES,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** Takes the method from a frame: nothing else leads to it. */
function frameDescriber(): Describe {
  let describe: Describe | undefined;
  const native = Error.prepareStackTrace;
  Error.prepareStackTrace = (_, sites) => describe = sites[0]!.toString as Describe;
  // Asking for the stack is what prepares it.
  void new Error().stack;
  Error.prepareStackTrace = native;
  return describe!;
}
