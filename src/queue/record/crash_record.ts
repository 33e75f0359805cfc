/**
 * The count of workers that a step of a run has lost.
 *
 * @module
 */

/** Workers that were lost one after another in a step that got no further in between. It is a part of the record of work. */
export interface CrashRecord {
  /** The run. */
  readonly run: string;
  /** Number of leases that were lost. */
  readonly lost: number;
  /** Number of workers that have lost their lease, and came back: they were frozen, or could not be heard of. */
  readonly alive: number;
  /** Number of steps of the run that were finished. */
  readonly finished: number;
  /** Number of events of the run that were looked at. */
  readonly events: number;
  /** Marks of what was done in the step. */
  readonly marks: readonly string[];
}

/** Number of workers after which a run is taken beside no other such run. */
const SUSPECT = 2;

/** Number of leases lost by workers that came back that weigh as much as the end of a worker. */
const ALIVE_PER_DEATH = 4;

/** Returns the record of a run without losses. */
export function newCrashes(run: string): CrashRecord {
  return { run, lost: 0, alive: 0, finished: 0, events: 0, marks: [] };
}

/** Returns a record that the store has; `undefined` if there is none, or something else is in its place. */
export function readCrashes(value: unknown): CrashRecord | undefined {
  const record = value as Partial<Record<keyof CrashRecord, unknown>> | null | undefined;
  const counts = [record?.lost, record?.alive, record?.finished, record?.events];
  const isRecord = typeof record?.run === "string" && Array.isArray(record.marks) &&
    counts.every((count) => Number.isSafeInteger(count) && count as number >= 0);
  return isRecord ? record as CrashRecord : undefined;
}

/** Returns the number of workers that have ended in the step, as far as is known: none of them came back. */
export function deathsOf({ lost, alive }: CrashRecord): number {
  return Math.max(0, lost - alive);
}

/** Whether a run may be the cause: it is taken beside no other such run from now on, so that those are not blamed for it. */
export function isSuspect(crashes: CrashRecord): boolean {
  return deathsOf(crashes) >= SUSPECT;
}

/** Whether a run is given up: too many workers have ended in the step, or it has frozen many more of them. */
export function isGuilty(crashes: CrashRecord, maxCrashes: number): boolean {
  return deathsOf(crashes) >= maxCrashes || crashes.lost >= ALIVE_PER_DEATH * maxCrashes;
}
