/**
 * Keeps a kernel for a runtime: starts it when it is needed, and again when it has ended, from the last checkpoint.
 *
 * ```text
 *            kernel()                     the process ends
 *   absent ───────────▶ live (starting, running) ───────────▶ ended
 *      ▲                 │     ▲                                │
 *      └──── stop() ─────┘     └────── kernel(), restored ──────┘
 * ```
 *
 * A start that fails goes back to the state before it. `restore()` replaces the kernel in any state.
 *
 * @module
 */

import type { Secrets } from "../inject/secrets.ts";
import type { RestoreReport } from "../rpc/protocol.ts";
import type { Kernel } from "./kernel.ts";
import { KernelExitError } from "./kernel_exit.ts";
import type { Recovery } from "./recovery.ts";
import { SavedState, type SavedStateOptions } from "./saved_state.ts";
import { type Checkpoint, packSnapshot, type Snapshot, unpackSnapshot } from "./snapshot.ts";

/** Options of {@linkcode KernelKeeper}. */
export interface KernelKeeperOptions extends SavedStateOptions {
  /** Starts a kernel without names. The signal says that none is wanted any more. */
  readonly start: (signal: AbortSignal) => Promise<Kernel>;
  /** Injects functions and variables, except variables whose values a snapshot has. */
  readonly inject: (kernel: Kernel, restored: ReadonlySet<string>) => Promise<void>;
  /** Injects some names again. */
  readonly injectAgain: (kernel: Kernel, names: ReadonlySet<string>) => Promise<void>;
  /** Takes secrets out of snapshots that leave the runtime, and puts them back. @default none */
  readonly secrets?: Pick<Secrets, "conceal" | "reveal"> | undefined;
  /** Called when a kernel has ended by itself. */
  readonly onEnded: () => void;
  /** Maximum number of kernels that may end one after another before a cell ends. */
  readonly maxRestarts: number;
}

/** The state of a keeper. */
type KernelState =
  /** There is no kernel, and none has ended by itself. */
  | { readonly phase: "absent" }
  /** A kernel starts or runs. */
  | { readonly phase: "live"; readonly kernel: Promise<Kernel> }
  /** The last kernel ended by itself, and its names wait to be restored. */
  | { readonly phase: "ended"; readonly error: KernelExitError };

const ABSENT: KernelState = { phase: "absent" };

/** Keeps one kernel alive. */
export class KernelKeeper {
  readonly #options: KernelKeeperOptions;
  readonly #saved: SavedState;
  #state: KernelState = ABSENT;
  /** Number of kernels that have ended one after another since a cell last ended. */
  #endedInRow = 0;
  /** The state that the present kernel has of the one before, until a result reports it. */
  #untold: Recovery | undefined;
  /** Aborted by `stop()`, so that not even a kernel that is being started survives it. */
  #life = new AbortController();
  /** Settles when a replacement that is under way is complete. */
  #replacing: Promise<void> = Promise.resolve();

  /** @param options How kernels are started, and limits. */
  constructor(options: KernelKeeperOptions) {
    this.#options = options;
    this.#saved = new SavedState(options);
  }

  /** The kernel that runs or starts; `undefined` if there is none. */
  get current(): Promise<Kernel> | undefined {
    return this.#state.phase === "live" ? this.#state.kernel : undefined;
  }

  /**
   * Returns the kernel; starts one if there is none.
   *
   * @throws {KernelExitError} If it does not come up, or too many have ended one after another.
   */
  kernel(): Promise<Kernel> {
    const state = this.#state;
    if (state.phase === "live") return state.kernel;
    return this.#keep(this.#begin(state), state);
  }

  /** The state that the present kernel has of the one before, until a result reports it. */
  get recovery(): Recovery | undefined {
    return this.#untold;
  }

  /** Returns the same as {@linkcode KernelKeeper.recovery}; the caller reports it. */
  takeRecovery(): Recovery | undefined {
    const recovery = this.#untold;
    this.#untold = undefined;
    return recovery;
  }

  /**
   * Records the end of a cell.
   *
   * @param end The names that it has changed, and whether its result reports the recovery before it.
   */
  cellEnded({ changed, reportsRecovery, kernelExited }: {
    readonly changed: Iterable<string>;
    readonly reportsRecovery: boolean;
    readonly kernelExited: boolean;
  }): void {
    // A cell that ends its kernel is no sign that kernels live.
    if (!kernelExited) this.#endedInRow = 0;
    if (reportsRecovery) this.#untold = undefined;
    this.#saved.changed(changed);
  }

  /** Records names to which the host has given a value. */
  defined(names: Iterable<string>): void {
    this.#saved.define(names);
  }

  /**
   * Takes a checkpoint, if there is a kernel. The last one stays if that fails.
   *
   * @param cell The number of the last cell.
   * @throws {Error} If it cannot be taken.
   */
  async checkpoint(cell: number): Promise<void> {
    const kernel = await this.current?.catch(() => undefined);
    if (kernel !== undefined) await this.#saved.take(kernel, cell);
  }

  /**
   * Returns the namespace as bytes.
   *
   * @param cell The number of the last cell.
   * @throws {Error} If the kernel cannot write it.
   */
  async snapshot(cell: number): Promise<Snapshot> {
    const kernel = await this.kernel();
    const { names, lost, parts } = await kernel.snapshot(this.#options.maxSnapshotBytes);
    return packSnapshot({
      names,
      lost,
      cell,
      parts: this.#options.secrets?.conceal(parts) ?? parts,
    });
  }

  /**
   * Replaces the kernel by one with the names of a snapshot.
   *
   * @param bytes The snapshot.
   * @returns The names that are back, and those that are not.
   * @throws {TypeError} If the bytes are not a snapshot; nothing has changed then.
   * @throws {RangeError} If it is a snapshot of another version; nothing has changed then.
   */
  async restore(bytes: Uint8Array): Promise<Recovery> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#replacing = promise;
    try {
      return await this.#replace(bytes);
    } finally {
      resolve();
    }
  }

  async #replace(bytes: Uint8Array): Promise<Recovery> {
    const { signal } = this.#life;
    const checkpoint = this.#reveal(await unpackSnapshot(bytes));
    signal.throwIfAborted();
    const { kernel, report } = await this.#start(checkpoint, []);
    if (signal.aborted) {
      await kernel.close();
      throw signal.reason;
    }
    const recovery = this.#saved.adopt(checkpoint, { report, injectedSince: [] });
    const before = this.current;
    this.#endedInRow = 0;
    this.#untold = undefined;
    this.#keep(Promise.resolve(kernel), ABSENT);
    await closeStarted(before);
    return recovery;
  }

  #reveal(checkpoint: Checkpoint): Checkpoint {
    return {
      ...checkpoint,
      parts: this.#options.secrets?.reveal(checkpoint.parts) ?? checkpoint.parts,
    };
  }

  /** Ends the kernel, and forgets everything that it has made. */
  async stop(): Promise<void> {
    const before = this.current;
    this.#state = ABSENT;
    this.#endedInRow = 0;
    this.#untold = undefined;
    this.#saved.clear();
    const reason = "it was closed";
    this.#life.abort(new KernelExitError({ exitCode: 0, signal: null, stderr: "", reason }));
    this.#life = new AbortController();
    await Promise.all([closeStarted(before), this.#replacing]);
  }

  /** Enters the state `live`, and leaves it when the start fails or the kernel ends. */
  #keep(starting: Promise<Kernel>, before: KernelState): Promise<Kernel> {
    const live: KernelState = { phase: "live", kernel: starting };
    this.#state = live;
    const fail = () => {
      if (this.#state === live) this.#state = before;
    };
    const lose = (error: KernelExitError) => {
      // After stop() or restore() this kernel is no longer the keeper's.
      if (this.#state !== live) return;
      this.#state = { phase: "ended", error };
      this.#endedInRow++;
      this.#options.onEnded();
    };
    starting.then((kernel) => kernel.ended.then(lose), fail);
    return starting;
  }

  async #begin(before: KernelState): Promise<Kernel> {
    if (before.phase === "ended") return await this.#recover(before.error);
    const { signal } = this.#life;
    const found = await this.#saved.readInitial();
    signal.throwIfAborted();
    const initial = found && this.#reveal(found);
    if (initial === undefined) return (await this.#start(undefined, [])).kernel;
    const injectedSince = this.#saved.defined;
    const { kernel, report } = await this.#start(initial, injectedSince);
    this.#untold = this.#saved.adopt(initial, { report, injectedSince });
    return kernel;
  }

  /** Starts a kernel from the last checkpoint; without it, if it cannot be restored. */
  async #recover(error: KernelExitError): Promise<Kernel> {
    if (this.#endedInRow > this.#options.maxRestarts) throw this.#tooMany(error);
    const { checkpoint } = this.#saved;
    const { signal } = this.#life;
    let started: { kernel: Kernel; report: RestoreReport };
    try {
      started = await this.#start(checkpoint, this.#saved.defined);
    } catch (failure) {
      if (checkpoint === undefined || signal.aborted) throw failure;
      // A checkpoint that cannot be restored now cannot be restored later.
      const lost = this.#saved.drop(failure);
      this.#endedInRow++;
      const { kernel } = await this.#start(undefined, []);
      started = { kernel, report: { names: [], lost } };
    }
    const { kernel, report } = started;
    const untold = this.#untold;
    this.#untold = this.#saved.recover({ cause: error.message, checkpoint, report, untold });
    return kernel;
  }

  /** Starts a kernel with the injections, and with the names of a checkpoint except those that the host has set since. */
  async #start(
    checkpoint: Checkpoint | undefined,
    injectedSince: readonly string[],
  ): Promise<{ kernel: Kernel; report: RestoreReport }> {
    const { start, inject, injectAgain } = this.#options;
    const { signal } = this.#life;
    const kernel = await start(signal);
    // Restoring runs code of cells, and may take long.
    const close = () => void kernel.close();
    signal.addEventListener("abort", close);
    try {
      signal.throwIfAborted();
      // Values that the checkpoint has need not be sent.
      const restored = new Set(checkpoint?.names.map(({ name }) => name));
      for (const name of injectedSince) restored.delete(name);
      await inject(kernel, restored);
      if (checkpoint === undefined) return { kernel, report: { names: [], lost: [] } };
      const report = await kernel.restore(checkpoint.parts, injectedSince);
      const lost = new Set(report.lost.map(({ name }) => name));
      if (lost.size > 0) await injectAgain(kernel, lost);
      return { kernel, report };
    } catch (error) {
      await kernel.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", close);
    }
  }

  #tooMany({ exitCode, signal, stderr, message }: KernelExitError): KernelExitError {
    const reason = `${this.#endedInRow} kernels in a row, more than maxRestarts ` +
      `${this.#options.maxRestarts}, ended before a cell did. reset() begins anew. The last one: ${message}`;
    return new KernelExitError({ exitCode, signal, stderr, reason });
  }
}

/** Closes a kernel. One that never came up needs no closing, and its error went to its caller. */
async function closeStarted(starting: Promise<Kernel> | undefined): Promise<void> {
  const kernel = await starting?.catch(() => undefined);
  await kernel?.close();
}
