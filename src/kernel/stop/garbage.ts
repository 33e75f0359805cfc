/**
 * Collecting garbage on demand.
 *
 * @module
 */

import { Object } from "../../rpc/builtins.ts";
import vm from "node:vm";

/** The part of `node:process` that is needed. */
interface Process {
  getBuiltinModule(name: "node:v8"): { setFlagsFromString(flags: string): void };
}

// Not among the globals of cells. The getter loads much, and is called only when memory is short.
const getProcess = Object.getOwnPropertyDescriptor(globalThis, "process")!.get as () => Process;

type Collector = (options?: { type: "minor" }) => void;

let collect: Collector | undefined;

/**
 * Collects all garbage. V8 does it by itself when a program asks for memory, but takes its time where that is not part of
 * the JavaScript heap.
 */
export function collectGarbage(): void {
  collect ??= loadCollector();
  collect();
}

/** The flag gives the function to contexts that are made from then on: to one, and to no cell. */
function loadCollector(): Collector {
  const { setFlagsFromString } = getProcess().getBuiltinModule("node:v8");
  setFlagsFromString("--expose-gc");
  const collector = vm.runInNewContext("gc") as Collector;
  setFlagsFromString("--no-expose-gc");
  return collector;
}
