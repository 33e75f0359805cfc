/**
 * The runs of a store: lists and deletion.
 *
 * @module
 */

import { listAll } from "../store/read_all.ts";
import type { Store } from "../store/store.ts";
import {
  isRunOver,
  readRun,
  RUN_KEYS,
  type RunnerStatus,
  type RunRecord,
  RUNS,
} from "./run_record.ts";

/** Narrows runs. */
export interface RunFilter {
  /** The user. @default any */
  readonly user?: string | undefined;
  /** The conversation. @default any */
  readonly conversation?: string | undefined;
  /** The name of the agent. @default any */
  readonly agent?: string | undefined;
  /** The status. @default any */
  readonly status?: RunnerStatus | undefined;
  /** Runs that were written last before this time, in milliseconds since 1970. @default any */
  readonly before?: number | undefined;
}

/**
 * Lists runs, those that were written last first.
 *
 * @param store The store.
 * @param filter Narrows them.
 */
export async function listRuns(store: Store, filter: RunFilter = {}): Promise<RunRecord[]> {
  const records = await listAll(store, RUNS);
  const { before = Infinity, ...fields } = filter;
  const wanted = Object.entries(fields).filter(([, value]) => value !== undefined);
  return records.map(({ key, value }) => readRun(value, decodeURIComponent(key.slice(RUNS.length))))
    .filter((run) =>
      run.updatedAt < before &&
      wanted.every(([name, value]) => run[name as keyof RunRecord] === value)
    ).sort((a, b) => b.updatedAt - a.updatedAt);
}

/**
 * Deletes runs with their events. A process that is at work on one of them stops at its next write.
 *
 * @param store The store.
 * @param filter Narrows them. Without a status, runs that are not over are kept.
 * @returns The number of runs.
 *
 * @example The runs of a user
 * ```ts
 * import { AgentRunner, deleteRuns, listRuns } from "@cave/agent/runner";
 * import { MemoryStore } from "@cave/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * await using store = new MemoryStore();
 * await using runner = new AgentRunner({ store });
 * runner.registry.register("echo", ({ input }) => input);
 * await runner.run("echo", { user: "ann" });
 * assertEquals((await listRuns(store, { user: "ann" })).length, 1);
 * assertEquals(await deleteRuns(store, { user: "ann" }), 1);
 * assertEquals(await store.list(""), []);
 * ```
 */
export async function deleteRuns(store: Store, filter: RunFilter): Promise<number> {
  const runs = await listRuns(store, filter);
  const gone = runs.filter(({ status }) => filter.status !== undefined || isRunOver(status));
  for (const { id } of gone) {
    await store.commit([
      { kind: "delete", key: RUN_KEYS.record(id) },
      { kind: "deleteLog", log: RUN_KEYS.events(id) },
    ]);
  }
  return gone.length;
}
