/**
 * Runs cells so that they can be stopped with their state kept.
 *
 * A cell's own code looks at a flag: its guards while it computes, its `await`s when it goes on. The states of a stopper:
 *
 * ```text
 *            run()                stop(), or a guard that finds STOP_CELL
 *   idle ───────────▶ running ───────────────────────────────────────────▶ stopping
 *    ▲                   │ the cell ends                                       │ its code has thrown or
 *    └───────────────────┴─────────────────────────────────────────────────────┘ the event loop has turned
 * ```
 *
 * Code of a cell may go on when the cell has ended: timers, promises. It keeps its {@linkcode CellRun}, which tells it from
 * the code of the running cell, and is stopped for good when its run is marked as stopped.
 *
 * @module
 */

import { Atomics, type Error, type Int32Array, Promise } from "../../rpc/builtins.ts";
import { AsyncLocalStorage } from "node:async_hooks";
import { callWithin, EngineTimeoutError } from "./_engine_limit.ts";
import { CellStoppedError } from "./cell_stopped_error.ts";
import { firstSettled } from "./first_settled.ts";
import { createFlag, FLAG, type FlagState } from "./flag.ts";

// Captured, because cells may replace it.
const { setTimeout, clearTimeout } = globalThis;
const { compareExchange, load, store } = Atomics;

/** The end of a run: by itself, or because it was stopped, and then with an error if there was a reason to name. */
export type Ending<T> = { readonly stopped: false; readonly value: T } | {
  readonly stopped: true;
  readonly error?: Error | undefined;
};

/** Options of {@linkcode Stopper.run}. */
export interface StoppableOptions {
  /** The number of the cell, if it is one. @default none */
  readonly cell?: number;
  /** Time limit in milliseconds for its first synchronous stretch, which the engine enforces. */
  readonly timeoutMs: number;
}

/** The part of a kernel that decides about reasons to stop code. */
export interface StopReasons {
  /** Returns whether the code has to stop indeed. */
  holds(reason: FlagState): boolean;
  /** Returns the error that the cell ends with, if it ends with one. */
  explain(reason: FlagState): Error | undefined;
  /** Called by guards while nothing watches the code: may start what does. */
  onUnwatched(): void;
}

/** Without a watch thread, code is stopped on demand only. */
const ON_DEMAND: StopReasons = {
  holds: () => true,
  explain: () => undefined,
  onUnwatched: () => {},
};

/**
 * Guards that other work may pass while a cell is being stopped. Work that passes more does not yield, so that the cell
 * would never come to its end.
 */
const MAX_SPARED_GUARDS = 10_000;

/** The reason for stopping what a cell left running, if there is no other. */
const LEFTOVER_STOPPED = "Stopped, because it kept a later cell waiting";

/** A run of a cell, and of what it leaves behind. */
class CellRun {
  readonly cell: number | undefined;
  readonly stop: PromiseWithResolvers<void> = Promise.withResolvers();
  stopped = false;
  over = false;
  /** The reason for which it was ordered to stop. */
  reason: FlagState | undefined;
  error: Error | undefined;
  failure: { readonly thrown: unknown } | undefined;
  stopTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(cell: number | undefined) {
    this.cell = cell;
  }
}

/** Runs cells so that they can be stopped. */
export class Stopper {
  /** The flag that guards look at; see {@linkcode FLAG}. */
  readonly flag: Int32Array = createFlag();
  readonly #reasons: StopReasons;
  readonly #runs = new AsyncLocalStorage<CellRun>();
  /** The run that is not over: absent while idle, marked as stopped while stopping. */
  #current: CellRun | undefined;
  /** Whether a cell was ever stopped: its code may wait to go on for as long as the kernel lives. */
  #anyStopped = false;
  #spared = 0;

  /** @param reasons Decides about what the flag is set to. @default code is stopped on demand */
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
  async run<T>(
    action: () => Promise<T>,
    { cell, timeoutMs }: StoppableOptions,
  ): Promise<Ending<T>> {
    const run = new CellRun(cell);
    // The host may have code run while a cell waits for it.
    const outer = this.#current;
    this.#current = run;
    this.#spared = 0;
    try {
      const work = this.#runs.run(run, () => callWithin(action, timeoutMs));
      // Avoids an unhandled rejection: of a stopped cell nobody waits for the rest.
      work.catch(() => {});
      const value = await firstSettled(work, run.stop.promise);
      if (run.failure !== undefined) throw run.failure.thrown;
      // Also where it ended by itself after all: it may have left something out.
      return run.stopped
        ? { stopped: true, error: run.error }
        : { stopped: false, value: value as T };
    } catch (error) {
      if (run.failure !== undefined) throw run.failure.thrown;
      if (run.stopped || error instanceof EngineTimeoutError) {
        this.#mark(run);
        return { stopped: true, error: run.error };
      }
      throw error;
    } finally {
      clearTimeout(run.stopTimer);
      run.over = true;
      if (this.#current === run) this.#current = outer?.over === false ? outer : undefined;
      this.settle();
      // The order to stop was meant for the cell, too.
      if (run.reason !== undefined && this.#current === outer) this.stop(run.reason);
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
   * @param reason The state of the flag that is the reason.
   */
  stop(reason: FlagState = FLAG.STOP_CELL): void {
    const run = this.#current;
    if (run?.stopped) return;
    if (run === undefined || reason === FLAG.STOP_LEFTOVERS || !this.#reasons.holds(reason)) {
      return this.#withdraw(reason);
    }
    run.error = this.#reasons.explain(reason);
    run.reason = reason;
    this.#mark(run);
    store(this.flag, 0, reason);
    // Code that computes gets to its guards first, and ends with their error.
    run.stopTimer = setTimeout(() => run.stop.resolve());
  }

  /**
   * Ends the running cell with an error that nothing else can receive: that of a callback of its own. The cell may wait for
   * the callback.
   *
   * @param thrown The error, or any other value.
   * @returns Whether the asking code belongs to the running cell.
   */
  fail(thrown: unknown): boolean {
    const run = this.#current;
    const isOwn = run !== undefined && run.cell !== undefined && this.#runs.getStore() === run;
    if (!isOwn || run.stopped) return false;
    run.failure = { thrown };
    this.#mark(run);
    run.stop.resolve();
    return true;
  }

  /** Sets the flag back when nothing has to stop any more. A kernel without a watch thread stays unwatched. */
  settle(): void {
    if (load(this.flag, 0) !== FLAG.UNWATCHED) store(this.flag, 0, FLAG.RUN);
  }

  /** Called by a guard that found the flag set. Returns where the flag is meant for other code, and throws otherwise. */
  guard(): void {
    const reason = load(this.flag, 0) as FlagState;
    if (reason === FLAG.UNWATCHED) return this.#reasons.onUnwatched();
    const current = this.#current;
    const run = this.#runs.getStore();
    const leftover = run !== undefined && run !== current;
    if (leftover && current?.stopped && this.#spared++ < MAX_SPARED_GUARDS) return;
    // The cell that it was meant for has ended meanwhile.
    const late = reason === FLAG.STOP_CELL && current === undefined;
    const holds = reason === FLAG.STOP_LEFTOVERS ? leftover : this.#reasons.holds(reason);
    if (late || !holds) return this.#withdraw(reason);
    if (current !== undefined && reason !== FLAG.STOP_LEFTOVERS) this.stop(reason);
    if (!leftover) throw new CellStoppedError();
    // This code runs and keeps the thread from everything else, so it is what has to stop.
    this.#mark(run);
    throw new CellStoppedError(this.#reasons.explain(reason)?.message ?? LEFTOVER_STOPPED);
  }

  /** Called with the value of each `await` of a cell. */
  resume<T>(value: T): T {
    if (this.flag[0] !== FLAG.RUN) this.guard();
    if (this.#anyStopped && this.stopped) throw new CellStoppedError();
    return value;
  }

  /** The cell that runs: 0 if other code does, absent if nothing runs. */
  get running(): number | undefined {
    return this.#current === undefined ? undefined : this.#current.cell ?? 0;
  }

  /** The cell to which the asking code belongs, also when that cell has ended; absent where that is not known. */
  get cell(): number | undefined {
    return this.#runs.getStore()?.cell;
  }

  /** Whether the asking code belongs to a cell that was stopped. */
  get stopped(): boolean {
    return this.#runs.getStore()?.stopped === true;
  }

  /** Another reason may have come meanwhile: that one stays. */
  #withdraw(reason: FlagState): void {
    compareExchange(this.flag, 0, reason, FLAG.RUN);
  }

  #mark(run: CellRun): void {
    run.stopped = true;
    this.#anyStopped = true;
  }
}
