/**
 * One turn of a worker on a session: from the claim of its job to the time at which the job is handed back or complete.
 *
 * @module
 */

import { isOver } from "../../session/record/session_record.ts";
import type { Session } from "../../session/session.ts";
import { SessionSuspendedError } from "../../session/record/session_errors.ts";
import type { SessionRun } from "../../session/run/session_run.ts";
import type { Claim } from "../queue.ts";
import { watchDeletion } from "./watch_deletion.ts";

/** The end of a turn: nothing is left to do, the session waits for a person, goes on later, or was deleted. */
export type TurnEnd = "done" | "parked" | "more" | "deleted";

/** Options of {@linkcode takeTurn}. */
export interface TurnOptions {
  /** The job. */
  readonly claim: Claim;
  /** Time after which the session hands its place on if others wait, in milliseconds: after the step that is under way then. */
  readonly sliceMs: number;
  /** Whether others wait. */
  readonly isWanted: () => Promise<boolean>;
  /** Interval at which the store is asked whether the session is still there, in milliseconds. */
  readonly leaseMs: number;
  /** Time for which a cell waits for a person before the session is parked, in milliseconds. */
  readonly waitMs: number;
  /** The reason for which the run is given up, if it is. */
  readonly fault: string | undefined;
  /** Aborts when the worker is to end: the turn ends after the present step. */
  readonly draining: AbortSignal;
}

/** Time after which a step counts as long: messages are followed from then on, in milliseconds. */
const LONG_STEP_MS = 50;

/**
 * Number of times that the time for opening a session goes into its slice: a kernel that is restored for each step would cost more
 * than the step.
 */
const SLICE_PER_OPENING = 10;

/** Interval at which a run that waits for a person is looked at, in milliseconds. */
const LOOK_MS = 100;

/** Whether a session has something to do that needs no person. */
export function hasWork(session: Session): boolean {
  const { status } = session;
  if (!isOver(status)) return session.pending.length === 0;
  return session.queues.followUps.length > 0;
}

/** Whether a run of a session is not over. */
export function isUnfinished({ status }: Session): boolean {
  return !isOver(status);
}

/**
 * Takes steps of a session, until its time is over or nothing is left to do.
 *
 * @param session The session, whose messages are taken.
 * @param options The job, and times.
 * @returns The end. The session is closed if it is `deleted`, or `parked` in the middle of a cell.
 * @throws The error of the store, or the claim that is lost.
 */
export async function takeTurn(session: Session, options: TurnOptions): Promise<TurnEnd> {
  const { claim, sliceMs, draining, fault } = options;
  if (fault !== undefined) await session.giveUp(fault);
  if (isCancelled(claim.signal) && hasWork(session)) {
    await session.cancel(messageOf(claim.signal.reason));
  }
  const slice = await sliceOf(session, sliceMs);
  let until = performance.now() + slice;
  while (hasWork(session)) {
    if (draining.aborted) return "more";
    // Each turn takes a step at least.
    if (sliceMs > 0 && performance.now() > until) {
      if (await options.isWanted()) return "more";
      until = performance.now() + slice;
    }
    const run = await session.continue();
    const end = await drive(session, run, { ...options, sliceMs: slice, until });
    if (end !== "over") return end;
    if (sliceMs <= 0 && hasWork(session)) return "more";
  }
  return isUnfinished(session) ? "parked" : "done";
}

/** Opens the kernel of a session, and returns the time for which the session keeps its place then. */
async function sliceOf(session: Session, sliceMs: number): Promise<number> {
  if (sliceMs <= 0 || !hasWork(session)) return sliceMs;
  const began = performance.now();
  // The run tells of an agent that cannot be made.
  await session.prepare().catch(() => {});
  return Math.max(sliceMs, SLICE_PER_OPENING * (performance.now() - began));
}

/** Waits until a run stops: at its end, after its time, or at a request to a person. */
async function drive(
  session: Session,
  run: SessionRun,
  { claim, sliceMs, until, waitMs, leaseMs, draining, isWanted }: TurnOptions & {
    /** The time at which the slice is over. */
    readonly until: number;
  },
): Promise<TurnEnd | "over"> {
  const ended = new AbortController();
  const { signal } = ended;
  const stop = () => void session.pause();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () =>
    void isWanted().then((isWanted) => {
      if (signal.aborted) return;
      if (isWanted) stop();
      else timer = setTimeout(look, sliceMs);
    });
  if (sliceMs <= 0) stop();
  else timer = setTimeout(look, until - performance.now());
  const onCancel = () =>
    void (isCancelled(claim.signal)
      ? session.cancel(messageOf(claim.signal.reason)).catch(() => {})
      : session.close());
  const listen = (to: AbortSignal, action: () => void) =>
    to.aborted ? action() : to.addEventListener("abort", action, { signal });
  listen(draining, stop);
  listen(claim.signal, onCancel);
  let isParked = false;
  let waitsSince = Infinity;
  const waits = setInterval(() => {
    if (session.pending.length === 0) waitsSince = Infinity;
    else if (waitsSince === Infinity) waitsSince = performance.now();
    const isLong = performance.now() - waitsSince >= waitMs;
    if (!isLong && !(draining.aborted && session.pending.length > 0)) return;
    clearInterval(waits);
    // A request that is not in the store would never be decided: the step is cut off then, and taken again.
    void session.isCurrent().catch(() => false).then((isCurrent) => {
      isParked = isCurrent;
      return session.close();
    });
  }, LOOK_MS);
  let isDeleted = false;
  await using _watch = watchDeletion(session, {
    intervalMs: leaseMs,
    onDeleted: () => {
      isDeleted = true;
      void session.close();
    },
  });
  let following: Promise<void> | undefined;
  const late = setTimeout(
    () => following = session.receive({ until: signal }).then(() => {}, () => {}),
    LONG_STEP_MS,
  );
  try {
    await run.result;
    return "over";
  } catch (error) {
    if (isDeleted) return "deleted";
    if (isParked) return "parked";
    if (error instanceof SessionSuspendedError && !claim.signal.aborted) return "more";
    // The error of a run that is over is in its events, if they have reached the store.
    if (!isUnfinished(session) && await session.isCurrent()) return "over";
    throw error;
  } finally {
    ended.abort();
    for (const one of [timer, waits, late]) clearTimeout(one);
    await following;
  }
}

function isCancelled({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof DOMException;
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
