/**
 * Decides whether the process uses too much memory.
 *
 * @module
 */

import { Atomics, type Int32Array, Math, RangeError } from "../../rpc/builtins.ts";
import { STATE } from "./_shared_state.ts";
import { collectGarbage } from "./garbage.ts";

const MEBIBYTE = 2 ** 20;

/** Growth in MiB that is worth another alarm. */
export const GROWTH_MEBIBYTES = 16;

/** The largest number that both threads can keep. */
export const MAX_MEBIBYTES: number = 2 ** 31 - 1;

// Captured, because cells have others, or none.
const { memoryUsage } = Deno;
const { load, store } = Atomics;

/** The memory of the process, and its limit. */
export class MemoryMeter {
  readonly #state: Int32Array;
  /** The limit in MiB. */
  readonly maxMebibytes: number;
  /** The alarm that was looked into last, and the finding. */
  #alarm = 0;
  #usedMebibytes = 0;
  #isOverLimit = false;

  /**
   * @param state The memory that both threads share.
   * @param maxBytes Memory of the whole process in bytes.
   */
  constructor(state: Int32Array, maxBytes: number) {
    this.#state = state;
    this.maxMebibytes = Math.min(Math.floor(maxBytes / MEBIBYTE), MAX_MEBIBYTES);
    store(state, STATE.LIMIT, this.maxMebibytes);
  }

  /** Returns whether the process uses too much memory also without its garbage. Looks into each alarm once. */
  isOverLimit(): boolean {
    const alarm = load(this.#state, STATE.ALARMS);
    if (alarm !== this.#alarm) {
      this.#alarm = alarm;
      this.#usedMebibytes = usedWithoutGarbage();
      this.#isOverLimit = this.#usedMebibytes > load(this.#state, STATE.LIMIT);
      if (!this.#isOverLimit) this.#tolerate();
    }
    return this.#isOverLimit;
  }

  /** Makes the error of a cell that is stopped because of the memory. */
  error(): RangeError {
    return new RangeError(
      `Cannot go on: the kernel process uses ${this.#usedMebibytes} MB, ` +
        `more than the ${this.maxMebibytes} MB of processMemoryBytes`,
    );
  }

  /** Accepts what is left when a cell has ended that took too much: later cells may go on with it, or free it. */
  settle(): void {
    // Also where its last alarm has come too late to stop it.
    if (!this.isOverLimit()) return;
    this.#isOverLimit = false;
    collectGarbage();
    this.#tolerate();
  }

  /** Raises the limit to the present use: it is held, or kept for the next allocations. Only growth is worth an alarm. */
  #tolerate(): void {
    const present = Math.floor(memoryUsage().rss / MEBIBYTE);
    store(this.#state, STATE.LIMIT, Math.max(this.maxMebibytes, present + GROWTH_MEBIBYTES));
  }
}

/** Returns the memory of the process in MiB, once all garbage is collected. */
function usedWithoutGarbage(): number {
  const before = memoryUsage();
  collectGarbage();
  const after = memoryUsage();
  // Freed memory may still be on its way back to the system, or be kept for the next allocation.
  const freed = before.heapTotal + before.external - after.heapTotal - after.external;
  return Math.floor(Math.min(after.rss, before.rss - freed) / MEBIBYTE);
}
