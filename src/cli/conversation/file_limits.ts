/**
 * The size of files on the command line, and of the kernel that holds them.
 *
 * @module
 */

import type { ProcessLimits } from "../../limits/process_limits.ts";
import { UsageError } from "../../terminal/command_line.ts";

/** Files of this size fit into the usual limits. */
const SMALL_BYTES = 8 * 2 ** 20;

/** Heap for a byte of a file: rows of objects take some ten times the text. */
const HEAP_PER_BYTE = 12;

/** Frame for a byte of a file: the limit on the number of values in a frame grows with its size. */
const FRAME_PER_BYTE = 24;

/** Heap without files, which is the usual one. */
const MIN_HEAP_BYTES = 2 ** 30;

/** Maximum heap that is given without being asked for. */
const MAX_HEAP_BYTES = 4 * 2 ** 30;

/**
 * Returns the number of bytes that all files may have.
 *
 * @param memoryBytes The heap that the person allows. @default 4 GiB
 */
export function maxFileBytes(memoryBytes = MAX_HEAP_BYTES): number {
  return Math.max(SMALL_BYTES, Math.floor(memoryBytes / HEAP_PER_BYTE));
}

/**
 * Refuses files that are too large, before they are read.
 *
 * @param bytes Their size.
 * @param memoryBytes The heap that the person allows. @default 4 GiB
 * @throws {UsageError} If they are.
 */
export function checkFileBytes(bytes: number, memoryBytes?: number): void {
  if (bytes <= maxFileBytes(memoryBytes)) return;
  throw new UsageError(
    `Cannot load files of ${Math.round(bytes / 1e6)} MB: as objects they take about ${
      Math.round(bytes * HEAP_PER_BYTE / 2 ** 20)
    } MB; allow them with --memory, or give the cells --allow-read and let them read in parts`,
  );
}

/**
 * Returns the limits of a kernel that holds files.
 *
 * @param bytes The size of the files.
 * @param memoryBytes The heap that the person allows. @default as much as the files need
 */
export function kernelLimits(bytes: number, memoryBytes?: number): ProcessLimits {
  if (bytes <= SMALL_BYTES) return memoryBytes === undefined ? {} : { memoryBytes };
  return {
    memoryBytes: memoryBytes ?? Math.max(MIN_HEAP_BYTES, bytes * HEAP_PER_BYTE),
    maxFrameBytes: Math.max(256 * 2 ** 20, bytes * FRAME_PER_BYTE),
  };
}
