/**
 * The part of a namespace that outlives its kernel: the last checkpoint, and a ledger of the names that are not in it.
 *
 * @module
 */

import type { LostName, RestoreReport } from "../rpc/protocol.ts";
import type { Kernel } from "./kernel.ts";
import { NameLedger, type Recovery } from "./recovery.ts";
import { type Checkpoint, unpackSnapshot } from "./snapshot.ts";

/** Options of {@linkcode SavedState}. */
export interface SavedStateOptions {
  /** Whether a name is injected. */
  readonly isInjected: (name: string) => boolean;
  /** Maximum size of a checkpoint in bytes. */
  readonly maxSnapshotBytes: number;
  /** Snapshot that the first kernel starts from. @default none */
  readonly snapshot?: Uint8Array | undefined;
}

/** A recovery, for {@linkcode SavedState.recover}. */
export interface RecoverOptions {
  /** The reason for the new kernel, as a sentence. */
  readonly cause: string;
  /** The kernel's report on the names of the checkpoint. */
  readonly report: RestoreReport;
  /** The checkpoint that was to be restored. */
  readonly checkpoint: Checkpoint | undefined;
  /** An earlier recovery that no result has reported. @default none */
  readonly untold?: Recovery | undefined;
}

/** Saves a namespace, and accounts for what a later kernel has of it. */
export class SavedState {
  readonly #options: SavedStateOptions;
  readonly #ledger = new NameLedger();
  #initial: Uint8Array | undefined;
  #checkpoint: Checkpoint | undefined;
  /** The reason why the checkpoint is not newer. */
  #failure: string | undefined;

  /** @param options The snapshot to start from, and limits. */
  constructor(options: SavedStateOptions) {
    this.#options = options;
    this.#initial = options.snapshot;
  }

  /** The last checkpoint. */
  get checkpoint(): Checkpoint | undefined {
    return this.#checkpoint;
  }

  /** Names to which the host has given a value since the last checkpoint, which has an older one. */
  get defined(): string[] {
    return this.#ledger.defined;
  }

  /** Records names that a cell has made or given another value. */
  changed(names: Iterable<string>): void {
    this.#ledger.change(names);
  }

  /** Records names to which the host has given a value. */
  define(names: Iterable<string>): void {
    this.#ledger.define(names);
  }

  /**
   * Reads the snapshot that the first kernel starts from.
   *
   * @throws {TypeError} If it is not a snapshot; {RangeError} if it is one of another version.
   */
  async readInitial(): Promise<Checkpoint | undefined> {
    return this.#initial === undefined ? undefined : await unpackSnapshot(this.#initial);
  }

  /**
   * Takes a checkpoint. The last one stays if that fails.
   *
   * @param kernel The kernel.
   * @param cell The number of the last cell.
   * @throws {Error} If the kernel cannot write its namespace.
   */
  async take(kernel: Kernel, cell: number): Promise<void> {
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

  /** Drops a checkpoint that could not be restored, and returns its names as lost. */
  drop(error: unknown): LostName[] {
    const reason = `restoring it failed: ${error instanceof Error ? error.message : error}`;
    const names = this.#checkpoint?.names ?? [];
    this.#checkpoint = undefined;
    return names.map(({ name }) => ({ name, reason }));
  }

  /**
   * Adopts a snapshot that somebody handed over, which a kernel has just restored.
   *
   * @param checkpoint The snapshot.
   * @param options The kernel's report, and the names that kept the values of the host.
   * @returns The names that are back, and those that are not.
   */
  adopt(
    checkpoint: Checkpoint,
    { report, injectedSince }: {
      readonly report: RestoreReport;
      readonly injectedSince: readonly string[];
    },
  ): Recovery {
    this.#ledger.clear();
    this.#ledger.define(injectedSince);
    this.#initial = undefined;
    this.#checkpoint = checkpoint;
    this.#failure = undefined;
    return this.recover({ cause: "The session goes on from a snapshot", checkpoint, report });
  }

  /**
   * Accounts for a kernel that was started from a checkpoint, and goes on from there.
   *
   * @param options The cause, and the kernel's report.
   * @returns The names that are back, and those that are not.
   */
  recover({ cause, checkpoint, report, untold }: RecoverOptions): Recovery {
    return this.#ledger.recover({
      cause,
      report,
      untold,
      checkpoint,
      failure: this.#failure,
      isInjected: this.#options.isInjected,
    });
  }

  /** Forgets everything. */
  clear(): void {
    this.#initial = undefined;
    this.#checkpoint = undefined;
    this.#failure = undefined;
    this.#ledger.clear();
  }
}
