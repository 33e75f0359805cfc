/**
 * What is left of a namespace when its kernel has ended: kept in mind while cells run, told when a new one has started.
 *
 * @module
 */

import type { LostName, RestoreReport } from "../rpc/protocol.ts";
import type { Checkpoint } from "./snapshot.ts";

/** What a kernel that was started again has of the one before it. */
export interface Recovery {
  /** Why there is a new one, as a sentence. */
  readonly cause: string;
  /** The cell behind which the checkpoint was taken from which names are back; absent if there was none. */
  readonly checkpoint?: number | undefined;
  /** Names that are back from the checkpoint. */
  readonly restored: readonly string[];
  /** Names that are there, and had been given another value since. */
  readonly outdated: readonly string[];
  /** Names that are gone, with the reason. */
  readonly lost: readonly LostName[];
}

/** What came of bringing a checkpoint back. */
export interface RecoveryFacts {
  /** Why there is a new kernel. */
  readonly cause: string;
  /** The checkpoint, if there was one. */
  readonly checkpoint: Checkpoint | undefined;
  /** What the kernel says of it. */
  readonly report: RestoreReport;
  /** Why there is no newer checkpoint, if taking one has failed. */
  readonly failure: string | undefined;
  /** What nobody has been told of the recovery before, from the same checkpoint. */
  readonly untold: Recovery | undefined;
  /** Whether a name is injected, so that it is there in any case. */
  readonly isInjected: (name: string) => boolean;
}

/** Keeps in mind which names cells have made, and since when. */
export class NameLedger {
  /** Names that cells have made or given another value. */
  readonly #names = new Set<string>();
  /** Those of them since the last checkpoint. */
  readonly #changed = new Set<string>();
  /** Names that the host has given a value since the last checkpoint, and when. */
  readonly #defined = new Map<string, number>();
  #now = 0;

  /** Names that the host has given a value since the last checkpoint, which has an older one. */
  get defined(): string[] {
    return [...this.#defined.keys()];
  }

  /** Takes note of names that a cell has made or given another value. */
  change(names: Iterable<string>): void {
    for (const name of names) {
      this.#names.add(name);
      this.#changed.add(name);
    }
  }

  /** Takes note of names that the host has given a value. */
  define(names: Iterable<string>): void {
    this.#now++;
    for (const name of names) {
      this.#defined.set(name, this.#now);
      this.#names.delete(name);
      this.#changed.delete(name);
    }
  }

  /** This moment, for {@linkcode NameLedger.checkpointTaken}. */
  moment(): number {
    return this.#now;
  }

  /**
   * Takes note of a checkpoint. No cell has run while it was taken; the host may have given names a value.
   *
   * @param moment The moment when it was begun.
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

  /** Says what is left, and goes on from there. */
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
    // What is injected is there in any case, but not with what cells have made of it.
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
