/**
 * The watch on a session that is deleted while a step is under way.
 *
 * @module
 */

import type { Session } from "../../session/session.ts";

/** Options of {@linkcode watchDeletion}. */
export interface WatchDeletionOptions {
  /** Interval at which the store is asked, in milliseconds. */
  readonly intervalMs: number;
  /** Called once if the session is gone. */
  readonly onDeleted: () => void;
}

/**
 * Asks the store now and then whether a session is still there: a step that waits for its model would not notice for minutes.
 *
 * @param session The session.
 * @param options The interval.
 * @returns Ends the watch, and waits for the last look.
 */
export function watchDeletion(
  session: Session,
  { intervalMs, onDeleted }: WatchDeletionOptions,
): AsyncDisposable {
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= session.isDeleted().catch(() => false).then((isDeleted) => {
      looking = undefined;
      if (!isDeleted) return;
      clearInterval(timer);
      onDeleted();
    });
  }, intervalMs);
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}
