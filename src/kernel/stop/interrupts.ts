/**
 * Stopping a running cell with its state kept. The cell's own code looks at a flag: its guards while it computes, its
 * `await`s when it goes on. What has no guards (a regular expression, a sort) has the engine's own time limit behind it.
 *
 * @module
 */

import {
  Atomics,
  Error,
  Int32Array,
  Math,
  Number,
  Object,
  Promise,
  Reflect,
  SharedArrayBuffer,
} from "../../rpc/builtins.ts";
import { AsyncLocalStorage } from "node:async_hooks";
import vm from "node:vm";
import { firstSettled } from "./first_settled.ts";
import { ENTRY_NAME } from "../namespace/stack_mapper.ts";

/** Thrown into the code of a cell that is stopped. Code that catches it meets the next guard. */
export class CellStoppedError extends Error {
  /** Always `"CellStoppedError"`. */
  override readonly name = "CellStoppedError";
  /** Whether the cell had ended, so that no result of it says that something was stopped. */
  readonly leftover: boolean;

  /** @param whyLeftover Why it was stopped, if the cell had ended and this is what it left running. */
  constructor(whyLeftover?: string) {
    super(whyLeftover ?? "The cell was stopped");
    this.leftover = whyLeftover !== undefined;
  }
}

// Captured, because cells may replace it.
const { setTimeout } = globalThis;
const { compareExchange, load } = Atomics;

/** How a cell ended: by itself, or because it was stopped, and then with an error if there was a reason to name. */
export type Ending<T> = { readonly stopped: false; readonly value: T } | {
  readonly stopped: true;
  readonly error?: Error | undefined;
};

/** What is run. */
export interface RunOptions {
  /** The number of the cell, if it is one. @default none */
  readonly cell?: number;
  /** Time limit in milliseconds for its first synchronous stretch, which the engine sees to. */
  readonly timeoutMs: number;
}

/** What the flag is set to when somebody outside stops the running cell. */
export const STOP = 1;

/** What the flag is set to when only that has to stop which is no part of the running cell. */
export const STOP_LEFTOVERS = 3;

/** Reasons for which code is stopped, by what the flag is set to. */
export interface StopReasons {
  /** Whether the code has to stop indeed. */
  holds(reason: number): boolean;
  /** Gives the error that the cell ends with, if it ends with one. */
  explain(reason: number): Error | undefined;
}

const ON_DEMAND: StopReasons = { holds: () => true, explain: () => undefined };

/**
 * What other work may do at its guards while the flag is set for a cell that is just being stopped. More than this is
 * work that does not yield, so that the cell would never come to its end.
 */
const MAX_SPARED_GUARDS = 10_000;

/** The engine's time limit comes this much behind the guards', which leave less behind. */
const ENGINE_GRACE_MS = 150;

/** Why what a cell left running was stopped, if there is no other reason. */
const LEFTOVER_STOPPED = "Stopped, because it kept a later cell waiting";

/** A run of a cell, and of what it leaves behind. */
class CellRun {
  readonly cell: number | undefined;
  readonly stop: PromiseWithResolvers<void> = Promise.withResolvers();
  stopped = false;
  error: Error | undefined;

  constructor(cell: number | undefined) {
    this.cell = cell;
  }
}

/** Runs cells so that they can be stopped. */
export class Interrupts {
  /** What guards look at: 0, or why code is being stopped. Shared, so that another thread can set it. */
  readonly flag: Int32Array = new Int32Array(new SharedArrayBuffer(4));
  readonly #reasons: StopReasons;
  readonly #runs = new AsyncLocalStorage<CellRun>();
  #current: CellRun | undefined;
  /** Whether a cell was ever stopped: of such a cell something may wait to go on for as long as the kernel lives. */
  #anyStopped = false;
  #spared = 0;

  /** @param reasons What else than {@linkcode STOP} the flag may be set to. */
  constructor(reasons: StopReasons = ON_DEMAND) {
    this.#reasons = reasons;
  }

  /**
   * Runs a cell.
   *
   * @param action The cell.
   * @param options Its number and its time limit.
   * @throws What the cell throws.
   */
  async run<T>(action: () => Promise<T>, { cell, timeoutMs }: RunOptions): Promise<Ending<T>> {
    const run = new CellRun(cell);
    this.#current = run;
    this.#spared = 0;
    this.flag[0] = 0;
    try {
      const work = this.#runs.run(run, () => enter(action, timeoutMs));
      // Stopped, it may fail when nobody looks any more.
      work.catch(() => {});
      const value = await firstSettled(work, run.stop.promise);
      // Also where it ended by itself after all: nobody knows what it left out.
      return run.stopped
        ? { stopped: true, error: run.error }
        : { stopped: false, value: value as T };
    } catch (error) {
      if (run.stopped || isEngineTimeout(error)) {
        this.#mark(run);
        return { stopped: true, error: run.error };
      }
      throw error;
    } finally {
      this.flag[0] = 0;
      this.#current = undefined;
    }
  }

  /**
   * Runs code of cells for the host. It is stopped if it keeps the kernel from answering, as what a cell has left running
   * is.
   *
   * @param action Runs it.
   * @throws What it throws.
   */
  attend<T>(action: () => T): T {
    return this.#runs.run(new CellRun(undefined), action);
  }

  /**
   * Stops the running cell, if there is one. Where it computes, the flag has to be set from outside; where nothing has to
   * stop, this sets it back.
   *
   * @param reason What the flag is set to.
   */
  stop(reason: number = STOP): void {
    const run = this.#current;
    if (run?.stopped) return;
    if (run === undefined || reason === STOP_LEFTOVERS || !this.#reasons.holds(reason)) {
      // Another reason may have come meanwhile.
      compareExchange(this.flag, 0, reason, 0);
      return;
    }
    run.error = this.#reasons.explain(reason);
    this.#mark(run);
    this.flag[0] = reason;
    // What computes gets to its guards first, and ends with their error.
    setTimeout(() => run.stop.resolve());
  }

  /** Called by a guard that found the flag set. It returns where the flag is meant for other code. */
  guard(): void {
    const current = this.#current;
    const run = this.#runs.getStore();
    const leftover = run !== undefined && run !== current;
    if (leftover && current?.stopped && this.#spared++ < MAX_SPARED_GUARDS) return;
    const reason = load(this.flag, 0);
    const holds = reason === STOP_LEFTOVERS ? leftover : this.#reasons.holds(reason);
    if (!holds) return void compareExchange(this.flag, 0, reason, 0);
    if (current !== undefined && reason !== STOP_LEFTOVERS) this.stop(reason);
    if (!leftover) throw new CellStoppedError();
    // What runs while this thread does not get to stop anything is what keeps it from that.
    this.#mark(run);
    throw new CellStoppedError(this.#reasons.explain(reason)?.message ?? LEFTOVER_STOPPED);
  }

  /** Called with the value of each `await` of a cell. */
  resume<T>(value: T): T {
    if (this.flag[0] !== 0) this.guard();
    if (this.#anyStopped && this.stopped) throw new CellStoppedError();
    return value;
  }

  /** The cell that runs; 0 if it is something else, nothing if nothing does. */
  get running(): number | undefined {
    return this.#current === undefined ? undefined : this.#current.cell ?? 0;
  }

  /** The cell that the code belongs to that asks, also when it has ended; nothing, where that is not known. */
  get cell(): number | undefined {
    return this.#runs.getStore()?.cell;
  }

  /** Whether the code that asks belongs to a cell that was stopped. */
  get stopped(): boolean {
    return this.#runs.getStore()?.stopped === true;
  }

  #mark(run: CellRun): void {
    run.stopped = true;
    this.#anyStopped = true;
  }
}

/** The name is random, stands in the global object for no longer than it takes to read it, and leads to nothing then. */
const ENTRY = `entry_${crypto.randomUUID().replaceAll("-", "")}`;
const ENTRY_SCRIPT = new vm.Script(`${ENTRY}()`, { filename: ENTRY_NAME });

/** Calls an action under the engine's time limit, which only scripts have. */
function enter<T>(action: () => Promise<T>, timeoutMs: number): Promise<T> {
  if (!Number.isFinite(timeoutMs)) return action();
  Object.defineProperty(globalThis, ENTRY, {
    configurable: true,
    value: () => {
      Reflect.deleteProperty(globalThis, ENTRY);
      return action();
    },
  });
  const timeout = Math.ceil(timeoutMs) + ENGINE_GRACE_MS;
  return ENTRY_SCRIPT.runInThisContext({ timeout }) as Promise<T>;
}

function isEngineTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
