/**
 * The account of a namespace whose kernel has ended: recorded while cells run, reported when a new kernel has started.
 *
 * @module
 */

import type { LostName, RestoreReport } from "../rpc/protocol.ts";
import type { Checkpoint } from "./snapshot.ts";

/** The state that a new kernel has of the one before it. */
export interface Recovery {
  /** The reason for the new kernel, as a sentence. */
  readonly cause: string;
  /** The number of the cell after which the checkpoint was taken; absent if there was none. */
  readonly checkpoint?: number | undefined;
  /** Names restored from the checkpoint. */
  readonly restored: readonly string[];
  /** Names that exist with an older value: they had been changed after the checkpoint. */
  readonly outdated: readonly string[];
  /** Names that are lost, with the reason. */
  readonly lost: readonly LostName[];
}

/** The facts of a recovery, for {@linkcode NameLedger.recover}. */
export interface RecoveryFacts {
  /** The reason for the new kernel. */
  readonly cause: string;
  /** The checkpoint, if there was one. */
  readonly checkpoint: Checkpoint | undefined;
  /** The kernel's report on its names. */
  readonly report: RestoreReport;
  /** The reason why there is no newer checkpoint, if taking one has failed. */
  readonly failure: string | undefined;
  /** An earlier recovery, from the same checkpoint, that no result has reported. */
  readonly untold: Recovery | undefined;
  /** Whether a name is injected, and so exists in any case. */
  readonly isInjected: (name: string) => boolean;
}

/** Longest name that is recorded: longer than any that a person or a model writes. */
const MAX_NAME_CHARS = 256;

/** Number of names that are recorded: more than any session has, and a few megabytes. */
const MAX_NAMES = 100_000;

/** Records which names cells have made, and since when. */
export class NameLedger {
  /** Names that cells have made or given another value. */
  readonly #names = new Set<string>();
  /** Those of them since the last checkpoint. */
  readonly #changed = new Set<string>();
  /** Names to which the host has given a value since the last checkpoint, and when. */
  readonly #defined = new Map<string, number>();
  #now = 0;

  /** Names to which the host has given a value since the last checkpoint, which has an older one. */
  get defined(): string[] {
    return [...this.#defined.keys()];
  }

  /** Records names that a cell has made or given another value. */
  change(names: Iterable<string>): void {
    for (const name of names) {
      if (name.length > MAX_NAME_CHARS || this.#names.size >= MAX_NAMES) continue;
      this.#names.add(name);
      this.#changed.add(name);
    }
  }

  /** Records names to which the host has given a value. */
  define(names: Iterable<string>): void {
    this.#now++;
    for (const name of names) {
      this.#defined.set(name, this.#now);
      this.#names.delete(name);
      this.#changed.delete(name);
    }
  }

  /** Returns the present moment, for {@linkcode NameLedger.checkpointTaken}. */
  moment(): number {
    return this.#now;
  }

  /**
   * Records a checkpoint. No cell has run while it was taken; the host may have given names a value.
   *
   * @param moment The moment at which it began.
   */
  checkpointTaken(moment: number): void {
    this.#changed.clear();
    for (const [name, when] of this.#defined) if (when <= moment) this.#defined.delete(name);
  }

  /** Forgets all names. */
  clear(): void {
    this.#names.clear();
    this.checkpointTaken(this.#now);
  }

  /** Returns the account, and records on from there. */
  recover(facts: RecoveryFacts): Recovery {
    const { cause, checkpoint, report, failure, untold, isInjected } = facts;
    const restored = new Set(report.names);
    const isThere = (name: string) => restored.has(name) || isInjected(name);
    const reasons = new Map<string, string>();
    const later = checkpoint === undefined ? "no checkpoint had been taken" : LATER;
    const reason = failure === undefined ? later : `${later}: ${failure}`;
    for (const name of this.#names) if (!restored.has(name)) reasons.set(name, reason);
    const refused = [...untold?.lost ?? [], ...checkpoint?.lost ?? [], ...report.lost];
    for (const { name, reason } of refused) reasons.set(name, reason);
    // Injected names exist in any case, but without the changes that cells made.
    const outdated = new Set([...untold?.outdated ?? [], ...this.#changed]);
    for (const name of reasons.keys()) if (this.#names.has(name)) outdated.add(name);
    this.#names.clear();
    this.#changed.clear();
    for (const name of restored) this.#names.add(name);
    return {
      cause,
      checkpoint: checkpoint?.cell,
      restored: report.names,
      outdated: [...outdated].filter(isThere),
      lost: [...reasons].filter(([name]) => !isThere(name))
        .map(([name, reason]) => ({ name, reason })),
    };
  }
}

const LATER = "it was made after the checkpoint";
