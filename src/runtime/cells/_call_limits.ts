/** How many calls of host functions there may be. The kernel keeps to it as well, but a host does not rely on that. */

/** Limits on calls of host functions. */
export interface CallLimits {
  /** Calls that may be under way at once. */
  readonly maxPendingCalls: number;
  /** Calls that a cell and what it leaves running may make. */
  readonly maxCallsPerCell: number;
}

/** A call that asks for its place. */
export interface CallerInfo {
  /** The function. */
  readonly name: string;
  /** Calls that are under way. */
  readonly pending: number;
}

/** Cells that are counted one by one. All older ones are counted together. */
const MAX_COUNTED = 100;

/** Stands for the cells that are counted together. */
const OLDER = 0;

/** Counts the calls of each cell. */
export class CallCounts {
  readonly #limits: CallLimits;
  readonly #counts = new Map<number, number>([[OLDER, 0]]);

  /** @param limits The limits. */
  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  /** A cell begins. */
  start(cell: number): void {
    this.#counts.set(cell, 0);
    if (this.#counts.size <= MAX_COUNTED + 1) return;
    const [, oldest] = this.#counts.keys();
    this.#counts.delete(oldest!);
  }

  /**
   * Counts a call, unless it is one too many.
   *
   * @param cell The cell that makes it.
   * @param caller The call.
   * @returns Why it cannot be made; nothing, if it can.
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
