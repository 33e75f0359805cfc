/**
 * Keeps a kernel for a runtime: starts it when it is needed, again when it has ended, and brings back what the last
 * checkpoint has.
 *
 * @module
 */

import type { RestoreReport } from "../rpc/protocol.ts";
import { KernelExitError } from "./kernel_exit.ts";
import type { Kernel } from "./kernel.ts";
import { NameLedger, type Recovery, type RecoveryFacts } from "./recovery.ts";
import type { CellResult } from "../runtime/cells/cell_result.ts";
import { type Checkpoint, packSnapshot, type Snapshot, unpackSnapshot } from "./snapshot.ts";

/** Options of {@linkcode KernelKeeper}. */
export interface KernelKeeperOptions {
  /** Starts a kernel without names. */
  readonly start: () => Promise<Kernel>;
  /** Injects functions and variables, but for those variables whose values a snapshot has. */
  readonly inject: (kernel: Kernel, restored: ReadonlySet<string>) => Promise<void>;
  /** Injects again what has one of these names. */
  readonly injectAgain: (kernel: Kernel, names: ReadonlySet<string>) => Promise<void>;
  /** Called when a kernel has ended without having been asked to. */
  readonly onEnded: () => void;
  /** Whether a name is injected. */
  readonly isInjected: (name: string) => boolean;
  /** How many kernels in a row may end before a cell does. */
  readonly maxRestarts: number;
  /** How large a snapshot may be, in bytes. */
  readonly maxSnapshotBytes: number;
  /** The first kernel goes on from this snapshot. @default none */
  readonly snapshot?: Uint8Array | undefined;
}

/** Keeps one kernel alive. */
export class KernelKeeper {
  readonly #options: KernelKeeperOptions;
  readonly #ledger = new NameLedger();
  #kernel: Promise<Kernel> | undefined;
  /** A snapshot that no kernel has read yet. */
  #initial: Uint8Array | undefined;
  #checkpoint: Checkpoint | undefined;
  /** Why the checkpoint is not newer. */
  #failure: string | undefined;
  /** How the last kernel ended; nothing once another one has taken its place. */
  #ending: KernelExitError | undefined;
  /** Kernels that have ended since a cell last did. */
  #ended = 0;
  #recovery: Recovery | undefined;
  /** Aborted by who wants no kernel any more, not even one that is being started. */
  #life = new AbortController();
  /** Settles when the kernel that was to take the place of another one has done so, or has ended. */
  #replacing: Promise<void> = Promise.resolve();

  /** @param options How kernels are started, and limits. */
  constructor(options: KernelKeeperOptions) {
    this.#options = options;
    this.#initial = options.snapshot;
  }

  /** The kernel that is there or starts; nothing if there is none. */
  get current(): Promise<Kernel> | undefined {
    return this.#kernel;
  }

  /**
   * Gives the kernel; starts one if there is none.
   *
   * @throws {KernelExitError} If it does not come up, or too many have ended one after the other.
   */
  kernel(): Promise<Kernel> {
    return this.#kernel ??= this.#keep(this.#begin());
  }

  /** What the present kernel has of the one before, as long as nobody has been told. */
  get recovery(): Recovery | undefined {
    return this.#recovery;
  }

  /** As {@linkcode KernelKeeper.recovery}. Whoever takes it tells it. */
  takeRecovery(): Recovery | undefined {
    const recovery = this.#recovery;
    this.#recovery = undefined;
    return recovery;
  }

  /** Takes note of what came of a cell. */
  cellEnded({ changed, recovered }: CellResult): void {
    this.#ended = 0;
    if (recovered !== undefined) this.#recovery = undefined;
    this.#ledger.change(changed.map(({ name }) => name));
  }

  /** Takes note of names that the host has given a value. */
  defined(names: Iterable<string>): void {
    this.#ledger.define(names);
  }

  /**
   * Takes a checkpoint, if there is a kernel. The one before stays if that fails.
   *
   * @param cell The last cell.
   * @throws {Error} If it cannot be taken.
   */
  async checkpoint(cell: number): Promise<void> {
    const kernel = await this.#kernel?.catch(() => undefined);
    if (kernel === undefined) return;
    const moment = this.#ledger.moment();
    try {
      this.#checkpoint = { ...await kernel.snapshot(this.#options.maxSnapshotBytes), cell };
      this.#failure = undefined;
      this.#ledger.checkpointTaken(moment);
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : `${error}`;
      throw error;
    }
  }

  /**
   * Gives the namespace as bytes.
   *
   * @param cell The last cell.
   * @throws {Error} If the kernel cannot write it down.
   */
  async snapshot(cell: number): Promise<Snapshot> {
    const kernel = await this.kernel();
    return packSnapshot({ ...await kernel.snapshot(this.#options.maxSnapshotBytes), cell });
  }

  /**
   * Puts a kernel with the names of a snapshot in the place of the present one.
   *
   * @param bytes The snapshot.
   * @returns What is back and what is not.
   * @throws {TypeError} If it is no snapshot; nothing has changed then.
   * @throws {RangeError} If it is of another version; nothing has changed then.
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
    const checkpoint = await unpackSnapshot(bytes);
    signal.throwIfAborted();
    const { kernel, recovery } = await this.#continue(checkpoint, []);
    if (signal.aborted) {
      await kernel.close();
      throw signal.reason;
    }
    const before = this.#kernel;
    this.#initial = undefined;
    this.#ending = undefined;
    this.#ended = 0;
    this.#recovery = undefined;
    this.#kernel = this.#keep(Promise.resolve(kernel));
    await closeStarted(before);
    return recovery;
  }

  /** Ends the kernel, and forgets what it has made. */
  async stop(): Promise<void> {
    const before = this.#kernel;
    this.#kernel = undefined;
    this.#initial = undefined;
    this.#checkpoint = undefined;
    this.#failure = undefined;
    this.#ending = undefined;
    this.#ended = 0;
    this.#recovery = undefined;
    this.#ledger.clear();
    const reason = "it was closed";
    this.#life.abort(new KernelExitError({ exitCode: 0, signal: null, stderr: "", reason }));
    this.#life = new AbortController();
    await Promise.all([closeStarted(before), this.#replacing]);
  }

  #keep(starting: Promise<Kernel>): Promise<Kernel> {
    const forget = () => {
      if (this.#kernel === starting) this.#kernel = undefined;
    };
    const lose = (error: KernelExitError) => {
      // Who stops it, or puts another one in its place, has forgotten it before.
      if (this.#kernel !== starting) return;
      forget();
      this.#ending = error;
      this.#ended++;
      this.#options.onEnded();
    };
    starting.then((kernel) => kernel.ended.then(lose), forget);
    return starting;
  }

  async #begin(): Promise<Kernel> {
    const { maxRestarts } = this.#options;
    if (this.#ended > maxRestarts) throw this.#tooMany();
    if (this.#initial !== undefined) {
      const { signal } = this.#life;
      const checkpoint = await unpackSnapshot(this.#initial);
      signal.throwIfAborted();
      const { kernel, recovery } = await this.#continue(checkpoint, this.#ledger.defined);
      this.#recovery = recovery;
      this.#initial = undefined;
      return kernel;
    }
    return this.#ending === undefined
      ? (await this.#start(undefined, [])).kernel
      : await this.#recover(this.#ending.message);
  }

  /** Starts a kernel with the injections in place and the names of a checkpoint, but for those that stay as injected. */
  async #start(
    checkpoint: Checkpoint | undefined,
    injectedSince: readonly string[],
  ): Promise<{ kernel: Kernel; report: RestoreReport }> {
    const { start, inject, injectAgain } = this.#options;
    const { signal } = this.#life;
    const kernel = await start();
    // Reading a checkpoint runs code, and may take long.
    const close = () => void kernel.close();
    signal.addEventListener("abort", close);
    try {
      signal.throwIfAborted();
      // What the checkpoint has need not be sent twice.
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

  /** Goes on from a snapshot that somebody has handed over. */
  async #continue(
    checkpoint: Checkpoint,
    injectedSince: readonly string[],
  ): Promise<{ kernel: Kernel; recovery: Recovery }> {
    const { kernel, report } = await this.#start(checkpoint, injectedSince);
    this.#ledger.clear();
    this.#ledger.define(injectedSince);
    this.#checkpoint = checkpoint;
    this.#failure = undefined;
    const cause = "The session goes on from a snapshot";
    return { kernel, recovery: this.#account(checkpoint, { cause, report, untold: undefined }) };
  }

  /** Goes on from the last checkpoint. */
  async #recover(cause: string): Promise<Kernel> {
    const checkpoint = this.#checkpoint;
    const { signal } = this.#life;
    let started: { kernel: Kernel; report: RestoreReport };
    try {
      started = await this.#start(checkpoint, this.#ledger.defined);
    } catch (error) {
      if (checkpoint === undefined || signal.aborted) throw error;
      // Whatever is wrong with it would be wrong with it the next time.
      this.#checkpoint = undefined;
      this.#ended++;
      const reason = `restoring it failed: ${error instanceof Error ? error.message : error}`;
      started = await this.#start(undefined, []);
      started.report.lost = checkpoint.names.map(({ name }) => ({ name, reason }));
    }
    const { kernel, report } = started;
    this.#recovery = this.#account(checkpoint, { cause, report, untold: this.#recovery });
    this.#ending = undefined;
    return kernel;
  }

  #account(
    checkpoint: Checkpoint | undefined,
    facts: Pick<RecoveryFacts, "cause" | "report" | "untold">,
  ): Recovery {
    const { isInjected } = this.#options;
    const failure = this.#failure;
    return this.#ledger.recover({ ...facts, checkpoint, failure, isInjected });
  }

  #tooMany(): KernelExitError {
    const { exitCode = 0, signal = null, stderr = "", message = "" } = this.#ending ?? {};
    const reason = `${this.#ended} in a row, more than maxRestarts ${this.#options.maxRestarts}, ` +
      `and no cell came to its end. reset() begins anew. The last one: ${message}`;
    return new KernelExitError({ exitCode, signal, stderr, reason });
  }
}

/** Ends a kernel. One that never came up has nothing to end, and its error has gone to whoever asked for it. */
async function closeStarted(starting: Promise<Kernel> | undefined): Promise<void> {
  const kernel = await starting?.catch(() => undefined);
  await kernel?.close();
}
