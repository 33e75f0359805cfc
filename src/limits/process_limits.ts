/**
 * The limits of a kernel's process: what they are, their defaults, and why.
 *
 * @module
 */

import { checkCount, checkLimit } from "./limit.ts";
import type { OptionNames } from "./options.ts";

/** Limits of the process of a kernel. */
export interface ProcessLimits {
  /**
   * JavaScript heap of the kernel in bytes. A cell that needs more ends the kernel. What ArrayBuffers and WebAssembly hold
   * does not count. @default 1073741824, or `processMemoryBytes` if that is less
   */
  readonly memoryBytes?: number;
  /**
   * Memory of the whole kernel process in bytes: heap, ArrayBuffers, WebAssembly. A cell that needs more gets a
   * `RangeError`, and its state is kept; a kernel that is 256 MiB beyond it is ended. At least 128 MiB.
   * @default 2147483648, or `memoryBytes` and 1 GiB if `memoryBytes` is more
   */
  readonly processMemoryBytes?: number;
  /** Timers that may be pending at once, `Infinity` for no limit. @default 1000 */
  readonly maxTimers?: number;
  /**
   * Largest message in bytes, both ways. Its part in JSON, which is all but binary data and long strings, has no more than
   * a quarter of that, or 64 MiB if that is more. @default 268435456
   */
  readonly maxFrameBytes?: number;
  /**
   * Functions and objects that one side may lend the other as references at once, `Infinity` for no limit.
   * @default 100000
   */
  readonly maxReferences?: number;
}

/** The names of {@linkcode ProcessLimits}. */
export const PROCESS_LIMITS: OptionNames<ProcessLimits> = {
  memoryBytes: true,
  processMemoryBytes: true,
  maxTimers: true,
  maxFrameBytes: true,
  maxReferences: true,
};

/** Room for millions of rows, and little enough for a few kernels on one machine. */
const DEFAULT_MEMORY_BYTES = 2 ** 30;

/** Room for the heap, and as much again for the rest of the process. */
const DEFAULT_PROCESS_MEMORY_BYTES = 2 ** 31;

/** Memory of a process beside a large heap, unless another limit is given. */
const OFF_HEAP_BYTES = 2 ** 30;

/** More than a program waits for at once; each costs less than a kilobyte. */
const DEFAULT_MAX_TIMERS = 1_000;

/** Largest frame (header, body and attachments together), either way: 256 MiB. */
const DEFAULT_MAX_FRAME_BYTES = 256 * 1024 * 1024;

/** A stand-in takes 2.7 KB of memory: 270 MB for all of them. */
const DEFAULT_MAX_REFERENCES = 100_000;

/**
 * Checks the limits, and fills in defaults.
 *
 * @param options The limits that were given.
 * @throws {RangeError} If a limit is not a number above 0, or the process would have less memory than its heap.
 */
export function checkProcessLimits(options: ProcessLimits): Required<ProcessLimits> {
  return {
    ...memoryLimits(options),
    maxFrameBytes: checkLimit("maxFrameBytes", options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES),
    maxReferences: checkCount("maxReferences", options.maxReferences ?? DEFAULT_MAX_REFERENCES),
    maxTimers: checkCount("maxTimers", options.maxTimers ?? DEFAULT_MAX_TIMERS),
  };
}

/** Derives the one of the two memory limits that is missing from the other. */
function memoryLimits(options: ProcessLimits) {
  const given = {
    memoryBytes: checkLimit("memoryBytes", options.memoryBytes ?? DEFAULT_MEMORY_BYTES),
    processMemoryBytes: checkLimit(
      "processMemoryBytes",
      options.processMemoryBytes ?? DEFAULT_PROCESS_MEMORY_BYTES,
    ),
  };
  const { memoryBytes, processMemoryBytes } = given;
  if (memoryBytes <= processMemoryBytes) return given;
  if (options.processMemoryBytes === undefined) {
    return { memoryBytes, processMemoryBytes: memoryBytes + OFF_HEAP_BYTES };
  }
  if (options.memoryBytes === undefined) {
    return { memoryBytes: processMemoryBytes, processMemoryBytes };
  }
  throw new RangeError(
    `Cannot use processMemoryBytes ${processMemoryBytes}: it is less than memoryBytes, ${memoryBytes}`,
  );
}
