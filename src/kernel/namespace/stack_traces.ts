/**
 * The stacks of errors, as cells see them.
 *
 * @module
 */

import { Error, Object } from "../../rpc/builtins.ts";
import type { StackMapper } from "./stack_mapper.ts";

/** Frames that V8 collects: the machinery's own do not count towards those that are shown. */
const COLLECTED_FRAMES = 30;

/**
 * Makes errors show places in cells, to cells as well. The accessor cannot be replaced.
 *
 * @param stacks Maps positions.
 */
export function installStackTraces(stacks: StackMapper): void {
  const prepare = (error: Error, sites: NodeJS.CallSite[]): string => {
    let header: string;
    try {
      const { name, message } = error;
      header = message === "" ? `${name}` : `${name}: ${message}`;
    } catch {
      header = "Error";
    }
    let stack = header;
    for (let i = 0; i < sites.length; i++) stack += `\n    at ${sites[i]}`;
    return stacks.rewrite(stack);
  };
  Object.defineProperty(Error, "prepareStackTrace", { get: () => prepare, set: () => {} });
  Error.stackTraceLimit = COLLECTED_FRAMES;
}
