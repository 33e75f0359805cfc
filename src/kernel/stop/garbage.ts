/**
 * Collecting garbage on demand.
 *
 * @module
 */

// Loaded before the first cell: code of Deno's modules for Node.js looks at the global object, which cells change.
import { setFlagsFromString } from "node:v8";
import vm from "node:vm";

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
  setFlagsFromString("--expose-gc");
  const collector = vm.runInNewContext("gc") as Collector;
  setFlagsFromString("--no-expose-gc");
  return collector;
}
