/**
 * Counting the workers that a step of a run has lost.
 *
 * @module
 */

import {
  readRecord,
  SESSION_KEYS,
  type SessionRecord,
} from "../../session/record/session_record.ts";
import type { Store } from "../../store/store.ts";
import { truncate } from "../../text/truncate.ts";
import { isConflict } from "../record/conflict.ts";
import { type CrashRecord, deathsOf, newCrashes, readCrashes } from "../record/crash_record.ts";
import { readProgress } from "./step_progress.ts";
import { readWork, type StoredWork, writeWork } from "../record/work_record.ts";

/** Maximum number of characters of an action, in an error. */
const MAX_ACTION_CHARS = 200;

/** Number of tries to write a record that others write as well. */
const MAX_TRIES = 10;

/** Options of {@linkcode countCrashes}. */
export interface CountCrashesOptions {
  /** The session. */
  readonly session: string;
  /** Its record of work. */
  readonly stored: StoredWork;
  /** Whether the worker before has lost its lease. */
  readonly isLost: boolean;
}

/**
 * Counts the worker before, if it was lost. The count begins anew when the run has got further since the last time: a step was
 * finished, or something was done in it that was not done before.
 *
 * @param store The store.
 * @param options The session.
 * @returns The record of work, as it is now.
 * @throws {StoreConflictError} If another process has written the record.
 */
export async function countCrashes(
  store: Store,
  { session, stored, isLost }: CountCrashesOptions,
): Promise<StoredWork> {
  const before = readCrashes(stored.work.crashes);
  if (!isLost && before === undefined) return stored;
  const crashes = await crashesNow(store, { session, before, isLost });
  if (crashes === before) return stored;
  const work = { ...stored.work, crashes };
  const [version] = await store.commit([writeWork(session, { ...stored, work })]);
  return { work, version: version! };
}

async function crashesNow(
  store: Store,
  { session, before, isLost }: {
    readonly session: string;
    readonly before: CrashRecord | undefined;
    readonly isLost: boolean;
  },
): Promise<CrashRecord | undefined> {
  const record = await recordOf(store, session);
  const run = record?.run;
  const known = before?.run === (run?.id ?? "") ? before : undefined;
  // A worker that came back before the next one has counted it has made a record without a loss.
  const isFirst = known === undefined || known.lost === 0;
  const from = isFirst ? run?.doing?.firstEvent ?? record?.events ?? 0 : known.events;
  const { events, marks } = record === undefined
    ? { events: 0, marks: [] }
    : await readProgress(store, { record, from });
  const finished = run?.finished ?? 0;
  const isFurther = isFirst || finished > known.finished ||
    marks.some((mark) => !known.marks.includes(mark));
  if (!isLost) return isFurther ? undefined : before;
  const seen = { run: run?.id ?? "", finished, events };
  if (isFirst) return { ...seen, lost: 1, alive: known?.alive ?? 0, marks };
  if (isFurther) return { ...seen, lost: 1, alive: 0, marks };
  return { ...known, ...seen, lost: known.lost + 1 };
}

/**
 * Records that a worker that has lost its lease came back: the step has not ended it. Never rejects.
 *
 * @param store The store.
 * @param session The session.
 */
export async function countSurvivor(store: Store, session: string): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    try {
      const [found, record] = await Promise.all([
        readWork(store, session),
        recordOf(store, session),
      ]);
      // There is nothing to do any more.
      if (found === undefined) return;
      const run = record?.run?.id ?? "";
      const before = readCrashes(found.work.crashes);
      const crashes = before?.run === run ? before : newCrashes(run);
      // At most one comes back before the next worker has counted it.
      const alive = Math.min(crashes.alive, crashes.lost) + 1;
      const work = { ...found.work, crashes: { ...crashes, alive } };
      await store.commit([writeWork(session, { ...found, work })]);
      return;
    } catch (error) {
      // Without the store, this worker counts as lost.
      if (!isConflict(error)) return;
    }
  }
}

/**
 * Returns the reason for which a run is given up, as a sentence.
 *
 * @param store The store.
 * @param options The session, and the count.
 */
export async function crashReason(
  store: Store,
  { session, crashes }: { readonly session: string; readonly crashes: CrashRecord },
): Promise<string> {
  const run = (await recordOf(store, session))?.run;
  const deaths = deathsOf(crashes);
  const frozen = crashes.lost - deaths;
  const what = [
    ...(deaths > 0 ? [`have ended (${deaths})`] : []),
    ...(frozen > 0 ? [`were frozen or out of reach for longer than their lease (${frozen})`] : []),
  ].join(" or ");
  const action = run?.doing?.action;
  const last = action === undefined ? "while the model was asked" : `while this ran: ${
    truncate(
      JSON.stringify(action.kind === "cell" ? action.content : action.calls),
      MAX_ACTION_CHARS,
    )
  }`;
  // The step counts from its action on.
  const step = (run?.state?.step ?? 0) + Number(action === undefined);
  return `Workers of the run ${what} one after another in step ${step}, which got no further in between: ${last}`;
}

async function recordOf(store: Store, session: string): Promise<SessionRecord | undefined> {
  const found = await store.get(SESSION_KEYS.record(session));
  return found && readRecord(found.value, session);
}
