/**
 * Stopping a running cell with its state kept. The cell's own code looks at a flag: its guards while it computes, its
 * `await`s when it goes on. What has no guards (a regular expression, a sort) has the engine's own time limit behind it.
 *
 * @module
 */

import {
  Error,
  Int32Array,
  Math,
  Number,
  Object,
  Promise,
  Reflect,
  SharedArrayBuffer,
} from "../rpc/builtins.ts";
import { AsyncLocalStorage } from "node:async_hooks";
import vm from "node:vm";
import { ENTRY_NAME } from "./stack_mapper.ts";

/** Thrown into the code of a cell that is stopped. Code that catches it meets the next guard. */
export class CellStoppedError extends Error {
  /** Always `"CellStoppedError"`. */
  override readonly name = "CellStoppedError";

  /** Makes the error. */
  constructor() {
    super("The cell was stopped");
  }
}

// Captured, because cells may replace it.
const { setTimeout } = globalThis;

/** How a cell ended: by itself, or because it was stopped. */
export type Ending<T> = { readonly stopped: false; readonly value: T } | { readonly stopped: true };

/** The engine's time limit comes this much behind the guards', which leave less behind. */
const ENGINE_GRACE_MS = 150;

/** A run of a cell, also of what it leaves behind when it is stopped. */
class CellRun {
  readonly stop: PromiseWithResolvers<void> = Promise.withResolvers();
  stopped = false;
}

/** Runs cells so that they can be stopped. */
export class Interrupts {
  /** What guards look at: 0, or 1 while the running cell is being stopped. Shared, so that another thread can set it. */
  readonly flag: Int32Array = new Int32Array(new SharedArrayBuffer(4));
  readonly #runs = new AsyncLocalStorage<CellRun>();
  #current: CellRun | undefined;
  /** Whether a cell was ever stopped: of such a cell something may wait to go on for as long as the kernel lives. */
  #anyStopped = false;

  /**
   * Runs a cell.
   *
   * @param action The cell.
   * @param timeoutMs Time limit for its first synchronous stretch, which the engine sees to.
   * @throws What the cell throws.
   */
  async run<T>(action: () => Promise<T>, timeoutMs: number): Promise<Ending<T>> {
    const run = new CellRun();
    this.#current = run;
    this.flag[0] = 0;
    try {
      const work = this.#runs.run(run, () => enter(action, timeoutMs));
      // Stopped, it may fail when nobody looks any more.
      work.catch(() => {});
      const value = await Promise.race([work, run.stop.promise]);
      // Also where it ended by itself after all: nobody knows what it left out.
      return run.stopped ? { stopped: true } : { stopped: false, value: value as T };
    } catch (error) {
      if (run.stopped || isEngineTimeout(error)) {
        this.#mark(run);
        return { stopped: true };
      }
      throw error;
    } finally {
      this.flag[0] = 0;
      this.#current = undefined;
    }
  }

  /** Stops the running cell, if there is one. Where it computes, the flag has to be set from outside. */
  stop(): void {
    const run = this.#current;
    if (run === undefined || run.stopped) {
      if (run === undefined) this.flag[0] = 0;
      return;
    }
    this.#mark(run);
    this.flag[0] = 1;
    // What computes gets to its guards first, and ends with their error.
    setTimeout(() => run.stop.resolve());
  }

  /** Called by a guard that found the flag set. */
  guard(): never {
    if (this.#current !== undefined && !this.#current.stopped) this.stop();
    throw new CellStoppedError();
  }

  /** Called with the value of each `await` of a cell. */
  resume<T>(value: T): T {
    if (this.flag[0] !== 0) this.guard();
    if (this.#anyStopped && this.stopped) throw new CellStoppedError();
    return value;
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
