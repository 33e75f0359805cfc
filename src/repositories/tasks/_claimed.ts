/** Tasks that a worker has claimed. */

import { withoutUndefined } from "../table/table.ts";
import type { Task } from "./task.ts";

/** Returns a task as it is in progress. */
export function claimedBy<F>(
  task: Task<F>,
  { worker, claimMs }: { readonly worker: string; readonly claimMs: number | undefined },
): Task<F> {
  const now = Date.now();
  return withoutUndefined({
    ...task,
    state: "in_progress",
    attempts: task.attempts + 1,
    worker,
    claimedUntil: claimMs === undefined ? undefined : now + claimMs,
    updatedAt: now,
  });
}
