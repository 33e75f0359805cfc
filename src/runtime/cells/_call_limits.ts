/** Limits on the number of host calls. The kernel enforces them too, but the host does not rely on that. */

import type { RuntimeLimits } from "../../limits/runtime_limits.ts";

/** Limits on the number of host calls. */
export type CallLimits = Required<Pick<RuntimeLimits, "maxPendingCalls" | "maxCallsPerCell">>;

/** A call that is about to be made. */
export interface CallerInfo {
  /** The function. */
  readonly name: string;
  /** Number of calls under way. */
  readonly pending: number;
}

/** Number of cells that have a count of their own; all older ones share one. */
const MAX_COUNTED = 100;

/** The key of the shared count. */
const OLDER = 0;

/** Counts the calls of each cell. */
export class CallCounts {
  readonly #limits: CallLimits;
  readonly #counts = new Map<number, number>([[OLDER, 0]]);

  /** @param limits The limits. */
  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  /** Starts the count of a cell. */
  start(cell: number): void {
    this.#counts.set(cell, 0);
    if (this.#counts.size <= MAX_COUNTED + 1) return;
    const [, oldest] = this.#counts.keys();
    this.#counts.delete(oldest!);
  }

  /**
   * Counts a call, unless it exceeds a limit.
   *
   * @param cell The cell that makes it.
   * @param caller The call.
   * @returns The error, if the call exceeds a limit.
   */
  add(cell: number, { name, pending }: CallerInfo): RangeError | undefined {
    const { maxPendingCalls, maxCallsPerCell } = this.#limits;
    if (pending >= maxPendingCalls) {
      return new RangeError(
        `Cannot call ${name}: ${maxPendingCalls} calls are under way already (maxPendingCalls)`,
      );
    }
    const counted = this.#counts.has(cell) ? cell : OLDER;
    const count = this.#counts.get(counted)!;
    if (count >= maxCallsPerCell) {
      return new RangeError(
        `Cannot call ${name}: this cell has made ${maxCallsPerCell} calls already (maxCallsPerCell)`,
      );
    }
    this.#counts.set(counted, count + 1);
    return undefined;
  }
}
