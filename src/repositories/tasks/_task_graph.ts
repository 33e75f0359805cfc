/**
 * Tasks and their dependencies as a graph.
 *
 * @module
 */

import type { Task } from "./task.ts";

/**
 * Returns the reason why a task cannot have its dependencies.
 *
 * @param task The task.
 * @param all All other tasks by identifier.
 */
export function hindranceOfDependencies(
  { id, dependencies, parent }: Pick<Task, "id" | "dependencies" | "parent">,
  all: ReadonlyMap<string, Pick<Task, "dependencies" | "parent">>,
): string | undefined {
  for (const other of [...dependencies, ...(parent === undefined ? [] : [parent])]) {
    if (other !== id && !all.has(other)) return `there is no task ${JSON.stringify(other)}`;
  }
  const cycle = cycleFrom(id, {
    next: (at) => at === id ? dependencies : all.get(at)?.dependencies ?? [],
  });
  if (cycle !== undefined) return `its dependencies make a cycle: ${cycle.join(" -> ")}`;
  const parentOf = (at: string) => at === id ? parent : all.get(at)?.parent;
  const circle = cycleFrom(id, { next: (at) => [parentOf(at) ?? []].flat() });
  if (circle !== undefined) return `it would be a part of itself: ${circle.join(" -> ")}`;
  return undefined;
}

/** Finds a way from a task back to itself. */
function cycleFrom(
  id: string,
  { next }: { readonly next: (id: string) => readonly string[] },
): string[] | undefined {
  const before = new Map<string, string>();
  const stack = [id];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const other of next(at)) {
      if (other === id) return wayTo(at, { id, before });
      if (before.has(other)) continue;
      before.set(other, at);
      stack.push(other);
    }
  }
  return undefined;
}

function wayTo(
  end: string,
  { id, before }: { readonly id: string; readonly before: ReadonlyMap<string, string> },
): string[] {
  const way = [id];
  for (let at: string | undefined = end; at !== undefined && at !== id; at = before.get(at)) {
    way.unshift(at);
  }
  return [id, ...way];
}

/**
 * Whether a task can begin.
 *
 * @param task The task.
 * @param options All tasks, and the time.
 */
export function isReady(
  { state, claimedUntil, startAt, dependencies }: Task<unknown>,
  { all, now }: { readonly all: ReadonlyMap<string, Task<unknown>>; readonly now: number },
): boolean {
  // A worker that did not renew its claim is gone.
  const isFree = state === "not_started" ||
    state === "in_progress" && claimedUntil !== undefined && claimedUntil <= now;
  return isFree && (startAt ?? now) <= now &&
    dependencies.every((id) => all.get(id)?.state === "complete");
}

/** Compares tasks: those with the highest priority first, then those that are due first, then the oldest. */
export function byUrgency(a: Task<unknown>, b: Task<unknown>): number {
  return b.priority - a.priority || Math.sign((a.dueAt ?? Infinity) - (b.dueAt ?? Infinity)) ||
    a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}
